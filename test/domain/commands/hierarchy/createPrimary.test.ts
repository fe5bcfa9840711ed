import { describe, expect, it } from 'vitest';
import type { Command } from '../../../../domain/commands/command.ts';
import { changeEPS } from '../../../../domain/commands/hierarchy/changeEPS.ts';
import { changePPS } from '../../../../domain/commands/hierarchy/changePPS.ts';
import { clear } from '../../../../domain/commands/hierarchy/clear.ts';
import { createPrimary } from '../../../../domain/commands/hierarchy/createPrimary.ts';
import { create } from '../../../../domain/commands/object/create.ts';
import { load } from '../../../../domain/commands/object/load.ts';
import { digest } from '../../../../domain/crypto/hash.ts';
import { forkTpm } from '../../../../domain/lineage/lineage.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { toOctets } from '../../../../domain/structures/codec.ts';
import { TPMS_CREATION_DATA } from '../../../../domain/structures/creationData.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { u32 } from '../../../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../../../domain/structures/public.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { makeTicket } from '../../../../domain/tpm/tickets.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { RSA_STORAGE_KEY, SEALED_DATA, primesOf, secretText } from '../../../support/keys.ts';
import { creation, withPrimary } from '../../../support/objects.ts';
import { randomOctets } from '../../../support/randomness.ts';
import { STORAGE_KEY, cipherKey, signingKey } from '../../../support/templates.ts';
import { NOW_MS, after, started } from '../../../support/tpms.ts';

const { OWNER, ENDORSEMENT, PLATFORM, NULL } = TPM_RH;
const HIERARCHIES = [OWNER, ENDORSEMENT, PLATFORM, NULL];
const NONE = new Uint8Array(0);
const SIXTEEN = new Secret(new Uint8Array(16).fill(1));
const PCRS = [{ hash: 'SHA256', pcrSelect: Uint8Array.of(1, 0, 0) }] as const;

function primary(tpm: Tpm, primaryHandle: number, inPublic: TpmtPublic = STORAGE_KEY) {
  return given(tpm).when(createPrimary, { primaryHandle, inPublic, ...creation() });
}

function nameOf(tpm: Tpm, hierarchy: number, inPublic: TpmtPublic = STORAGE_KEY): unknown {
  return primary(tpm, hierarchy, inPublic).response['name'];
}

function founded(): { readonly seed: Secret; readonly proof: Secret } {
  return { seed: new Secret(randomOctets(64)), proof: new Secret(randomOctets(64)) };
}

function changed(tpm: Tpm, by: Command): Tpm {
  return given(tpm).when(by, { authHandle: PLATFORM }).tpm;
}

describe('createPrimary', () => {
  it('makes and loads a key under each hierarchy', () => {
    for (const primaryHandle of HIERARCHIES) {
      const { decision, tpm } = primary(started(), primaryHandle);
      const handle = decision.handle ?? 0;
      const object = objectAt(tpm, handle);
      expect(handle).toBe(0x80000000);
      expect(object).toMatchObject({ hierarchy: primaryHandle, isPrimary: true });
      expect(object.sensitive?.seedValue.length).toBe(32);
      const qualified = digest('SHA256', u32(primaryHandle), object.name);
      expect(object.qualifiedName.subarray(2)).toEqual(qualified);
    }
  });

  it('tells under what circumstances, and proves it with a ticket', () => {
    const outsideInfo = Uint8Array.of(1, 2, 3);
    const tpm = started();
    const input = { ...creation(), outsideInfo, creationPCR: PCRS };
    const { response } = given(tpm).when(
      createPrimary,
      { primaryHandle: OWNER, inPublic: STORAGE_KEY, ...input },
      { locality: 3 },
    );
    const creationData = {
      pcrSelect: PCRS,
      pcrDigest: digest('SHA256', new Uint8Array(32)),
      locality: 8,
      parentNameAlg: 'NULL',
      parentName: u32(OWNER),
      parentQualifiedName: u32(OWNER),
      outsideInfo,
    } as const;
    const creationHash = digest('SHA256', toOctets(TPMS_CREATION_DATA, creationData));
    const name = response['name'] as Uint8Array;
    const creationTicket = makeTicket(tpm, 'CREATION', OWNER, name, creationHash);
    expect(response).toMatchObject({ creationData, creationHash, creationTicket });
  });

  it('makes data and symmetric keys, too', () => {
    const data = secretText('data');
    const sealed = given(started()).when(createPrimary, {
      primaryHandle: OWNER,
      inPublic: SEALED_DATA,
      ...creation(EMPTY_SECRET, data),
    });
    expect(objectAt(sealed.tpm, 0x80000000).sensitive?.sensitive).toEqual(data);
    const cipher = primary(started(), OWNER, cipherKey(OBJECT.decrypt, 'CFB'));
    expect(objectAt(cipher.tpm, 0x80000000).sensitive?.sensitive.length).toBe(16);
  });

  it('asks for the primes of an RSA key by its seed and template', () => {
    const tpm = started();
    const requests: unknown[] = [];
    const outcome = given(tpm).when(
      createPrimary,
      { primaryHandle: OWNER, inPublic: RSA_STORAGE_KEY, ...creation() },
      {
        rsaPrimes: (request) => {
          requests.push(request);
          return primesOf('primary');
        },
      },
    );
    outcome.records('ObjectLoaded');
    const { seed } = tpm.hierarchies.owner;
    expect(requests).toMatchObject([{ kind: 'derived', bits: 2048, exponent: 65537, seed }]);
  });

  it('refuses what cannot be', () => {
    const { when } = given(started());
    const ask = (inPublic: TpmtPublic, auth = EMPTY_SECRET, data = EMPTY_SECRET) =>
      when(createPrimary, { primaryHandle: OWNER, inPublic, ...creation(auth, data) });
    const change = { objectAttributes: STORAGE_KEY.objectAttributes ^ OBJECT.fixedTPM };
    ask({ ...STORAGE_KEY, ...change }).refuses('ATTRIBUTES', { parameter: 2 });
    ask({ ...STORAGE_KEY, authPolicy: new Uint8Array(20) }).refuses('SIZE', { parameter: 2 });
    ask(SEALED_DATA).refuses('ATTRIBUTES', { parameter: 2 });
    ask(STORAGE_KEY, new Secret(new Uint8Array(33).fill(1))).refuses('SIZE', { parameter: 1 });
    const cipher = { ...cipherKey(OBJECT.decrypt, 'CFB'), objectAttributes: OBJECT.decrypt };
    ask(cipher, EMPTY_SECRET, secretText('short')).refuses('KEY_SIZE');
    for (const exponent of [3, 65535, 65536, 0xffffffff]) {
      const parameters = { ...RSA_STORAGE_KEY.parameters, exponent };
      ask({ ...RSA_STORAGE_KEY, parameters }).refuses('RANGE');
    }
  });

  it('refuses another object when all slots are taken: 64 of them, or 3 like swtpm', () => {
    for (const [profile, slots] of [
      ['default', 64],
      ['swtpm', 3],
    ] as const) {
      let tpm = started(profile);
      for (let i = 0; i < slots; i += 1) tpm = withPrimary(tpm).tpm;
      primary(tpm, OWNER).refuses('OBJECT_MEMORY');
    }
  });
});

describe('a primary key', () => {
  const tpm = started();

  it('is the same one as long as seed, template and data are', () => {
    for (const hierarchy of HIERARCHIES) {
      expect(nameOf(tpm, hierarchy)).toEqual(nameOf(withPrimary(tpm).tpm, hierarchy));
    }
    const again = after(
      tpm,
      { type: 'PoweredOff', nowMs: NOW_MS, clockMs: 0n },
      { type: 'Initialized', nowMs: NOW_MS, clockMs: 0n },
    );
    expect(nameOf(again, OWNER)).toEqual(nameOf(tpm, OWNER));
  });

  it('is another one in another hierarchy, of another template, or with other data', () => {
    const names = [
      ...HIERARCHIES.map((hierarchy) => nameOf(tpm, hierarchy)),
      nameOf(tpm, OWNER, { ...STORAGE_KEY, unique: { x: Uint8Array.of(1), y: NONE } }),
      nameOf(tpm, OWNER, { ...STORAGE_KEY, authPolicy: new Uint8Array(32) }),
      nameOf(tpm, OWNER, signingKey(OBJECT.fixedTPM | OBJECT.fixedParent)),
      nameOf(started(), OWNER),
    ].map(String);
    const data = given(tpm).when(createPrimary, {
      primaryHandle: OWNER,
      inPublic: STORAGE_KEY,
      ...creation(EMPTY_SECRET, SIXTEEN),
    });
    names.push(String(data.response['name']));
    expect(new Set(names).size).toBe(names.length);
  });

  it('does not hang on its authorization value', () => {
    const inSensitive = { userAuth: secretText('auth'), data: EMPTY_SECRET };
    const input = { primaryHandle: OWNER, inPublic: STORAGE_KEY, ...creation(), inSensitive };
    const { response } = given(tpm).when(createPrimary, input);
    expect(response['name']).toEqual(nameOf(tpm, OWNER));
  });

  it('goes with its seed: Clear, ChangeEPS and ChangePPS replace it', () => {
    const survivors = [clear, changeEPS, changePPS].map((by) =>
      HIERARCHIES.map((h) => String(nameOf(changed(tpm, by), h)) === String(nameOf(tpm, h))),
    );
    expect(survivors).toEqual([
      [false, true, true, true],
      [true, false, true, true],
      [true, true, false, true],
    ]);
  });

  it('of the endorsement hierarchy outlives Clear, but what it protects does not', () => {
    const { tpm: before, handle } = withPrimary(tpm, STORAGE_KEY, ENDORSEMENT);
    const sealing = { parentHandle: handle, inPublic: SEALED_DATA };
    const data = creation(EMPTY_SECRET, secretText('data'));
    const { response } = given(before).when(create, { ...sealing, ...data });
    const halves = { inPrivate: response['outPrivate'], inPublic: response['outPublic'] };
    const loadAgain = (from: Tpm) => {
      const parent = withPrimary(from, STORAGE_KEY, ENDORSEMENT);
      return given(parent.tpm).when(load, { parentHandle: parent.handle, ...halves });
    };
    loadAgain(tpm).records('ObjectLoaded');
    expect(nameOf(changed(tpm, clear), ENDORSEMENT)).toEqual(nameOf(tpm, ENDORSEMENT));
    loadAgain(changed(tpm, clear)).refuses('INTEGRITY', { parameter: 1 });
  });

  it('is inherited by a copy, but for those of the endorsement hierarchy', () => {
    const point = { incarnation: 'test', version: 2, link: '-' };
    const circumstances = { nowMs: NOW_MS, entropy: randomOctets };
    const copy = after(tpm, ...forkTpm(tpm, point, 'copy', 'clone', circumstances));
    expect(nameOf(copy, OWNER)).toEqual(nameOf(tpm, OWNER));
    const reendorsed = after(copy, { type: 'Reendorsed', endorsement: founded() });
    expect(nameOf(reendorsed, OWNER)).toEqual(nameOf(tpm, OWNER));
    expect(nameOf(reendorsed, ENDORSEMENT)).not.toEqual(nameOf(tpm, ENDORSEMENT));
  });
});
