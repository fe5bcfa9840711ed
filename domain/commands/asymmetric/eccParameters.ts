import { CURVES } from '../../crypto/curves.ts';
import { modulo, toOctets } from '../../crypto/integers.ts';
import { TPMI_ECC_CURVE } from '../../structures/algorithms.ts';
import { TPMS_ALGORITHM_DETAIL_ECC } from '../../structures/curveDetail.ts';
import { COORDINATE_SIZE, type EccCurve } from '../../structures/eccCurve.ts';
import type { HashAlg } from '../../structures/hashAlg.ts';
import { answer, command } from '../command.ts';

/** The size of a curve's field in bits, and the hash that goes with it in derivations. */
const SIZES: Readonly<Record<EccCurve, { readonly bits: number; readonly hashAlg: HashAlg }>> = {
  NIST_P256: { bits: 256, hashAlg: 'SHA256' },
  NIST_P384: { bits: 384, hashAlg: 'SHA384' },
  NIST_P521: { bits: 521, hashAlg: 'SHA512' },
};

/** The numbers of a curve. */
export const eccParameters = command({
  code: 0x178,
  section: 'Part 3, 14.6 TPM2_ECC_Parameters',
  handles: {},
  parameters: { curveID: TPMI_ECC_CURVE },
  response: { parameters: TPMS_ALGORITHM_DETAIL_ECC },
  decide: ({ curveID }) => {
    const { p, a, b, gx, gy, n } = CURVES[curveID];
    const { bits, hashAlg } = SIZES[curveID];
    const octets = (value: bigint): Uint8Array => toOctets(value, COORDINATE_SIZE[curveID]);
    return answer({
      parameters: {
        curveID,
        keySize: bits,
        kdf: { scheme: 'KDF1_SP800_56A', hashAlg },
        sign: { scheme: 'NULL' },
        p: octets(p),
        a: octets(modulo(a, p)),
        b: octets(b),
        gX: octets(gx),
        gY: octets(gy),
        n: octets(n),
        h: new Uint8Array([1]),
      },
    });
  },
});
