import { isTdesKeyWeak } from '../../../../domain/crypto/tdesKeys.ts';
import { BLOCK_SIZE } from '../../../../domain/crypto/symmetric.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { Secret, EMPTY_SECRET } from '../../../../domain/structures/secret.ts';
import { PROFILES } from '../../../../domain/tpm/profile.ts';
import { STORAGE_KEY, cipherKey } from '../../templates.ts';
import type { Guest } from '../guest.ts';

const NONE = new Uint8Array(0);
const HIERARCHIES = [TPM_RH.OWNER, TPM_RH.PLATFORM, TPM_RH.NULL];
const { userWithAuth, sign, decrypt } = OBJECT;

type Cipher = { readonly algorithm: 'TDES' | 'AES' | 'CAMELLIA'; readonly keyBits: number };

const CIPHERS: readonly Cipher[] = [
  { algorithm: 'TDES', keyBits: 128 },
  { algorithm: 'TDES', keyBits: 192 },
  { algorithm: 'AES', keyBits: 128 },
  { algorithm: 'AES', keyBits: 192 },
  { algorithm: 'AES', keyBits: 256 },
  { algorithm: 'CAMELLIA', keyBits: 128 },
  { algorithm: 'CAMELLIA', keyBits: 192 },
  { algorithm: 'CAMELLIA', keyBits: 256 },
];

/** Any cipher that the TPM has. */
export function anyCipher(guest: Guest): Cipher {
  const { withheld } = PROFILES[guest.tpm.profile];
  const there = CIPHERS.filter(
    ({ algorithm, keyBits }) => !withheld.has(`${algorithm}-${keyBits}`),
  );
  return guest.random.pick(there);
}

/** A primary key of a cipher, whose octets its creator chose. */
function chosenKey(guest: Guest, cipher: Cipher, mode: 'CMAC' | 'NULL', use: number): number {
  const key = guest.random.octets(cipher.keyBits / 8);
  if (cipher.algorithm === 'TDES' && isTdesKeyWeak(key)) return 0;
  const inPublic = {
    ...cipherKey(0),
    objectAttributes: userWithAuth | use,
    parameters: { sym: { ...cipher, mode } },
  };
  return guest.run('CreatePrimary', {
    primaryHandle: guest.random.pick(HIERARCHIES),
    inSensitive: { userAuth: EMPTY_SECRET, data: new Secret(key) },
    inPublic,
    outsideInfo: NONE,
    creationPCR: [],
  }).handle;
}

function encryption(guest: Guest): void {
  const { random } = guest;
  const cipher = anyCipher(guest);
  const keyHandle = chosenKey(guest, cipher, 'NULL', sign | decrypt);
  if (keyHandle === 0) return;
  const mode = random.pick(['CTR', 'OFB', 'CBC', 'CFB', 'ECB'] as const);
  const ivIn = mode === 'ECB' ? NONE : random.octets(BLOCK_SIZE[cipher.algorithm]);
  for (const name of ['EncryptDecrypt', 'EncryptDecrypt2']) {
    const inData = random.octets(random.pick([0, 7, 16, 21, 48]));
    guest.run(name, { keyHandle, decrypt: random.chance(50), mode, ivIn, inData });
  }
  guest.run('FlushContext', { flushHandle: keyHandle });
}

function mac(guest: Guest): void {
  const { random } = guest;
  const handle = chosenKey(guest, anyCipher(guest), 'CMAC', sign);
  if (handle === 0) return;
  guest.run('HMAC', { handle, buffer: random.octets(random.below(70)), hashAlg: 'CMAC' });
  const auth = EMPTY_SECRET;
  const { handle: sequenceHandle } = guest.run('HMAC_Start', { handle, auth, hashAlg: 'NULL' });
  if (sequenceHandle !== 0) {
    guest.run('SequenceUpdate', { sequenceHandle, buffer: random.octets(random.below(40)) });
    const buffer = random.octets(random.below(40));
    guest.run('SequenceComplete', { sequenceHandle, buffer, hierarchy: TPM_RH.OWNER });
  }
  guest.run('FlushContext', { flushHandle: handle });
}

/** A storage key with any cipher, symmetric or not, and a child of it. */
function parent(guest: Guest): void {
  const sym = { ...anyCipher(guest), mode: 'CFB' } as const;
  const { objectAttributes } = STORAGE_KEY;
  const inPublic = guest.random.chance(50)
    ? { ...STORAGE_KEY, parameters: { ...STORAGE_KEY.parameters, symmetric: sym } }
    : { ...cipherKey(0), objectAttributes, parameters: { sym } };
  const rest = { outsideInfo: NONE, creationPCR: [] };
  const inSensitive = { userAuth: EMPTY_SECRET, data: EMPTY_SECRET };
  const primaryHandle = guest.random.pick(HIERARCHIES);
  const { handle } = guest.run('CreatePrimary', { primaryHandle, inSensitive, inPublic, ...rest });
  if (handle === 0) return;
  const child = { ...cipherKey(sign | decrypt), parameters: { sym: { ...sym, mode: 'NULL' } } };
  const created = { parentHandle: handle, inSensitive, inPublic: child, ...rest };
  const { values } = guest.run('Create', created);
  const { outPrivate: inPrivate, outPublic } = values;
  if (inPrivate !== undefined) {
    const loaded = guest.run('Load', { parentHandle: handle, inPrivate, inPublic: outPublic });
    if (loaded.handle !== 0) guest.run('FlushContext', { flushHandle: loaded.handle });
  }
  guest.run('FlushContext', { flushHandle: handle });
}

/** Ciphers and what is done with them. */
export const CIPHER_SCENARIOS: readonly ((guest: Guest) => void)[] = [encryption, mac, parent];
