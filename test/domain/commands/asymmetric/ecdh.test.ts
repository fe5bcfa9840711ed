import { createECDH } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ecdhKeyGen } from '../../../../domain/commands/asymmetric/ecdhKeyGen.ts';
import { ecdhZGen } from '../../../../domain/commands/asymmetric/ecdhZGen.ts';
import { createPrimary } from '../../../../domain/commands/hierarchy/createPrimary.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { eccPublicFromPrivate } from '../../../../domain/crypto/ecc.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat } from '../../../../domain/structures/octets.ts';
import type { TpmsEccPoint, TpmtPublic } from '../../../../domain/structures/public.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { SEALED_DATA, outsideEcc, secretText } from '../../../support/keys.ts';
import { creation, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const KEY = 0x80000000;
const D = new Uint8Array(32).fill(3);
const OTHER = new Uint8Array(32).fill(5);

function holding(change: Partial<TpmtPublic> = {}, isPublic = false): Tpm {
  const { inPrivate, inPublic } = outsideEcc(D);
  return given(started()).when(loadExternal, {
    inPrivate: isPublic ? null : inPrivate,
    inPublic: { ...inPublic, ...change },
    hierarchy: TPM_RH.NULL,
  }).tpm;
}

function shared(tpm: Tpm, inPoint: TpmsEccPoint) {
  return given(tpm).when(ecdhZGen, { keyHandle: KEY, inPoint });
}

describe('ecdhZGen', () => {
  const point = eccPublicFromPrivate('NIST_P256', OTHER);

  it('gives what both sides share', () => {
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(OTHER);
    const { x, y } = eccPublicFromPrivate('NIST_P256', D);
    const theirs = ecdh.computeSecret(concat(Uint8Array.of(4), x, y));
    const outPoint = shared(holding(), point).then([]).response['outPoint'] as TpmsEccPoint;
    expect(outPoint.x).toEqual(new Uint8Array(theirs));
    expect(outPoint.y.length).toBe(32);
  });

  it('takes coordinates for numbers: zeros in front do not count', () => {
    const longer = { x: concat(new Uint8Array(3), point.x), y: concat(new Uint8Array(9), point.y) };
    const { outPoint } = shared(holding(), point).response;
    shared(holding(), longer).answers({ outPoint });
  });

  it('refuses points that are not on the curve', () => {
    const { x, y } = point;
    const none = new Uint8Array(0);
    const refused = [
      { x, y: x },
      { x: none, y: none },
      { x: new Uint8Array(32).fill(255), y },
      { x: concat(Uint8Array.of(1), x), y },
    ];
    for (const inPoint of refused) {
      shared(holding(), inPoint).refuses('ECC_POINT', { parameter: 1 });
    }
  });

  it('refuses other keys, and keys for other uses', () => {
    const data = creation(undefined, secretText('data'));
    const input = { primaryHandle: TPM_RH.OWNER, inPublic: SEALED_DATA, ...data };
    shared(given(started()).when(createPrimary, input).tpm, point).refuses('KEY', { handle: 1 });
    shared(withPrimary(started()).tpm, point).refuses('ATTRIBUTES', { handle: 1 });
    const objectAttributes = OBJECT.userWithAuth | OBJECT.sign;
    shared(holding({ objectAttributes }), point).refuses('ATTRIBUTES', { handle: 1 });
  });
});

describe('ecdhKeyGen', () => {
  it('gives an ephemeral key and what it shares with the key, fresh each time', () => {
    const tpm = holding();
    const keys = [0, 1].map(() => given(tpm).when(ecdhKeyGen, { keyHandle: KEY }).then([]));
    for (const { response } of keys) {
      const { zPoint, pubPoint } = response as Record<string, TpmsEccPoint>;
      shared(tpm, pubPoint!).answers({ outPoint: zPoint });
    }
    expect(keys[0]?.response).not.toEqual(keys[1]?.response);
  });

  it('needs the public area alone, whatever the key is for', () => {
    for (const tpm of [holding({}, true), withPrimary(started(), STORAGE_KEY).tpm]) {
      given(tpm).when(ecdhKeyGen, { keyHandle: KEY }).then([]);
    }
  });

  it('refuses other keys', () => {
    const data = creation(undefined, secretText('data'));
    const input = { primaryHandle: TPM_RH.OWNER, inPublic: SEALED_DATA, ...data };
    const { tpm } = given(started()).when(createPrimary, input);
    given(tpm).when(ecdhKeyGen, { keyHandle: KEY }).refuses('KEY', { handle: 1 });
  });
});
