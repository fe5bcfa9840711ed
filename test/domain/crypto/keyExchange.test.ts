import { describe, expect, it } from 'vitest';
import { eccPublicFromPrivate } from '../../../domain/crypto/ecc.ts';
import { mqvExchange, sm2Exchange, type OwnScalars } from '../../../domain/crypto/keyExchange.ts';
import { toOctets } from '../../../domain/crypto/integers.ts';
import { COORDINATE_SIZE } from '../../../domain/structures/eccCurve.ts';
import { fromHex, toHex } from '../../../domain/structures/octets.ts';
import type { TpmsEccPoint } from '../../../domain/structures/public.ts';
import { sm2Identity, sm3 } from '../../support/sm2.ts';

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

  it('by SM2 is that of GM/T 0003.3, worked out with all four scalars', () => {
    const [ds, de, ps, pe] = [11n, 22n, 33n, 44n];
    const own = (ds + associated(de, 127n) * de) % n;
    const other = (ps + associated(pe, 127n) * pe) % n;
    const made = sm2Exchange(
      curve,
      { fixed: octets(ds), ephemeral: octets(de) },
      { fixed: point(ps), ephemeral: point(pe) },
    );
    expect(made).toEqual(point((own * other) % n));
  });

  it('by SM2 gives the example of the standard', () => {
    // GB/T 32918.5, annex C: the key that both derive from the shared point and their identities.
    const own = {
      fixed: fromHex('81eb26e941bb5af16df116495f90695272ae2cd63d6c4ae1678418be48230029'),
      ephemeral: fromHex('d4de15474db74d06491c440d305e012400990f3e390c7e87153c12db2ea60bb3'),
    };
    const other = {
      fixed: fromHex('785129917d45a9ea5437a59356b82338eaadda6ceb199088f14ae10defa229b5'),
      ephemeral: fromHex('7e07124814b309489125eaed101113164ebf0f3458c5bd88335c1f9d596243d6'),
    };
    const pointsOf = ({ fixed, ephemeral }: OwnScalars) => ({
      fixed: eccPublicFromPrivate('SM2_P256', fixed),
      ephemeral: eccPublicFromPrivate('SM2_P256', ephemeral),
    });
    const shared = sm2Exchange('SM2_P256', own, pointsOf(other))!;
    expect(sm2Exchange('SM2_P256', other, pointsOf(own))).toEqual(shared);
    const identities = [own, other].map((party) => sm2Identity(pointsOf(party).fixed));
    const derived = sm3(shared.x, shared.y, ...identities, Uint8Array.of(0, 0, 0, 1));
    expect(toHex(derived.subarray(0, 16))).toBe('6c89347354de2484c60b4ab1fde4c6e5');
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
