import { digest } from '../../../../domain/crypto/hash.ts';
import { OBJECT, has } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../../../../domain/structures/hashAlg.ts';
import { u32 } from '../../../../domain/structures/octets.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { TpmObject } from '../../../../domain/tpm/objects.ts';
import { PROFILES } from '../../../../domain/tpm/profile.ts';
import type { Guest } from '../guest.ts';
import { anyCipher } from './ciphers.ts';

const NONE = new Uint8Array(0);
const POLICY_COMMAND_CODE = 0x16c;

/** The policy by which only this command is authorized. */
export function policyFor(code: number): Uint8Array {
  return digest('SHA256', new Uint8Array(32), u32(POLICY_COMMAND_CODE), u32(code));
}

/** Starts a session of a kind; its handle, 0 when there is none to be had. */
export function startSession(
  guest: Guest,
  sessionType: 'HMAC' | 'POLICY' | 'TRIAL',
  change: Readonly<Record<string, unknown>> = {},
): number {
  const { random } = guest;
  const loaded = [...guest.tpm.sessions.loaded.keys()];
  const most = Math.min(8, PROFILES[guest.tpm.profile].sessionSlots - 1);
  if (loaded.length > most) guest.run('FlushContext', { flushHandle: random.pick(loaded) });
  const symmetric = random.pick([
    { algorithm: 'AES', keyBits: 128, mode: 'CFB' },
    { ...anyCipher(guest), mode: 'CFB' },
    { algorithm: 'XOR', hashAlg: random.pick(HASH_ALGS) },
    { algorithm: 'NULL' },
  ]);
  const isPlain = sessionType !== 'HMAC' || random.chance(60);
  const authHash = isPlain ? 'SHA256' : random.pick(HASH_ALGS);
  return guest.run('StartAuthSession', {
    ...salted(guest),
    bind: random.chance(30) ? random.pick(bindable(guest)) : TPM_RH.NULL,
    nonceCaller: random.octets(random.pick([16, 20, DIGEST_SIZE[authHash]])),
    sessionType,
    symmetric,
    authHash,
    ...change,
  }).handle;
}

function bindable(guest: Guest): readonly number[] {
  const hierarchies = [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM, TPM_RH.LOCKOUT];
  return [...hierarchies, 0, 20, ...guest.objects(), ...guest.tpm.nv.indices.keys()];
}

/** A key that decrypts with a salt for it, sometimes, if there is one. */
function salted(guest: Guest) {
  const isExchange = ({ publicArea, sensitive }: TpmObject): boolean =>
    sensitive !== null &&
    publicArea.nameAlg !== 'NULL' &&
    (publicArea.type === 'ECC' || publicArea.type === 'RSA') &&
    has(publicArea.objectAttributes, OBJECT.decrypt);
  const keys = guest.random.chance(30) ? guest.objects(isExchange) : [];
  if (keys.length === 0) return { tpmKey: TPM_RH.NULL, encryptedSalt: NONE };
  const tpmKey = guest.random.pick(keys);
  const { publicArea } = objectAt(guest.tpm, tpmKey);
  return { tpmKey, encryptedSalt: guest.encryptedSalt(publicArea) };
}

/** Does something in a policy session that authorizes one command. */
export function withPolicy(guest: Guest, code: number, work: (session: number) => void): void {
  const policySession = startSession(guest, 'POLICY');
  if (policySession === 0) return;
  const { code: refusal } = guest.run('PolicyCommandCode', { policySession, code });
  if (refusal === 0) work(policySession);
  if (!guest.tpm.sessions.loaded.has(policySession)) return;
  if (guest.random.chance(80)) guest.run('FlushContext', { flushHandle: policySession });
}
