import type { EccCurve } from '../structures/eccCurve.ts';
import { fromHex } from '../structures/octets.ts';

/**
 * A curve y^2 = x^3 + ax + b over the integers modulo p, all of whose points are multiples of G.
 */
export type Curve = {
  /**
   * The name and the encoded object identifier under which OpenSSL does ECDH on it. Null for curves
   * that it has to be told the numbers of: that it knows SM2 as well is for signatures of its own.
   */
  readonly known: { readonly nodeName: string; readonly oid: Uint8Array } | null;
  readonly p: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly gx: bigint;
  readonly gy: bigint;
  /** The number of points, a prime. */
  readonly n: bigint;
};

const P192 = 2n ** 192n - 2n ** 64n - 1n;
const P224 = 2n ** 224n - 2n ** 96n + 1n;
const P256 = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const P384 = 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n;
const P521 = 2n ** 521n - 1n;
const BN_P638 = BigInt(
  '0x23fffffdc000000d7fffffb8000001d3fffff942d000165e3fff94870000d52f' +
    'fffdd0e00008de55c00086520021e55bfffff51ffff4eb800000004c80015acd' +
    'ffffffffffffece00000000000000067',
);
const SM2_P256 = 2n ** 256n - 2n ** 224n - 2n ** 96n + 2n ** 64n - 1n;

/**
 * The curves: another one is another row. SP 800-186, 3.2.1 Weierstrass Curves for ECDSA; FIPS
 * 186-4, D.1.2.1 Curve P-192; ISO/IEC 15946-5, 7.3 Barreto-Naehrig curves; GM/T 0003.5
 */
export const CURVES: Readonly<Record<EccCurve, Curve>> = {
  NIST_P192: {
    known: { nodeName: 'prime192v1', oid: fromHex('06082a8648ce3d030101') },
    p: P192,
    a: -3n,
    b: 0x64210519e59c80e70fa7e9ab72243049feb8deecc146b9b1n,
    gx: 0x188da80eb03090f67cbf20eb43a18800f4ff0afd82ff1012n,
    gy: 0x07192b95ffc8da78631011ed6b24cdd573f977a11e794811n,
    n: 0xffffffffffffffffffffffff99def836146bc9b1b4d22831n,
  },
  NIST_P224: {
    known: { nodeName: 'secp224r1', oid: fromHex('06052b81040021') },
    p: P224,
    a: -3n,
    b: 0xb4050a850c04b3abf54132565044b0b7d7bfd8ba270b39432355ffb4n,
    gx: 0xb70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21n,
    gy: 0xbd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34n,
    n: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
  },
  NIST_P256: {
    known: { nodeName: 'prime256v1', oid: fromHex('06082a8648ce3d030107') },
    p: P256,
    a: -3n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  NIST_P384: {
    known: { nodeName: 'secp384r1', oid: fromHex('06052b81040022') },
    p: P384,
    a: -3n,
    b: BigInt(
      '0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a' +
        'c656398d8a2ed19d2a85c8edd3ec2aef',
    ),
    gx: BigInt(
      '0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38' +
        '5502f25dbf55296c3a545e3872760ab7',
    ),
    gy: BigInt(
      '0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0' +
        '0a60b1ce1d7e819d7a431d7c90ea0e5f',
    ),
    n: BigInt(
      '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf' +
        '581a0db248b0a77aecec196accc52973',
    ),
  },
  NIST_P521: {
    known: { nodeName: 'secp521r1', oid: fromHex('06052b81040023') },
    p: P521,
    a: -3n,
    b: BigInt(
      '0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef10' +
        '9e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00',
    ),
    gx: BigInt(
      '0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3' +
        'dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66',
    ),
    gy: BigInt(
      '0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e6' +
        '62c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
    ),
    n: BigInt(
      '0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' +
        'ffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    ),
  },
  BN_P256: {
    known: null,
    p: 0xfffffffffffcf0cd46e5f25eee71a49f0cdc65fb12980a82d3292ddbaed33013n,
    a: 0n,
    b: 3n,
    gx: 1n,
    gy: 2n,
    n: 0xfffffffffffcf0cd46e5f25eee71a49e0cdc65fb1299921af62d536cd10b500dn,
  },
  BN_P638: {
    known: null,
    p: BN_P638,
    a: 0n,
    b: 257n,
    gx: BN_P638 - 1n,
    gy: 16n,
    n: BigInt(
      '0x23fffffdc000000d7fffffb8000001d3fffff942d000165e3fff94870000d52f' +
        'fffdd0e00008de55600086550021e555fffff54ffff4eac000000049800154d9' +
        'ffffffffffffeda00000000000000061',
    ),
  },
  SM2_P256: {
    known: null,
    p: SM2_P256,
    a: -3n,
    b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
    gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
    gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
    n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  },
};
