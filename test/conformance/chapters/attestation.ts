import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { A, ALG, eccTemplate, scheme } from '../objects.ts';
import { byPolicy } from '../request.ts';
import { RH, pcrSelection, sensitiveCreate, ticket } from '../requests.ts';
import { FURNISHED, H, NV } from '../settings.ts';
import { from, hex, sized, sizedOf, u16, u32 } from '../wire.ts';

const QUALIFYING = sized('qualifyingData', hex('7175616c'));
const IN_SCHEME = scheme('inScheme', ALG.RSASSA, ALG.SHA256);
const SIGNER = A.fixedTPM | A.fixedParent | A.origin | A.user | A.noDA | A.sign;
const CREATED = after(
  FURNISHED,
  'a created key',
  TPM2.CreatePrimary(
    [RH.OWNER],
    [
      sensitiveCreate(),
      sizedOf('inPublic', ...eccTemplate(SIGNER)),
      sized('outsideInfo'),
      ...pcrSelection('creationPCR'),
    ],
    { keep: 'made' },
  ),
);
const AUDITED = after(
  FURNISHED,
  'an audited session',
  TPM2.GetRandom([], [u16('bytesRequested', 1)], {
    by: [{ ...byPolicy(H.HMAC_SESSION), nonce: hex('5a'.repeat(16)), attributes: 0x81 }],
  }),
);
/** Issuer, validity, subject, and a key usage that fits a signing key. */
const PARTIAL = hex(
  '3052' +
    '300d310b300906035504030c026973' +
    '301e170d3230303130313030303030305a170d3330303130313030303030305a' +
    '300d310b300906035504030c027375' +
    'a3123010300e0603551d0f0101ff040403020780',
);

/** Part 3, 18 Attestation Commands, and NV_Certify. */
export const ATTESTATION: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: TPM2.Certify([H.HMAC, H.ATTESTATION], [QUALIFYING, ...IN_SCHEME]),
  },
  {
    setting: CREATED,
    request: TPM2.CertifyCreation(
      [H.ATTESTATION, 0x80000001],
      [
        QUALIFYING,
        sized('creationHash', from('made.creationHash.octets')),
        ...IN_SCHEME,
        ...ticket('creationTicket', 0x8021, RH.OWNER, from('made.creationTicket.digest')),
      ],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.Quote(
      [H.ATTESTATION],
      [QUALIFYING, ...IN_SCHEME, ...pcrSelection('PCRselect', [ALG.SHA256, '010000'])],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.GetTime([RH.ENDORSEMENT, H.ATTESTATION], [QUALIFYING, ...IN_SCHEME]),
  },
  {
    setting: AUDITED,
    request: TPM2.GetSessionAuditDigest(
      [RH.ENDORSEMENT, H.ATTESTATION, H.HMAC_SESSION],
      [QUALIFYING, ...IN_SCHEME],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.GetCommandAuditDigest(
      [RH.ENDORSEMENT, H.ATTESTATION],
      [QUALIFYING, ...IN_SCHEME],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.NV_Certify(
      [H.ATTESTATION, RH.OWNER, NV.ORDINARY],
      [QUALIFYING, ...IN_SCHEME, u16('size', 8), u16('offset', 4)],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.CertifyX509(
      [H.SIGNING, H.RSA],
      [sized('reserved'), ...IN_SCHEME, sized('partialCertificate', PARTIAL)],
    ),
  },
];

/** Lists of commands. */
export function commandList(name: string, ...codes: readonly number[]) {
  return [u32(`${name}.count`, codes.length), ...codes.map((code) => u32(name, code))];
}
