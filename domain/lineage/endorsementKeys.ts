import { OBJECT } from '../structures/attributes.ts';
import { TPM_RH } from '../structures/handles.ts';
import { fromHex } from '../structures/octets.ts';
import type { TpmtPublic } from '../structures/public.ts';
import { EMPTY_SECRET } from '../structures/secret.ts';
import { makeKey } from '../tpm/keyMaterial.ts';
import { primaryOrigin } from '../tpm/keyOrigin.ts';
import { objectName } from '../tpm/names.ts';
import type { Tpm } from '../tpm/tpm.ts';

/**
 * PolicySecret of the endorsement hierarchy, in SHA-256. TCG EK Credential Profile, B.3 Template
 * L-1
 */
const POLICY_A = fromHex('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa');

/** The endorsement key ECC NIST P-256. TCG EK Credential Profile, B.4 Template L-2 */
export const EK_TEMPLATE_L2 = {
  type: 'ECC',
  nameAlg: 'SHA256',
  objectAttributes:
    OBJECT.fixedTPM |
    OBJECT.fixedParent |
    OBJECT.sensitiveDataOrigin |
    OBJECT.adminWithPolicy |
    OBJECT.restricted |
    OBJECT.decrypt,
  authPolicy: POLICY_A,
  parameters: {
    symmetric: { algorithm: 'AES', keyBits: 128, mode: 'CFB' },
    scheme: { scheme: 'NULL' },
    curveID: 'NIST_P256',
    kdf: { scheme: 'NULL' },
  },
  unique: { x: new Uint8Array(32), y: new Uint8Array(32) },
} as const satisfies TpmtPublic;

const NOTHING_GIVEN = { userAuth: EMPTY_SECRET, data: EMPTY_SECRET };

/** The Name of the ECC endorsement key that CreatePrimary makes from template L-2. */
export function eccEndorsementKeyName({ hierarchies }: Tpm): Uint8Array {
  const request = { template: EK_TEMPLATE_L2, inSensitive: NOTHING_GIVEN };
  const origin = primaryOrigin(hierarchies, TPM_RH.ENDORSEMENT, request, () => {
    throw new Error('no RSA key is derived for an ECC template');
  });
  const { nameAlg } = EK_TEMPLATE_L2;
  return objectName(makeKey(EK_TEMPLATE_L2, nameAlg, NOTHING_GIVEN, origin).publicArea);
}
