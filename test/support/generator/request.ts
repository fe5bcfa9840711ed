import type { Command } from '../../../domain/commands/command.ts';
import { digest, hmac } from '../../../domain/crypto/hash.ts';
import { SESSION, has } from '../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { concat, u16, u32 } from '../../../domain/structures/octets.ts';
import { requireEntity, authKey, entityName } from '../../../domain/tpm/entities.ts';
import type { Session } from '../../../domain/tpm/sessions.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';
import { hidden } from './encryption.ts';
import type { Authorization, KeysOf, Plan, SessionFacts, SessionKeys, Use } from './plan.ts';

export { password, type Authorization, type Plan, type SessionKeys } from './plan.ts';
import { fieldOctets, type Edit } from './fields.ts';

type Input = Readonly<Record<string, unknown>>;

const NONE = new Uint8Array(0);
const NO_KEYS: SessionKeys = { sessionKey: NONE, nonceTPM: NONE };

/** A command whose sessions prove nothing: passwords, and policies without a value. */
export function plainRequest(
  command: Command,
  input: Input,
  authorizations: readonly Authorization[],
): Uint8Array {
  const handles = command.handles.map(({ name }) => input[name] as number);
  const uses = authorizations.map((used) => ({ ...used, entity: null, session: null }));
  const parameters = fieldOctets(command, input, []);
  return planOctets({ command, handles, names: [], parameters, uses }, () => undefined);
}

/** The octets of a command. Sessions that are not passwords get the HMAC that their key gives. */
export function requestOctets(
  tpm: Tpm,
  command: Command,
  input: Input,
  authorizations: readonly Authorization[],
): Uint8Array {
  return planOctets(planned(tpm, command, input, authorizations), keysIn(tpm));
}

/** The keys of the sessions of a TPM into which one can look. */
export function keysIn(tpm: Tpm): KeysOf {
  return (handle) => {
    const session = tpm.sessions.loaded.get(handle);
    if (session === undefined) return undefined;
    return { sessionKey: session.sessionKey.octets, nonceTPM: session.nonceTPM };
  };
}

/** A request to a TPM as it is now. */
export function planned(
  tpm: Tpm,
  command: Command,
  input: Input,
  authorizations: readonly Authorization[],
  edits: readonly Edit[] = [],
): Plan {
  const handles = command.handles.map(({ name }) => input[name] as number);
  const uses = authorizations.map((authorization, i) => {
    const entity = command.handles[i]?.auth === undefined ? null : (handles[i] ?? null);
    const session = tpm.sessions.loaded.get(authorization.handle);
    const facts = session === undefined ? null : factsOf(tpm, session, entity, authorization);
    return { ...authorization, entity, session: facts };
  });
  const names = handles.map((handle) => nameAt(tpm, handle));
  return { command, handles, names, parameters: fieldOctets(command, input, edits), uses };
}

/** The Name of what is at a handle; no octets when nothing is. */
function nameAt(tpm: Tpm, handle: number): Uint8Array {
  try {
    requireEntity(tpm, handle);
    return entityName(tpm, handle).slice();
  } catch {
    return NONE;
  }
}

function factsOf(
  tpm: Tpm,
  session: Session,
  entity: number | null,
  { auth }: Authorization,
): SessionFacts {
  const { authHash, symmetric } = session;
  const hasMac = session.policy?.authorization !== 'password';
  return { authHash, symmetric, value: valueIn(tpm, session, entity, auth), hasMac };
}

function valueIn(
  tpm: Tpm,
  { policy, binding }: Session,
  entity: number | null,
  auth: Uint8Array,
): SessionFacts['value'] {
  if (entity === null) return 'leftOut';
  if (policy?.authorization === 'password') return 'asPassword';
  if (policy !== null) return policy.authorization === 'authValue' ? 'inKey' : 'leftOut';
  const isBound =
    binding !== null &&
    Buffer.from(binding.name).equals(nameAt(tpm, entity)) &&
    Buffer.from(binding.auth.octets).equals(authKey(tpm, entity)) &&
    Buffer.from(binding.auth.octets).equals(auth);
  return isBound ? 'leftOut' : 'inKey';
}

/** A planned request with the nonces and HMACs of one side. */
export function planOctets(plan: Plan, keysOf: KeysOf): Uint8Array {
  const { command, handles, names, uses } = plan;
  const parameters = encrypted(plan, keysOf);
  const cp = concat(u32(command.code), ...names, parameters);
  const area = uses.map((use) => {
    const proof = proofOf(use, uses, cp, keysOf);
    const nonce = concat(u16(use.nonceCaller.length), use.nonceCaller);
    const attributes = new Uint8Array([use.attributes]);
    return concat(u32(use.handle), nonce, attributes, u16(proof.length), proof);
  });
  const sessions = concat(...area);
  const body = concat(
    ...handles.map(u32),
    ...(uses.length > 0 ? [u32(sessions.length), sessions] : []),
    parameters,
  );
  const tag = u16(uses.length > 0 ? 0x8002 : 0x8001);
  return concat(tag, u32(10 + body.length), u32(command.code), body);
}

/** The HMAC of a session, or the password that it or a policy asks for. */
function proofOf(use: Use, all: readonly Use[], cp: Uint8Array, keysOf: KeysOf): Uint8Array {
  const { session, nonceCaller } = use;
  if (use.handle === TPM_RH.PW) return use.auth;
  if (session === null) return NONE;
  if (session.value === 'asPassword') return use.auth;
  const { sessionKey, nonceTPM } = keysOf(use.handle) ?? NO_KEYS;
  const key = macKey(use, sessionKey);
  if (key.length === 0) return NONE;
  const others = all[0] === use && use.entity !== null ? othersNonces(use, all, keysOf) : [];
  const cpHash = digest(session.authHash, cp);
  const tail = new Uint8Array([use.attributes]);
  return hmac(session.authHash, key, cpHash, nonceCaller, nonceTPM, ...others, tail);
}

/** The key of the HMACs of a session. */
export function macKey({ session, auth }: Use, sessionKey: Uint8Array): Uint8Array {
  return session?.value === 'inKey' ? concat(sessionKey, auth) : sessionKey;
}

function othersNonces(used: Use, all: readonly Use[], keysOf: KeysOf): readonly Uint8Array[] {
  const [decrypting, encrypting] = [SESSION.decrypt, SESSION.encrypt].map((bit) =>
    all.find(({ attributes }) => has(attributes, bit)),
  );
  return [decrypting, encrypting === decrypting ? undefined : encrypting]
    .filter((other) => other !== undefined && other !== used && other.handle !== TPM_RH.PW)
    .map((other) => (keysOf(other?.handle ?? 0) ?? NO_KEYS).nonceTPM);
}

/** The parameters with the first one encrypted, where a session says so. */
function encrypted({ parameters, uses }: Plan, keysOf: KeysOf): Uint8Array {
  const use = uses.find(({ attributes }) => has(attributes, SESSION.decrypt));
  if (use === undefined || use.session === null || parameters.length < 2) return parameters;
  const { sessionKey, nonceTPM } = keysOf(use.handle) ?? NO_KEYS;
  const key = use.entity === null ? sessionKey : concat(sessionKey, use.auth);
  const size = ((parameters[0] ?? 0) << 8) | (parameters[1] ?? 0);
  const data = parameters.subarray(2, 2 + size);
  const nonces = { newer: use.nonceCaller, older: nonceTPM };
  const rest = parameters.subarray(2 + size);
  return concat(parameters.subarray(0, 2), hidden(use.session, key, nonces, data), rest);
}
