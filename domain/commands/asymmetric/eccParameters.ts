import { CURVES } from '../../crypto/curves.ts';
import { bitLength, modulo, toOctets } from '../../crypto/integers.ts';
import { TPMI_ECC_CURVE } from '../../structures/algorithms.ts';
import type { Of } from '../../structures/codec.ts';
import { TPMS_ALGORITHM_DETAIL_ECC } from '../../structures/curveDetail.ts';
import { COORDINATE_SIZE, type EccCurve } from '../../structures/eccCurve.ts';
import { answer, command } from '../command.ts';

type Kdf = Of<typeof TPMS_ALGORITHM_DETAIL_ECC>['kdf'];

/** The derivation that goes with a curve; none is known for pairing-friendly ones. */
const KDFS: Readonly<Record<EccCurve, Kdf>> = {
  NIST_P192: { scheme: 'KDF1_SP800_56A', hashAlg: 'SHA256' },
  NIST_P224: { scheme: 'KDF1_SP800_56A', hashAlg: 'SHA256' },
  NIST_P256: { scheme: 'KDF1_SP800_56A', hashAlg: 'SHA256' },
  NIST_P384: { scheme: 'KDF1_SP800_56A', hashAlg: 'SHA384' },
  NIST_P521: { scheme: 'KDF1_SP800_56A', hashAlg: 'SHA512' },
  BN_P256: { scheme: 'NULL' },
  BN_P638: { scheme: 'NULL' },
  SM2_P256: { scheme: 'KDF1_SP800_56A', hashAlg: 'SM3_256' },
};

/** The numbers of a curve, as long as its field but for an `a` of zero, as the reference has it. */
export const eccParameters = command({
  code: 0x178,
  section: 'Part 3, 14.6 TPM2_ECC_Parameters',
  handles: {},
  parameters: { curveID: TPMI_ECC_CURVE },
  response: { parameters: TPMS_ALGORITHM_DETAIL_ECC },
  decide: ({ curveID }) => {
    const { p, a, b, gx, gy, n } = CURVES[curveID];
    const octets = (value: bigint): Uint8Array => toOctets(value, COORDINATE_SIZE[curveID]);
    return answer({
      parameters: {
        curveID,
        keySize: bitLength(p),
        kdf: KDFS[curveID],
        sign: { scheme: 'NULL' },
        p: octets(p),
        a: a === 0n ? new Uint8Array(1) : octets(modulo(a, p)),
        b: octets(b),
        gX: octets(gx),
        gY: octets(gy),
        n: octets(n),
        h: new Uint8Array([1]),
      },
    });
  },
});
