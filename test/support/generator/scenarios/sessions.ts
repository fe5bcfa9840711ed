import { digest } from '../../../../domain/crypto/hash.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { u32 } from '../../../../domain/structures/octets.ts';
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
  if (loaded.length > 8) guest.run('FlushContext', { flushHandle: random.pick(loaded) });
  const symmetric = random.pick([
    { ...anyCipher(guest), mode: 'CFB' },
    { algorithm: 'XOR', hashAlg: 'SHA256' },
    { algorithm: 'NULL' },
  ]);
  return guest.run('StartAuthSession', {
    tpmKey: TPM_RH.NULL,
    bind: random.chance(30) && !guest.hasTwin ? TPM_RH.OWNER : TPM_RH.NULL,
    nonceCaller: random.octets(16),
    encryptedSalt: NONE,
    sessionType,
    symmetric,
    authHash: 'SHA256',
    ...change,
  }).handle;
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
