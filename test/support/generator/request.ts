import type { Command } from '../../../domain/commands/command.ts';
import { digest, hmac } from '../../../domain/crypto/hash.ts';
import { kdfa } from '../../../domain/crypto/kdf.ts';
import { BLOCK_SIZE, encryptCfb, xorObfuscate } from '../../../domain/crypto/symmetric.ts';
import { SESSION, has } from '../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { concat, u16, u32 } from '../../../domain/structures/octets.ts';
import { Writer } from '../../../domain/structures/wire.ts';
import { authKey, entityName, sessionAt } from '../../../domain/tpm/entities.ts';
import type { Session } from '../../../domain/tpm/sessions.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';

/** How a command is authorized or accompanied: by TPM_RS_PW or a session, with what value. */
export type Authorization = {
  readonly handle: number;
  readonly attributes: number;
  readonly nonceCaller: Uint8Array;
  /** The value of the entity, as its owner knows it. */
  readonly auth: Uint8Array;
};

/** A password as an authorization. */
export function password(auth: Uint8Array): Authorization {
  const nonceCaller = new Uint8Array(0);
  return { handle: TPM_RH.PW, attributes: SESSION.continueSession, nonceCaller, auth };
}

type Input = Readonly<Record<string, unknown>>;

/** The octets of a command. Sessions that are not passwords get the HMAC that their key gives. */
export function requestOctets(
  tpm: Tpm,
  command: Command,
  input: Input,
  authorizations: readonly Authorization[],
): Uint8Array {
  const handles = command.handles.map(({ name }) => input[name] as number);
  const clear = parameterOctets(command, input);
  const parameters = encrypted(tpm, handles, clear, authorizations);
  const cpParts = [u32(command.code), ...handles.map((handle) => entityName(tpm, handle))];
  const area = authorizations.map((used, i) =>
    authorizationOctets(
      tpm,
      handles[i] ?? null,
      used,
      authorizations,
      concat(...cpParts, parameters),
    ),
  );
  const sessions = concat(...area);
  const body = concat(
    ...handles.map(u32),
    ...(authorizations.length > 0 ? [u32(sessions.length), sessions] : []),
    parameters,
  );
  const tag = u16(authorizations.length > 0 ? 0x8002 : 0x8001);
  return concat(tag, u32(10 + body.length), u32(command.code), body);
}

/** A command whose sessions prove nothing: passwords, and policies without a value. */
export function plainRequest(
  command: Command,
  input: Input,
  authorizations: readonly Authorization[],
): Uint8Array {
  const handles = command.handles.map(({ name }) => u32(input[name] as number));
  const area = authorizations.map(({ handle, attributes, nonceCaller, auth }) => {
    const proof = handle === TPM_RH.PW ? auth : new Uint8Array(0);
    const nonce = concat(u16(nonceCaller.length), nonceCaller);
    return concat(u32(handle), nonce, new Uint8Array([attributes]), u16(proof.length), proof);
  });
  const sessions = concat(...area);
  const hasSessions = authorizations.length > 0;
  const body = concat(
    ...handles,
    ...(hasSessions ? [u32(sessions.length), sessions] : []),
    parameterOctets(command, input),
  );
  return concat(u16(hasSessions ? 0x8002 : 0x8001), u32(10 + body.length), u32(command.code), body);
}

function parameterOctets(command: Command, input: Input): Uint8Array {
  const writer = new Writer();
  for (const { name, codec } of command.parameters) codec.marshal(writer, input[name]);
  return writer.toOctets();
}

function authorizationOctets(
  tpm: Tpm,
  entity: number | null,
  used: Authorization,
  all: readonly Authorization[],
  cp: Uint8Array,
): Uint8Array {
  const { handle, attributes, nonceCaller } = used;
  const isPassword = handle === TPM_RH.PW;
  const proof = isPassword ? used.auth : proofOf(tpm, entity, used, all, cp);
  const nonce = concat(u16(nonceCaller.length), nonceCaller);
  return concat(u32(handle), nonce, new Uint8Array([attributes]), u16(proof.length), proof);
}

/** The HMAC of a session, or the password that a policy asks for. */
function proofOf(
  tpm: Tpm,
  entity: number | null,
  used: Authorization,
  all: readonly Authorization[],
  cp: Uint8Array,
): Uint8Array {
  const session = sessionAt(tpm, used.handle);
  if (session.policy?.authorization === 'password') return used.auth;
  const key = concat(session.sessionKey.octets, valueInKey(tpm, session, entity, used));
  if (key.length === 0) return new Uint8Array(0);
  const others = all[0] === used && entity !== null ? othersNonces(tpm, used, all) : [];
  const cpHash = digest(session.authHash, cp);
  const tail = new Uint8Array([used.attributes]);
  return hmac(session.authHash, key, cpHash, used.nonceCaller, session.nonceTPM, ...others, tail);
}

function valueInKey(
  tpm: Tpm,
  session: Session,
  entity: number | null,
  { auth }: Authorization,
): Uint8Array {
  const none = new Uint8Array(0);
  if (entity === null) return none;
  if (session.policy !== null) return session.policy.authorization === 'authValue' ? auth : none;
  const { binding } = session;
  const isBound =
    binding !== null &&
    Buffer.from(binding.name).equals(entityName(tpm, entity)) &&
    Buffer.from(binding.auth.octets).equals(authKey(tpm, entity));
  return isBound ? none : auth;
}

function othersNonces(
  tpm: Tpm,
  used: Authorization,
  all: readonly Authorization[],
): readonly Uint8Array[] {
  const [decrypting, encrypting] = [SESSION.decrypt, SESSION.encrypt].map((bit) =>
    all.find(({ attributes }) => has(attributes, bit)),
  );
  return [decrypting, encrypting === decrypting ? undefined : encrypting]
    .filter((other) => other !== undefined && other !== used && other.handle !== TPM_RH.PW)
    .map((other) => sessionAt(tpm, other?.handle ?? 0).nonceTPM);
}

/** The parameters with the first one encrypted, where a session says so. */
function encrypted(
  tpm: Tpm,
  handles: readonly number[],
  clear: Uint8Array,
  authorizations: readonly Authorization[],
): Uint8Array {
  const at = authorizations.findIndex(({ attributes }) => has(attributes, SESSION.decrypt));
  const used = authorizations[at];
  if (used === undefined || used.handle === TPM_RH.PW) return clear;
  const session = sessionAt(tpm, used.handle);
  const isAuthorizing = at < handles.length && at < authorizations.length && used.auth.length > 0;
  const key = concat(session.sessionKey.octets, isAuthorizing ? used.auth : new Uint8Array(0));
  const size = ((clear[0] ?? 0) << 8) | (clear[1] ?? 0);
  const data = clear.subarray(2, 2 + size);
  const hidden = hide(session, key, used.nonceCaller, data);
  return concat(clear.subarray(0, 2), hidden, clear.subarray(2 + size));
}

function hide(
  { symmetric, authHash, nonceTPM }: Session,
  key: Uint8Array,
  nonceCaller: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  if (symmetric.algorithm === 'NULL') return data;
  if (symmetric.algorithm === 'XOR') {
    return xorObfuscate(symmetric.hashAlg, key, nonceCaller, nonceTPM, data);
  }
  const { algorithm, keyBits } = symmetric;
  const size = keyBits / 8;
  const bits = keyBits + BLOCK_SIZE[algorithm] * 8;
  const material = kdfa(authHash, key, 'CFB', nonceCaller, nonceTPM, bits);
  return encryptCfb(algorithm, material.subarray(0, size), material.subarray(size), data);
}
