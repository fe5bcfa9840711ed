import { createPublicKey, verify } from 'node:crypto';
import { TPMS_ATTEST, type TpmsAttest } from '../../domain/structures/attestation.ts';
import { fromOctets } from '../../domain/structures/codec.ts';
import { concat } from '../../domain/structures/octets.ts';
import type { TpmtSignature } from '../../domain/structures/schemes.ts';
import { objectAt } from '../../domain/tpm/entities.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';

/** True when Node.js finds an ECDSA signature with SHA-256 to be that of a key over octets. */
export function isSignedBy(
  tpm: Tpm,
  handle: number,
  octets: Uint8Array,
  signature: TpmtSignature,
): boolean {
  const { publicArea } = objectAt(tpm, handle);
  if (publicArea.type !== 'ECC' || signature.sigAlg !== 'ECDSA') return false;
  const { x, y } = publicArea.unique;
  const [encodedX, encodedY] = [x, y].map((part) => Buffer.from(part).toString('base64url'));
  const jwk = { kty: 'EC', crv: 'P-256', x: encodedX ?? '', y: encodedY ?? '' };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const rs = concat(signature.signatureR, signature.signatureS);
  return verify('sha256', octets, { key, dsaEncoding: 'ieee-p1363' }, rs);
}

/** What an attestation says. */
export function attestOf(octets: unknown): TpmsAttest {
  return fromOctets(TPMS_ATTEST, octets as Uint8Array);
}
