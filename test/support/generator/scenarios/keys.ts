import { OBJECT, has } from '../../../../domain/structures/attributes.ts';
import { toOctets } from '../../../../domain/structures/codec.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { TPMT_PUBLIC_OR_NULL, type TpmtPublic } from '../../../../domain/structures/public.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { TpmObject } from '../../../../domain/tpm/objects.ts';
import { isStorageParent } from '../../../../domain/tpm/templates.ts';
import { STORAGE_KEY, cipherKey, hmacKey, signingKey } from '../../templates.ts';
import { PROFILES } from '../../../../domain/tpm/profile.ts';
import type { Guest } from '../guest.ts';
import { CIPHER_SCENARIOS } from './ciphers.ts';
import { policyFor, withPolicy } from './sessions.ts';

const NONE = new Uint8Array(0);
const HIERARCHIES = [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM, TPM_RH.NULL];
const FIXED = OBJECT.fixedTPM | OBJECT.fixedParent;
const { userWithAuth, noDA, sensitiveDataOrigin, sign, decrypt } = OBJECT;

const RSA_KEY: TpmtPublic = {
  type: 'RSA',
  nameAlg: 'SHA256',
  objectAttributes: sensitiveDataOrigin | userWithAuth | noDA | sign | decrypt,
  authPolicy: NONE,
  parameters: {
    symmetric: { algorithm: 'NULL' },
    scheme: { scheme: 'NULL' },
    keyBits: 2048,
    exponent: 0,
  },
  unique: NONE,
};

const SEALED: TpmtPublic = {
  type: 'KEYEDHASH',
  nameAlg: 'SHA256',
  objectAttributes: FIXED | userWithAuth,
  authPolicy: NONE,
  parameters: { scheme: { scheme: 'NULL' } },
  unique: NONE,
};

function ecdhKey(): TpmtPublic {
  const key = signingKey();
  return {
    ...key,
    objectAttributes: (key.objectAttributes & ~sign) | decrypt,
    parameters: { ...key.parameters, scheme: { scheme: 'NULL' } },
  };
}

/** A template of any kind; those with data have none of their own. */
function template({ random }: Guest): TpmtPublic {
  const movable: TpmtPublic = { ...signingKey(), authPolicy: policyFor(0x14b) };
  const restricted = signingKey(OBJECT.restricted | FIXED);
  const stClear = signingKey(OBJECT.stClear);
  const all: readonly TpmtPublic[] = [
    { ...STORAGE_KEY, unique: { x: random.octets(1), y: NONE } },
    signingKey(),
    restricted,
    stClear,
    movable,
    ecdhKey(),
    SEALED,
    hmacKey(),
    cipherKey(sign | decrypt),
  ];
  return random.chance(3) ? RSA_KEY : random.pick(all);
}

function creation({ random }: Guest, publicArea: TpmtPublic) {
  const isData = !has(publicArea.objectAttributes, sensitiveDataOrigin);
  const userAuth = random.chance(50)
    ? new Secret(random.octets(1 + random.below(20)))
    : EMPTY_SECRET;
  const data = isData ? new Secret(random.octets(1 + random.below(60))) : EMPTY_SECRET;
  const bank = { hash: 'SHA256', pcrSelect: random.octets(3) } as const;
  return {
    inSensitive: { userAuth, data },
    outsideInfo: random.octets(random.below(20)),
    creationPCR: random.chance(30) ? [bank] : [],
  };
}

function isParent(object: TpmObject): boolean {
  return isStorageParent(object) && object.sensitive !== null;
}

/** A storage key, made when there is none. */
export function parentOf(guest: Guest): number | null {
  const parents = guest.objects(isParent);
  if (parents.length > 0 && guest.random.chance(90)) return guest.random.pick(parents);
  createPrimary(guest, STORAGE_KEY, TPM_RH.OWNER);
  const made = guest.objects(isParent);
  return made.length === 0 ? null : guest.random.pick(made);
}

/** Creates a primary object of a template, or of any. */
export function createPrimary(guest: Guest, inPublic?: TpmtPublic, primaryHandle?: number): number {
  makeRoom(guest);
  const publicArea = inPublic ?? template(guest);
  const hierarchy = primaryHandle ?? guest.random.pick(HIERARCHIES);
  const input = { primaryHandle: hierarchy, inPublic: publicArea, ...creation(guest, publicArea) };
  const { code, handle, values } = guest.run('CreatePrimary', input);
  const { creationHash, creationTicket } = values;
  if (code === 0 && creationHash !== undefined) {
    guest.remember('creation', { objectHandle: handle, creationHash, creationTicket });
  }
  return handle;
}

/** Keeps a few slots free, so that there is room for what comes. */
export function makeRoom(guest: Guest): void {
  const { objects, profile } = guest.tpm;
  const { transient } = objects;
  if (transient.size < Math.min(20, PROFILES[profile].transientSlots)) return;
  guest.run('FlushContext', { flushHandle: guest.random.pick([...transient.keys()]) });
}

/** An object of a kind, created and loaded when there is none. */
export function objectOf(guest: Guest, is: (object: TpmObject) => boolean, of: TpmtPublic): number {
  const known = guest.objects(is);
  if (known.length > 0 && guest.random.chance(85)) return guest.random.pick(known);
  return createPrimary(guest, of, TPM_RH.OWNER);
}

function hasSensitive({ sensitive }: TpmObject): boolean {
  return sensitive !== null;
}

/** A key that signs. */
export function signer(guest: Guest, restricted = false): number {
  const isSigner = (object: TpmObject): boolean =>
    hasSensitive(object) &&
    object.publicArea.type === 'ECC' &&
    has(object.publicArea.objectAttributes, sign) &&
    has(object.publicArea.objectAttributes, OBJECT.restricted) === restricted;
  return objectOf(guest, isSigner, signingKey(restricted ? OBJECT.restricted | FIXED : 0));
}

/** A key for HMACs. */
export function macKey(guest: Guest): number {
  const isMac = (object: TpmObject): boolean =>
    hasSensitive(object) &&
    object.publicArea.type === 'KEYEDHASH' &&
    has(object.publicArea.objectAttributes, sign);
  return objectOf(guest, isMac, hmacKey());
}

function rsaKey(guest: Guest): number {
  const isRsa = (object: TpmObject): boolean =>
    hasSensitive(object) && object.publicArea.type === 'RSA';
  return objectOf(guest, isRsa, RSA_KEY);
}

function cipher(guest: Guest): number {
  const isCipher = ({ publicArea, sensitive }: TpmObject): boolean =>
    sensitive !== null &&
    publicArea.type === 'SYMCIPHER' &&
    has(publicArea.objectAttributes, sign | decrypt);
  return objectOf(guest, isCipher, cipherKey(sign | decrypt));
}

function create(guest: Guest, of?: TpmtPublic): void {
  const parentHandle = parentOf(guest);
  if (parentHandle === null) return;
  const inPublic = of ?? template(guest);
  const { code, values } = guest.run('Create', {
    parentHandle,
    inPublic,
    ...creation(guest, inPublic),
  });
  const { outPrivate, outPublic } = values;
  // A response that a session encrypted is of no use to others.
  if (code !== 0 || outPrivate === undefined) return;
  const parentName = objectAt(guest.tpm, parentHandle).name;
  guest.remember('child', { parentName, inPrivate: outPrivate, inPublic: outPublic });
}

type Child = {
  readonly parentName: Uint8Array;
  readonly inPrivate: Uint8Array;
  readonly inPublic: TpmtPublic;
};

function load(guest: Guest, wanted?: (child: Child) => boolean, of?: TpmtPublic): number {
  makeRoom(guest);
  create(guest, of);
  const children = (guest.memory.get('child') ?? []) as Child[];
  const child = children.filter(wanted ?? (() => true)).at(-1);
  if (child === undefined) return 0;
  const parents = guest.objects(({ name }) => Buffer.from(name).equals(child.parentName));
  const { inPrivate, inPublic } = child;
  const parentHandle = parents[0];
  if (parentHandle === undefined) return 0;
  return guest.run('Load', { parentHandle, inPrivate, inPublic }).handle;
}

function unseal(guest: Guest): void {
  const isSealed = ({ publicArea, sensitive }: TpmObject): boolean =>
    sensitive !== null &&
    publicArea.type === 'KEYEDHASH' &&
    !has(publicArea.objectAttributes, sign);
  guest.run('Unseal', { itemHandle: objectOf(guest, isSealed, SEALED) });
}

function credential(guest: Guest): void {
  const handle = createPrimary(guest, STORAGE_KEY, TPM_RH.OWNER);
  const activateHandle = signer(guest);
  if (handle === 0 || activateHandle === 0) return;
  const objectName = objectAt(guest.tpm, activateHandle).name;
  const input = { handle, credential: guest.random.octets(20), objectName };
  const { values } = guest.run('MakeCredential', input);
  const { credentialBlob, secret } = values;
  if (credentialBlob === undefined) return;
  guest.run('ActivateCredential', { activateHandle, keyHandle: handle, credentialBlob, secret });
}

function duplication(guest: Guest): void {
  const inPublic = { ...signingKey(), authPolicy: policyFor(0x14b) };
  const isMovable = ({ inPublic: area }: Child): boolean => area.authPolicy.length > 0;
  const objectHandle = load(guest, isMovable, inPublic);
  const newParentHandle = createPrimary(guest, STORAGE_KEY, TPM_RH.PLATFORM);
  if (objectHandle === 0 || newParentHandle === 0) return;
  const object = objectAt(guest.tpm, objectHandle);
  const symmetricAlg = guest.random.chance(50)
    ? { algorithm: 'AES', keyBits: 128, mode: 'CFB' }
    : { algorithm: 'NULL' };
  const input = { objectHandle, newParentHandle, encryptionKeyIn: NONE, symmetricAlg };
  withPolicy(guest, 0x14b, (policySession) => {
    const { values } = guest.run('Duplicate', input, { policySession });
    const { encryptionKeyOut, duplicate, outSymSeed } = values;
    if (duplicate === undefined) return;
    const rewrapped = guest.run('Rewrap', {
      oldParent: newParentHandle,
      newParent: newParentHandle,
      inDuplicate: duplicate,
      name: object.name,
      inSymSeed: outSymSeed,
    }).values;
    guest.run('Import', {
      parentHandle: newParentHandle,
      encryptionKey: encryptionKeyOut,
      objectPublic: object.publicArea,
      duplicate: rewrapped['outDuplicate'] ?? duplicate,
      inSymSeed: rewrapped['outSymSeed'] ?? outSymSeed,
      symmetricAlg,
    });
  });
}

function loadExternal(guest: Guest): void {
  makeRoom(guest);
  const known = guest.objects();
  if (known.length === 0) return;
  const { publicArea } = objectAt(guest.tpm, guest.random.pick(known));
  const hierarchy = guest.random.pick(HIERARCHIES);
  guest.run('LoadExternal', { inPrivate: null, inPublic: publicArea, hierarchy });
}

function changeAuth(guest: Guest): void {
  const objectHandle = load(guest);
  if (objectHandle === 0) return;
  const { qualifiedName } = objectAt(guest.tpm, objectHandle);
  const parents = guest.objects(isParent);
  if (qualifiedName.length === 0 || parents.length === 0) return;
  const child = (guest.memory.get('child') as Child[]).at(-1);
  const parentHandle = parents.find((handle) =>
    Buffer.from(objectAt(guest.tpm, handle).name).equals(child?.parentName ?? NONE),
  );
  const newAuth = new Secret(guest.random.octets(8));
  guest.run('ObjectChangeAuth', {
    objectHandle,
    parentHandle: parentHandle ?? parents[0],
    newAuth,
  });
}

function evict(guest: Guest): void {
  const { persistent } = guest.tpm.objects;
  if (persistent.size > 4 || (persistent.size > 0 && guest.random.chance(40))) {
    const handle = guest.random.pick([...persistent.keys()]);
    const auth = handle < 0x81800000 ? TPM_RH.OWNER : TPM_RH.PLATFORM;
    guest.run('EvictControl', { auth, objectHandle: handle, persistentHandle: handle });
    return;
  }
  const isPlatform = guest.random.chance(30);
  const auth = isPlatform ? TPM_RH.PLATFORM : TPM_RH.OWNER;
  const objectHandle = createPrimary(guest, signingKey(), auth);
  const persistentHandle = (isPlatform ? 0x81800000 : 0x81000000) + guest.random.below(8);
  guest.run('EvictControl', { auth, objectHandle, persistentHandle });
}

function rsa(guest: Guest): void {
  const keyHandle = rsaKey(guest);
  const inScheme = guest.random.pick([{ scheme: 'OAEP', hashAlg: 'SHA256' }, { scheme: 'RSAES' }]);
  const label = guest.random.chance(50) ? NONE : new Uint8Array([65, 0]);
  const message = guest.random.octets(32);
  const { values } = guest.run('RSA_Encrypt', { keyHandle, message, inScheme, label });
  const cipherText = values['outData'];
  if (cipherText === undefined) return;
  guest.run('RSA_Decrypt', { keyHandle, cipherText, inScheme, label });
}

function ecdh(guest: Guest): void {
  const isEcdh = ({ publicArea, sensitive }: TpmObject): boolean =>
    sensitive !== null &&
    publicArea.type === 'ECC' &&
    has(publicArea.objectAttributes, decrypt) &&
    !has(publicArea.objectAttributes, OBJECT.restricted);
  const keyHandle = objectOf(guest, isEcdh, ecdhKey());
  const { values } = guest.run('ECDH_KeyGen', { keyHandle });
  if (values['pubPoint'] === undefined) return;
  guest.run('ECDH_ZGen', { keyHandle, inPoint: values['pubPoint'] });
}

function encryption(guest: Guest): void {
  const mode = guest.random.pick(['CTR', 'OFB', 'CBC', 'CFB'] as const);
  const inData = guest.random.octets(32);
  const rest = { decrypt: guest.random.chance(50), mode, ivIn: guest.random.octets(16), inData };
  guest.run('EncryptDecrypt', { keyHandle: cipher(guest), ...rest });
  guest.run('EncryptDecrypt2', { keyHandle: cipher(guest), ...rest });
}

/** Objects and what is done with their keys. */
export const KEY_SCENARIOS: readonly ((guest: Guest) => void)[] = [
  (guest) => createPrimary(guest),
  create,
  (guest) => load(guest),
  (guest) => {
    const inPublic = template(guest);
    const { inSensitive } = creation(guest, inPublic);
    const parentHandle = (guest.random.chance(50) ? parentOf(guest) : null) ?? TPM_RH.OWNER;
    const octets = toOctets(TPMT_PUBLIC_OR_NULL, inPublic);
    guest.run('CreateLoaded', { parentHandle, inSensitive, inPublic: octets });
  },
  loadExternal,
  (guest) => {
    const known = guest.objects();
    if (known.length > 0) guest.run('ReadPublic', { objectHandle: guest.random.pick(known) });
  },
  unseal,
  changeAuth,
  credential,
  duplication,
  evict,
  rsa,
  ecdh,
  encryption,
  ...CIPHER_SCENARIOS.map((scenario) => (guest: Guest) => {
    makeRoom(guest);
    scenario(guest);
  }),
  (guest) => guest.run('TestParms', { parameters: { type: 'RSA', ...RSA_KEY.parameters } }),
];
