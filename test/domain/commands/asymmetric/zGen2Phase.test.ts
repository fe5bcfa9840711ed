import { describe, expect, it } from 'vitest';
import { zGen2Phase } from '../../../../domain/commands/asymmetric/zGen2Phase.ts';
import { ecEphemeral } from '../../../../domain/commands/ephemeral/ecEphemeral.ts';
import { eccMultiply, isOnCurve } from '../../../../domain/crypto/ecc.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { ECC_CURVES, type EccCurve } from '../../../../domain/structures/eccCurve.ts';
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
