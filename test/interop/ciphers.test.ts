import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flushContext } from '../../domain/commands/context/flushContext.ts';
import { duplicate } from '../../domain/commands/duplication/duplicate.ts';
import { importObject } from '../../domain/commands/duplication/importObject.ts';
import { createPrimary } from '../../domain/commands/hierarchy/createPrimary.ts';
import { activateCredential } from '../../domain/commands/object/activateCredential.ts';
import { load } from '../../domain/commands/object/load.ts';
import { loadExternal } from '../../domain/commands/object/loadExternal.ts';
import { makeCredential } from '../../domain/commands/object/makeCredential.ts';
import { hmacStart } from '../../domain/commands/sequences/hmacStart.ts';
import { sequenceComplete } from '../../domain/commands/sequences/sequenceComplete.ts';
import { sequenceUpdate } from '../../domain/commands/sequences/sequenceUpdate.ts';
import { startAuthSession } from '../../domain/commands/sessions/startAuthSession.ts';
import { encryptDecrypt } from '../../domain/commands/symmetric/encryptDecrypt.ts';
import { encryptDecrypt2 } from '../../domain/commands/symmetric/encryptDecrypt2.ts';
import { hash } from '../../domain/commands/symmetric/hash.ts';
import { hmac } from '../../domain/commands/symmetric/hmac.ts';
import { cmac } from '../../domain/crypto/cmac.ts';
import { digest, hmac as hmacOf } from '../../domain/crypto/hash.ts';
import { kdfa } from '../../domain/crypto/kdf.ts';
import {
  BLOCK_SIZE,
  decryptCfb,
  encryptBlockMode,
  encryptCfb,
} from '../../domain/crypto/symmetric.ts';
import { OBJECT, SESSION } from '../../domain/structures/attributes.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { concat, toHex, u16, u32 } from '../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../domain/structures/public.ts';
import type { TpmtSymDefObject } from '../../domain/structures/schemes.ts';
import { EMPTY_SECRET, Secret } from '../../domain/structures/secret.ts';
import { Reader } from '../../domain/structures/wire.ts';
import { symmetricUnique } from '../../domain/tpm/keyMaterial.ts';
import { objectName } from '../../domain/tpm/names.ts';
import { commandNamed } from '../support/generator/guest.ts';
import { policyFor } from '../support/generator/scenarios/sessions.ts';
import { creation } from '../support/objects.ts';
import { twoSides, type Side } from '../support/sides.ts';
import { hasStock } from '../support/stock.ts';
import { STORAGE_KEY, cipherKey } from '../support/templates.ts';

const NONE = new Uint8Array(0);
const DUPLICATE = 0x14b;
const { sign, decrypt, userWithAuth, restricted } = OBJECT;

type Cipher = Exclude<TpmtSymDefObject, { algorithm: 'NULL' }>;
type Mode = Cipher['mode'];

const CIPHERS: readonly (readonly [Cipher['algorithm'], number])[] = [
  ['TDES', 128],
  ['TDES', 192],
  ['AES', 128],
  ['AES', 256],
  ['CAMELLIA', 128],
  ['CAMELLIA', 256],
];
const MODES = ['CTR', 'OFB', 'CBC', 'CFB', 'ECB'] as const;
const SIZES = [0, 1, 7, 8, 15, 16, 17, 24, 64, 100, 1024];

function octets(size: number, first: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (first + 37 * i) & 0xff);
}

/** Both halves of a cipher key that was made outside. */
function outside(algorithm: Cipher['algorithm'], keyBits: number, mode: Mode, use: number) {
  const seedValue = new Secret(octets(32, 7));
  const sensitive = new Secret(octets(keyBits / 8, 11));
  const template = { ...cipherKey(0), parameters: { sym: { algorithm, keyBits, mode } } };
  const unique = symmetricUnique(template, 'SHA256', { seedValue, sensitive });
  const inPublic = { ...template, objectAttributes: userWithAuth | use, unique };
  const area = { authValue: EMPTY_SECRET, seedValue, sensitive };
  const inPrivate = { sensitiveType: 'SYMCIPHER', ...area };
  return { key: sensitive.octets, loaded: { inPrivate, inPublic, hierarchy: TPM_RH.NULL } };
}

function parentWith(symmetric: Cipher): TpmtPublic {
  return { ...STORAGE_KEY, parameters: { ...STORAGE_KEY.parameters, symmetric } };
}

describe.runIf(hasStock('swtpm'))('swtpm and we', () => {
  let sides: Awaited<ReturnType<typeof twoSides>>;
  beforeEach(async () => {
    sides = await twoSides();
  });
  afterEach(() => sides.close());

  const both = (): readonly Side[] => [sides.ours, sides.theirs];

  /** Works with what each side loads, and flushes it; the handles are the same. */
  async function holding(loaded: object, work: (handle: number) => Promise<void>): Promise<void> {
    const made = await Promise.all(both().map((side) => side.do(loadExternal, { ...loaded })));
    const flushHandle = made[0]?.handle ?? 0;
    expect(made[1]?.handle).toBe(flushHandle);
    await work(flushHandle);
    for (const side of both()) await side.do(flushContext, { flushHandle });
  }

  /** Asks both sides the same; gives what they answer, which must be the same as well. */
  async function same(command: Parameters<Side['ask']>[0], input: object) {
    const [ours, theirs] = await Promise.all(both().map((side) => side.ask(command, { ...input })));
    expect(ours, `${command.name} ${JSON.stringify(input)}`).toEqual(theirs);
    return { code: ours?.code ?? -1, values: ours?.values ?? {} };
  }

  it('list the same algorithms', async () => {
    const asked = { capability: 'ALGS', property: 0, propertyCount: 127 };
    const { code } = await same(commandNamed('GetCapability'), asked);
    expect(code).toBe(0);
  });

  describe.each(CIPHERS)('%s with keys of %i bits', (algorithm, keyBits) => {
    const size = BLOCK_SIZE[algorithm];

    it.each(MODES)('encrypt and decrypt alike in mode %s, as much as there is', async (mode) => {
      const { key, loaded } = outside(algorithm, keyBits, 'NULL', sign | decrypt);
      await holding(loaded, async (keyHandle) => {
        const ivIn = mode === 'ECB' ? NONE : octets(size, 0xf9);
        for (const length of SIZES) {
          const input = { keyHandle, mode, ivIn, inData: octets(length, length) };
          for (const command of [encryptDecrypt, encryptDecrypt2]) {
            const encrypted = await same(command, { ...input, decrypt: false });
            const own = encryptBlockMode(algorithm, mode, key, ivIn, input.inData);
            expect(encrypted.code === 0).toBe(own !== null);
            if (own !== null) expect(encrypted.values['outData']).toEqual(own.data);
            await same(command, { ...input, decrypt: true });
          }
        }
      });
    });

    it('refuse alike what does not go together', async () => {
      for (const [own, use] of [
        ['NULL', sign | decrypt],
        ['CBC', sign | decrypt],
        ['CFB', sign],
        ['CFB', decrypt],
        ['CMAC', sign],
      ] as const) {
        const { loaded } = outside(algorithm, keyBits, own, use);
        await holding(loaded, async (keyHandle) => {
          const input = { keyHandle, decrypt: false, ivIn: octets(size, 1), inData: octets(16, 2) };
          for (const mode of [...MODES, 'NULL']) {
            for (const change of [
              {},
              { decrypt: true },
              { ivIn: NONE },
              { ivIn: octets(size - 1, 1) },
              { inData: octets(size + 1, 3) },
            ]) {
              await same(encryptDecrypt, { ...input, mode, ...change });
              await same(encryptDecrypt2, { ...input, mode, ...change });
            }
          }
          for (const hashAlg of ['SHA1', 'SHA256', 'CMAC', 'NULL']) {
            if (own === 'CMAC' || (own === 'NULL' && hashAlg === 'CMAC')) continue;
            await same(hmac, { handle: keyHandle, buffer: octets(9, 1), hashAlg });
            await same(hmacStart, { handle: keyHandle, auth: EMPTY_SECRET, hashAlg });
          }
        });
      }
    });

    it('refuse alike keys that are none', async () => {
      const { loaded } = outside(algorithm, keyBits, 'CFB', sign);
      const { inPrivate, inPublic } = loaded;
      for (const change of [
        { sensitive: new Secret(octets(keyBits / 8 - 1, 11)) },
        { sensitive: new Secret(new Uint8Array(keyBits / 8)) },
        { seedValue: new Secret(octets(31, 7)) },
      ]) {
        await same(loadExternal, { ...loaded, inPrivate: { ...inPrivate, ...change } });
      }
      for (const use of [0, sign | restricted, restricted | decrypt, sign | decrypt]) {
        for (const mode of [...MODES, 'CMAC', 'NULL']) {
          const parameters = { sym: { algorithm, keyBits, mode } };
          const publicArea = { ...inPublic, objectAttributes: userWithAuth | use, parameters };
          const { code } = await same(loadExternal, {
            inPrivate: null,
            inPublic: publicArea,
            hierarchy: TPM_RH.NULL,
          });
          if (code !== 0) continue;
          for (const side of both()) await side.do(flushContext, { flushHandle: 0x80000000 });
        }
      }
    });

    it('make the same CMACs, but for one number where TDES needs another', async () => {
      const { key, loaded } = outside(algorithm, keyBits, 'CMAC', sign);
      await holding(loaded, async (handle) => {
        for (const length of SIZES) {
          const buffer = octets(length, 5);
          const [ours, theirs] = await Promise.all(
            both().map((side) => side.do(hmac, { handle, buffer, hashAlg: 'NULL' })),
          );
          expect(ours?.['outHMAC']).toEqual(cmac(algorithm, key, buffer));
          expect(theirs?.['outHMAC']).toEqual(referenceMac(algorithm, key, buffer));
        }
      });
    });

    it('make CMACs in pieces as at once', async () => {
      const { loaded } = outside(algorithm, keyBits, 'CMAC', sign);
      await holding(loaded, async (handle) => {
        for (const side of both()) {
          const started = await side.do(hmacStart, { handle, auth: EMPTY_SECRET, hashAlg: 'CMAC' });
          const sequenceHandle = started.handle;
          for (const length of [3, 0, 20, 16]) {
            await side.do(sequenceUpdate, { sequenceHandle, buffer: octets(length, length) });
          }
          const last = { sequenceHandle, buffer: octets(5, 5), hierarchy: TPM_RH.OWNER };
          const { result } = await side.do(sequenceComplete, last);
          const buffer = concat(...[3, 0, 20, 16, 5].map((length) => octets(length, length)));
          const { outHMAC } = await side.do(hmac, { handle, buffer, hashAlg: 'CMAC' });
          expect(result).toEqual(outHMAC);
        }
      });
    });

    it('encrypt parameters for sessions alike', async () => {
      for (const side of both()) {
        const data = octets(50, 8);
        const hashed = await hashedInSession(side, { algorithm, keyBits, mode: 'CFB' }, data);
        expect(toHex(hashed)).toBe(toHex(digest('SHA256', data)));
      }
    });

    it('take credentials and duplicates of each other, this cipher inside and out', async () => {
      const cipher = { algorithm, keyBits, mode: 'CFB' } as const;
      await exchanged(sides.ours, sides.theirs, cipher);
      await exchanged(sides.theirs, sides.ours, cipher);
    });
  });
});

/** The reference takes 0x87 for blocks of 64 bits, too, where SP 800-38B has 0x1b. */
function referenceMac(
  algorithm: Cipher['algorithm'],
  key: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  if (algorithm !== 'TDES') return cmac(algorithm, key, data);
  const size = BLOCK_SIZE[algorithm];
  const ecb = (block: Uint8Array) =>
    encryptBlockMode(algorithm, 'ECB', key, NONE, block)?.data ?? NONE;
  const doubled = (block: Uint8Array): Uint8Array => {
    const shifted = block.map((octet, i) => (octet << 1) | ((block[i + 1] ?? 0) >> 7));
    shifted[size - 1] = (shifted[size - 1] ?? 0) ^ ((block[0] ?? 0) >= 0x80 ? 0x87 : 0);
    return shifted;
  };
  const blocks = Math.max(1, Math.ceil(data.length / size));
  const rest = data.subarray((blocks - 1) * size);
  const isFull = rest.length === size;
  const first = doubled(ecb(new Uint8Array(size)));
  const subkey = isFull ? first : doubled(first);
  const last = new Uint8Array(size);
  last.set(rest);
  if (!isFull) last[rest.length] = 0x80;
  const masked = last.map((octet, i) => octet ^ (subkey[i] ?? 0));
  let chaining = new Uint8Array(size);
  for (let at = 0; at < blocks; at += 1) {
    const block = at === blocks - 1 ? masked : data.subarray(at * size, (at + 1) * size);
    chaining = Uint8Array.from(ecb(block.map((octet, i) => octet ^ (chaining[i] ?? 0))));
  }
  return chaining;
}

/** TPM2_Hash whose data and digest a session encrypts, with what a caller works out itself. */
async function hashedInSession(side: Side, symmetric: Cipher, data: Uint8Array) {
  const [first, nonceCaller] = [octets(16, 1), octets(16, 2)];
  const { handle, nonceTPM } = await side.do(startAuthSession, {
    tpmKey: TPM_RH.NULL,
    bind: TPM_RH.OWNER,
    nonceCaller: first,
    encryptedSalt: NONE,
    sessionType: 'HMAC',
    symmetric,
    authHash: 'SHA256',
  });
  const nonce = nonceTPM as Uint8Array;
  const sessionKey = kdfa('SHA256', NONE, 'ATH', nonce, first, 256);
  const keySize = symmetric.keyBits / 8;
  const bits = symmetric.keyBits + 8 * BLOCK_SIZE[symmetric.algorithm];
  const material = (newer: Uint8Array, older: Uint8Array) => {
    const made = kdfa('SHA256', sessionKey, 'CFB', newer, older, bits);
    return [made.subarray(0, keySize), made.subarray(keySize)] as const;
  };
  const hidden = encryptCfb(symmetric.algorithm, ...material(nonceCaller, nonce), data);
  const parameters = concat(u16(data.length), hidden, u16(0x000b), u32(TPM_RH.NULL));
  const attributes = new Uint8Array([SESSION.decrypt | SESSION.encrypt]);
  const cp = digest('SHA256', u32(hash.code), parameters);
  const proof = hmacOf('SHA256', sessionKey, cp, nonceCaller, nonce, attributes);
  const area = concat(u32(handle), u16(16), nonceCaller, attributes, u16(proof.length), proof);
  const body = concat(u32(area.length), area, parameters);
  const response = await side.send(
    concat(u16(0x8002), u32(10 + body.length), u32(hash.code), body),
  );
  const reader = new Reader(response, 6);
  expect(reader.u32()).toBe(0);
  const size = reader.u32();
  const answer = new Reader(reader.octets(size));
  const shown = answer.octets(answer.u16());
  const nonceNew = reader.octets(reader.u16());
  return decryptCfb(symmetric.algorithm, ...material(nonceNew, nonceCaller), shown);
}

/** What one side makes for a storage key of the other: a credential, and a key that moves. */
async function exchanged(from: Side, to: Side, cipher: Cipher): Promise<void> {
  const primary = { primaryHandle: TPM_RH.OWNER, ...creation() };
  const parent = await to.do(createPrimary, { ...primary, inPublic: parentWith(cipher) });
  const inPublic = parent['outPublic'] as TpmtPublic;
  const known = await from.do(loadExternal, { inPrivate: null, inPublic, hierarchy: TPM_RH.OWNER });
  await credential(from, to, { parent: parent.handle, known: known.handle, inPublic });
  const policy = { ...cipherKey(sign | decrypt), authPolicy: policyFor(DUPLICATE) };
  const made = await from.do(createPrimary, { ...primary, inPublic: policy });
  const moved = made['outPublic'] as TpmtPublic;
  const session = await from.do(startAuthSession, {
    tpmKey: TPM_RH.NULL,
    bind: TPM_RH.NULL,
    nonceCaller: octets(16, 3),
    encryptedSalt: NONE,
    sessionType: 'POLICY',
    symmetric: { algorithm: 'NULL' },
    authHash: 'SHA256',
  });
  await from.do(commandNamed('PolicyCommandCode'), {
    policySession: session.handle,
    code: DUPLICATE,
  });
  const asked = {
    objectHandle: made.handle,
    newParentHandle: known.handle,
    encryptionKeyIn: NONE,
    symmetricAlg: cipher,
  };
  const by = { handle: session.handle, attributes: 0, nonceCaller: NONE, auth: NONE };
  const given = await from.do(duplicate, asked, [by]);
  const { outPrivate } = await to.do(importObject, {
    parentHandle: parent.handle,
    encryptionKey: given['encryptionKeyOut'],
    objectPublic: moved,
    duplicate: given['duplicate'],
    inSymSeed: given['outSymSeed'],
    symmetricAlg: cipher,
  });
  const halves = { inPrivate: outPrivate, inPublic: moved };
  const loaded = await to.do(load, { parentHandle: parent.handle, ...halves });
  const rest = { decrypt: false, mode: 'CFB', ivIn: octets(16, 4), inData: octets(40, 5) };
  const before = await from.do(encryptDecrypt2, { keyHandle: made.handle, ...rest });
  const after = await to.do(encryptDecrypt2, { keyHandle: loaded.handle, ...rest });
  expect(after['outData']).toEqual(before['outData']);
  for (const flushHandle of [made.handle, known.handle])
    await from.do(flushContext, { flushHandle });
  for (const flushHandle of [loaded.handle, parent.handle])
    await to.do(flushContext, { flushHandle });
}

async function credential(
  from: Side,
  to: Side,
  place: { readonly parent: number; readonly known: number; readonly inPublic: TpmtPublic },
): Promise<void> {
  const secretText = octets(20, 6);
  const objectName_ = objectName(place.inPublic);
  const made = await from.do(makeCredential, {
    handle: place.known,
    credential: secretText,
    objectName: objectName_,
  });
  const { certInfo } = await to.do(activateCredential, {
    activateHandle: place.parent,
    keyHandle: place.parent,
    credentialBlob: made['credentialBlob'],
    secret: made['secret'],
  });
  expect(certInfo).toEqual(secretText);
}
