import type { Command } from '../../../domain/commands/command.ts';
import { digest, hmac } from '../../../domain/crypto/hash.ts';
import { SESSION, has } from '../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { concat, sameOctets, u32 } from '../../../domain/structures/octets.ts';
import { Reader } from '../../../domain/structures/wire.ts';
import { shown } from './encryption.ts';
import type { KeysOf, Plan, Use } from './plan.ts';
import { macKey } from './request.ts';

/** A response: its code, the handle and the parameters when it is a success. */
export type Response = {
  readonly code: number;
  readonly handle: number;
  readonly values: Readonly<Record<string, unknown>>;
};

/** What came back for a session. */
export type SessionReply = {
  readonly handle: number;
  readonly nonceTPM: Uint8Array;
  readonly attributes: number;
  /** Its HMAC is the one that its key gives. */
  readonly isGenuine: boolean;
};

/** A response with its encrypted parameter in the clear, and what came back for each session. */
export type Opened = Response & { readonly sessions: readonly SessionReply[] };

const SESSIONS = 0x8002;

/** A response by the table of commands; what is encrypted in it stays as it is. */
export function decoded(command: Command, octets: Uint8Array): Response {
  const { code, handle, parameters } = split(command, octets);
  return { code, handle, values: valuesOf(command, parameters) };
}

/**
 * A response to a planned request as the caller opens it: `auths` are the values of the entities
 * after the command, without trailing zeros.
 */
export function opened(
  plan: Plan,
  keysOf: KeysOf,
  octets: Uint8Array,
  auths: readonly Uint8Array[],
): Opened {
  const { command, uses } = plan;
  const { code, handle, parameters, rest } = split(command, octets);
  if (code !== 0) return { code, handle, values: {}, sessions: [] };
  const replies = rest.remaining === 0 ? [] : uses.map((use) => readReply(use, rest));
  const rp = concat(u32(0), u32(command.code), parameters);
  const sessions = replies.map((reply, i): SessionReply => {
    const use = { ...uses[i]!, auth: uses[i]!.entity === null ? uses[i]!.auth : auths[i]! };
    return { ...reply, isGenuine: isGenuine(use, reply, rp, keysOf) };
  });
  const at = uses.findIndex(({ attributes }) => has(attributes, SESSION.encrypt));
  if (at >= 0 && uses[at]?.session === null) return { code, handle, values: {}, sessions };
  const clear = inTheClear(parameters, uses[at], sessions[at], keysOf);
  return { code, handle, values: valuesOf(command, clear), sessions };
}

type Reply = Omit<SessionReply, 'isGenuine'> & { readonly mac: Uint8Array };

function readReply({ handle }: Use, rest: Reader): Reply {
  const nonceTPM = rest.octets(rest.u16());
  const attributes = rest.u8();
  return { handle, nonceTPM, attributes, mac: rest.octets(rest.u16()) };
}

function isGenuine(use: Use, reply: Reply, rp: Uint8Array, keysOf: KeysOf): boolean {
  const { session, nonceCaller } = use;
  if (use.handle === TPM_RH.PW || session?.hasMac === false) return reply.mac.length === 0;
  const keys = keysOf(use.handle);
  if (session === null || keys === undefined) return true;
  const key = macKey(use, keys.sessionKey);
  if (key.length === 0 && reply.mac.length === 0) return true;
  const rpHash = digest(session.authHash, rp);
  const attributes = new Uint8Array([reply.attributes]);
  const mac = hmac(session.authHash, key, rpHash, reply.nonceTPM, nonceCaller, attributes);
  return sameOctets(mac, reply.mac);
}

function inTheClear(
  parameters: Uint8Array,
  use: Use | undefined,
  reply: SessionReply | undefined,
  keysOf: KeysOf,
): Uint8Array {
  const keys = use === undefined ? undefined : keysOf(use.handle);
  if (!use?.session || reply === undefined || keys === undefined) return parameters;
  const key = use.entity === null ? keys.sessionKey : concat(keys.sessionKey, use.auth);
  const size = ((parameters[0] ?? 0) << 8) | (parameters[1] ?? 0);
  const nonces = { newer: reply.nonceTPM, older: use.nonceCaller };
  const data = shown(use.session, key, nonces, parameters.subarray(2, 2 + size));
  return concat(parameters.subarray(0, 2), data, parameters.subarray(2 + size));
}

function split(command: Command, octets: Uint8Array) {
  const reader = new Reader(octets);
  const tag = reader.u16();
  reader.u32();
  const code = reader.u32();
  const none = { code, handle: 0, parameters: new Uint8Array(0), rest: reader };
  if (code !== 0) return none;
  const handle = command.responseHandle === null ? 0 : reader.u32();
  const size = tag === SESSIONS ? reader.u32() : reader.remaining;
  return { code, handle, parameters: reader.octets(size), rest: reader };
}

/** The values of the parameters; none when they are not what the table says. */
function valuesOf(command: Command, parameters: Uint8Array): Readonly<Record<string, unknown>> {
  const reader = new Reader(parameters);
  const values: Record<string, unknown> = {};
  try {
    for (const { name, codec } of command.response) values[name] = codec.unmarshal(reader);
  } catch {
    return {};
  }
  return values;
}
