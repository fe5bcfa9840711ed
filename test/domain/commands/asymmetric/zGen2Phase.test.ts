import { describe, expect, it } from 'vitest';
import { zGen2Phase } from '../../../../domain/commands/asymmetric/zGen2Phase.ts';
import { ecEphemeral } from '../../../../domain/commands/ephemeral/ecEphemeral.ts';
import { eccMultiply, eccPublicFromPrivate, isOnCurve } from '../../../../domain/crypto/ecc.ts';
import { mqvExchange, sm2Exchange } from '../../../../domain/crypto/keyExchange.ts';
import { toOctets } from '../../../../domain/crypto/integers.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import {
  COORDINATE_SIZE,
  ECC_CURVES,
  type EccCurve,
} from '../../../../domain/structures/eccCurve.ts';
import type { TpmsEccPoint, TpmtPublic } from '../../../../domain/structures/public.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { EXCHANGE_KEY } from '../../../support/keys.ts';
import { withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const NO_POINT = { x: new Uint8Array(0), y: new Uint8Array(0) };
type Scheme = Extract<TpmtPublic, { type: 'ECC' }>['parameters']['scheme'];

function keyOf(curveID: EccCurve, scheme: Scheme = { scheme: 'NULL' }): TpmtPublic {
  return { ...EXCHANGE_KEY, parameters: { ...EXCHANGE_KEY.parameters, curveID, scheme } };
}

/** A TPM with an exchange key and an ephemeral key, and both public points. */
function party(curveID: EccCurve, inPublic: TpmtPublic = keyOf(curveID)) {
  const { tpm, handle } = withPrimary(started(), inPublic);
  const { tpm: committed, response } = given(tpm).when(ecEphemeral, { curveID });
  return {
    tpm: committed,
    keyA: handle,
    fixed: objectAt(tpm, handle).publicArea.unique as TpmsEccPoint,
    ephemeral: response['Q'] as TpmsEccPoint,
    counter: response['counter'] as number,
  };
}

type Party = ReturnType<typeof party>;

function shared({ tpm, keyA, counter }: Party, peer: Party, inScheme: string, change: object = {}) {
  const points = { inQsB: peer.fixed, inQeB: peer.ephemeral };
  return given(tpm).when(zGen2Phase, { keyA, ...points, inScheme, counter, ...change });
}

describe.each(ECC_CURVES)('zGen2Phase on %s', (curve) => {
  const [a, b] = [party(curve), party(curve)];

  it('shares two points by ECDH', () => {
    const outcome = shared(a, b, 'ECDH').records('CommitmentUsed');
    const { outZ1, outZ2 } = outcome.response as Readonly<Record<string, TpmsEccPoint>>;
    shared(b, a, 'ECDH').answers({ outZ1, outZ2 });
    const d = objectAt(a.tpm, a.keyA).sensitive!.sensitive.octets;
    expect(outZ1).toEqual(eccMultiply(curve, d, b.fixed));
    expect(outZ2).not.toEqual(outZ1);
  });

  it.each(['ECMQV', 'SM2'])('shares one point by %s', (scheme) => {
    const { outZ1, outZ2 } = shared(a, b, scheme).records('CommitmentUsed').response;
    shared(b, a, scheme).answers({ outZ1, outZ2 });
    const { x, y } = outZ1 as TpmsEccPoint;
    expect(isOnCurve(curve, x, y)).toBe(true);
    expect(outZ2).toEqual(NO_POINT);
  });
});

describe('zGen2Phase', () => {
  const [a, b] = [party('NIST_P256'), party('NIST_P256')];

  it('uses an ephemeral key once, and only one that there is', () => {
    const { tpm } = shared(a, b, 'ECDH');
    shared({ ...a, tpm }, b, 'ECDH').refuses('VALUE', { parameter: 4 });
    shared(a, b, 'ECDH', { counter: 7 }).refuses('VALUE', { parameter: 4 });
  });

  it('refuses another scheme than that of the key', () => {
    for (const scheme of ['ECDH', 'SM2', 'ECMQV'] as const) {
      const own = party('NIST_P256', keyOf('NIST_P256', { scheme, hashAlg: 'SHA256' }));
      shared(own, b, scheme).records('CommitmentUsed');
      const other = scheme === 'ECDH' ? 'SM2' : 'ECDH';
      shared(own, b, other).refuses('SCHEME', { parameter: 3 });
    }
  });

  it('refuses points beside the curve, one after the other', () => {
    const beside = { x: a.fixed.x, y: a.fixed.x };
    const both = { inQsB: beside, inQeB: beside };
    shared(a, b, 'ECMQV', both).refuses('ECC_POINT', { parameter: 1 });
    shared(a, b, 'ECMQV', { inQeB: NO_POINT }).refuses('ECC_POINT', { parameter: 2 });
  });

  it('refuses other keys, and keys for other uses', () => {
    const refused = (template: TpmtPublic, rc: 'ATTRIBUTES' | 'KEY') => {
      const own: { readonly tpm: Tpm; readonly handle: number } = withPrimary(a.tpm, template);
      shared({ ...a, tpm: own.tpm, keyA: own.handle }, b, 'ECDH').refuses(rc, { handle: 1 });
    };
    refused(STORAGE_KEY, 'ATTRIBUTES');
    refused(signingKey(), 'ATTRIBUTES');
    refused(
      {
        type: 'SYMCIPHER',
        nameAlg: 'SHA256',
        objectAttributes: OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth | OBJECT.decrypt,
        authPolicy: new Uint8Array(0),
        parameters: { sym: { algorithm: 'AES', keyBits: 128, mode: 'CFB' } },
        unique: new Uint8Array(0),
      },
      'KEY',
    );
  });
});

describe('an exchange', () => {
  const curve = 'NIST_P256';
  const octets = (value: bigint): Uint8Array => toOctets(value, COORDINATE_SIZE[curve]);
  const point = (value: bigint): TpmsEccPoint => eccPublicFromPrivate(curve, octets(value));
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

  /** The lowest bits of the x-coordinate of a multiple of G, with a 1 in front. */
  function associated(multiple: bigint, bits: bigint): bigint {
    const x = BigInt(`0x${Buffer.from(point(multiple).x).toString('hex')}`);
    return (x % (1n << bits)) + (1n << bits);
  }

  it('by MQV is that of SP 800-56A, worked out with all four scalars', () => {
    const [ds, de, ps, pe] = [11n, 22n, 33n, 44n];
    const own = (de + associated(de, 128n) * ds) % n;
    const other = (pe + associated(pe, 128n) * ps) % n;
    const made = mqvExchange(
      curve,
      { fixed: octets(ds), ephemeral: octets(de) },
      { fixed: point(ps), ephemeral: point(pe) },
    );
    expect(made).toEqual(point((own * other) % n));
  });

  it('by SM2 is that of the reference, worked out with all four scalars', () => {
    const [ds, de, ps, pe] = [11n, 22n, 33n, 44n];
    const own = (ds + associated(de, 126n) * de) % n;
    const other = (ps + associated(pe, 126n) * pe) % n;
    const made = sm2Exchange(
      curve,
      { fixed: octets(ds), ephemeral: octets(de) },
      { fixed: point(ps), ephemeral: point(pe) },
    );
    expect(made).toEqual(point((own * other) % n));
  });

  it('gives nothing at infinity', () => {
    const pe = 44n;
    const ps = n - ((pe * modularInverseOf(associated(pe, 128n))) % n);
    const peer = { fixed: point(ps), ephemeral: point(pe) };
    const own = { fixed: octets(11n), ephemeral: octets(22n) };
    expect(mqvExchange(curve, own, peer)).toBeNull();
  });

  function modularInverseOf(value: bigint): bigint {
    let [result, base] = [1n, value % n];
    for (let exponent = n - 2n; exponent > 0n; exponent >>= 1n) {
      if (exponent % 2n === 1n) result = (result * base) % n;
      base = (base * base) % n;
    }
    return result;
  }
});
