import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import type { Command } from '../../../domain/commands/command.ts';
import { COMMANDS } from '../../../domain/commands/index.ts';
import { toOctets, type Codec } from '../../../domain/structures/codec.ts';
import { concat, u16, u32 } from '../../../domain/structures/octets.ts';
import { Reader } from '../../../domain/structures/wire.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';
import { STRUCTURES } from '../structures.ts';
import type { Random } from './random.ts';

/** A request in the parts that its command's row tells apart. */
export type Parts = {
  readonly command: Command;
  readonly handles: readonly number[];
  readonly sessions: readonly SessionPart[] | null;
  readonly parameters: readonly Uint8Array[];
};

type SessionPart = {
  readonly handle: number;
  readonly nonce: Uint8Array;
  readonly attributes: number;
  readonly hmac: Uint8Array;
};

const BY_CODE: ReadonlyMap<number, Command> = new Map(COMMANDS.map((row) => [row.code, row]));
const SESSIONS = 0x8002;
/** How many values of each type there are to choose from. */
const VALUES_EACH = 48;
const SEED = 17;

const FOLDER = new URL('../../../domain/structures/', import.meta.url);
const modules = await Promise.all(
  readdirSync(FOLDER)
    .filter((file) => /\.(ts|js)$/.test(file))
    .map((file) => import(new URL(file, FOLDER).href) as Promise<object>),
);
const NAMES: ReadonlyMap<unknown, string> = new Map(
  modules.flatMap((exported) => Object.entries(exported).map(([name, value]) => [value, name])),
);
const pools = new Map<string, readonly Uint8Array[]>();

/** Values of a codec as octets, always the same; none for one that is not exported. */
function valuesOf(codec: Codec<unknown>): readonly Uint8Array[] {
  const name = NAMES.get(codec) ?? '';
  const values = STRUCTURES[name];
  if (values === undefined) return [];
  const known = pools.get(name);
  if (known !== undefined) return known;
  const sampled = fc.sample(values, { numRuns: VALUES_EACH, seed: SEED });
  const made = sampled.map((value) => toOctets(codec, value));
  pools.set(name, made);
  return made;
}

/** A request in its parts; null when it is not one, or its first parameter is encrypted. */
export function dissected(request: Uint8Array): Parts | null {
  try {
    const reader = new Reader(request);
    const tag = reader.u16();
    reader.u32();
    const command = BY_CODE.get(reader.u32());
    if (command === undefined) return null;
    const handles = command.handles.map(() => reader.u32());
    const sessions = tag === SESSIONS ? sessionsOf(reader) : null;
    const parameters = command.parameters.map(({ codec }) => {
      const from = request.length - reader.remaining;
      codec.unmarshal(reader);
      return request.slice(from, request.length - reader.remaining);
    });
    return reader.remaining === 0 ? { command, handles, sessions, parameters } : null;
  } catch {
    return null;
  }
}

function sessionsOf(reader: Reader): readonly SessionPart[] {
  const sized = reader.u32();
  const end = reader.remaining - sized;
  const sessions: SessionPart[] = [];
  while (reader.remaining > end) {
    const handle = reader.u32();
    const nonce = reader.octets(reader.u16()).slice();
    const attributes = reader.u8();
    sessions.push({ handle, nonce, attributes, hmac: reader.octets(reader.u16()).slice() });
  }
  return sessions;
}

/** The octets of a request whose sizes all fit. */
export function assembled({ command, handles, sessions, parameters }: Parts): Uint8Array {
  const area = (sessions ?? []).map(({ handle, nonce, attributes, hmac }) =>
    concat(
      u32(handle),
      u16(nonce.length),
      nonce,
      new Uint8Array([attributes]),
      u16(hmac.length),
      hmac,
    ),
  );
  const authorization = concat(...area);
  const body = concat(
    ...handles.map(u32),
    ...(sessions === null ? [] : [u32(authorization.length), authorization]),
    ...parameters,
  );
  const tag = u16(sessions === null ? 0x8001 : SESSIONS);
  return concat(tag, u32(10 + body.length), u32(command.code), body);
}

type Mutation = (parts: Parts, random: Random, tpm: Tpm) => Parts;

/** A handle of something that is there, or of something that could be. */
function someHandle(random: Random, { objects, sessions, nv }: Tpm): number {
  const there = [
    ...objects.transient.keys(),
    ...objects.persistent.keys(),
    ...sessions.loaded.keys(),
    ...sessions.saved.keys(),
    ...nv.indices.keys(),
  ];
  if (there.length > 0 && random.chance(60)) return random.pick(there);
  const kind = random.pick([0x00, 0x01, 0x02, 0x03, 0x40, 0x40, 0x80, 0x81, 0x90]);
  return kind * 0x1000000 + random.below(random.pick([24, 64, 0x1000000]));
}

function replacedAt<T>(list: readonly T[], at: number, value: T): readonly T[] {
  return list.map((old, i) => (i === at ? value : old));
}

function otherParameter(parts: Parts, random: Random): Parts {
  const { command, parameters } = parts;
  if (parameters.length === 0) return parts;
  const at = random.below(parameters.length);
  const values = valuesOf(command.parameters[at]?.codec as Codec<unknown>);
  if (values.length === 0) return changedParameter(parts, random);
  return { ...parts, parameters: replacedAt(parameters, at, random.pick(values)) };
}

/** Another value where a parameter has the same octets, seldom of the same length. */
function changedParameter(parts: Parts, random: Random): Parts {
  const { parameters } = parts;
  const at = random.below(Math.max(1, parameters.length));
  const octets = parameters[at]?.slice();
  if (octets === undefined || octets.length === 0) return parts;
  const where = random.below(octets.length);
  octets[where] = random.pick([
    0,
    0xff,
    octets[where]! ^ (1 << random.below(8)),
    octets[where]! + 1,
  ]);
  return { ...parts, parameters: replacedAt(parameters, at, octets) };
}

/** A TPM2B of one octet more or less, with the size that belongs to it. */
function resizedParameter(parts: Parts, random: Random): Parts {
  const { command, parameters } = parts;
  const sized = parameters.flatMap((_, i) => (command.parameters[i]?.codec.isSized ? [i] : []));
  if (sized.length === 0) return changedParameter(parts, random);
  const at = random.pick(sized);
  const content = parameters[at]!.subarray(2);
  const length = random.pick([0, 1, content.length - 1, content.length + 1, content.length * 2]);
  const resized = new Uint8Array(Math.max(0, length));
  resized.set(content.subarray(0, resized.length));
  const octets = concat(u16(resized.length), resized);
  return { ...parts, parameters: replacedAt(parameters, at, octets) };
}

function otherHandle(parts: Parts, random: Random, tpm: Tpm): Parts {
  const { handles } = parts;
  if (handles.length === 0) return otherParameter(parts, random);
  const at = random.below(handles.length);
  return { ...parts, handles: replacedAt(handles, at, someHandle(random, tpm)) };
}

function otherSession(parts: Parts, random: Random, tpm: Tpm): Parts {
  const sessions = parts.sessions ?? [];
  const at = random.below(Math.max(1, sessions.length));
  const session = sessions[at];
  if (session === undefined) return { ...parts, sessions: [passwordOf(random)] };
  const change: Partial<SessionPart> = random.pick<Partial<SessionPart>>([
    { attributes: session.attributes ^ (1 << random.below(8)) },
    { handle: someHandle(random, tpm) },
    { nonce: random.octets(random.pick([0, 1, 16, 32, 64, 65])) },
    { hmac: random.octets(random.pick([0, 1, 20, 32, 64, 65])) },
    { handle: 0x40000009, nonce: new Uint8Array(0), attributes: 1 },
  ]);
  return { ...parts, sessions: replacedAt(sessions, at, { ...session, ...change }) };
}

function passwordOf(random: Random): SessionPart {
  const hmac = random.octets(random.below(5));
  return { handle: 0x40000009, nonce: new Uint8Array(0), attributes: 1, hmac };
}

/** A session more or less, or another order. */
function otherSessions(parts: Parts, random: Random): Parts {
  const sessions = parts.sessions ?? [];
  return {
    ...parts,
    sessions: random.pick([
      [...sessions, passwordOf(random)],
      [...sessions, ...sessions],
      sessions.slice(1),
      sessions.toReversed(),
      null,
    ]),
  };
}

/** The same parameters for another command, of which it may even be one. */
function otherCommand(parts: Parts, random: Random): Parts {
  const alike = COMMANDS.filter(
    ({ handles, parameters }) =>
      handles.length === parts.handles.length && parameters.length === parts.parameters.length,
  );
  return { ...parts, command: random.pick(random.chance(70) ? alike : COMMANDS) };
}

const MUTATIONS: readonly Mutation[] = [
  otherParameter,
  otherParameter,
  changedParameter,
  changedParameter,
  resizedParameter,
  otherHandle,
  otherSession,
  otherSessions,
  otherCommand,
];

/** A request that is well framed and wrong in one part or two; null for what is no request. */
export function mutateByGrammar(request: Uint8Array, random: Random, tpm: Tpm): Uint8Array | null {
  const parts = dissected(request);
  if (parts === null) return null;
  const once = random.pick(MUTATIONS)(parts, random, tpm);
  return assembled(random.chance(30) ? random.pick(MUTATIONS)(once, random, tpm) : once);
}
