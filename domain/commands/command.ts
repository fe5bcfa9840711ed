import type { Codec, Of } from '../structures/codec.ts';
import type { TpmEvent } from '../tpm/evolve.ts';
import { PROFILES } from '../tpm/profile.ts';
import type { Tpm } from '../tpm/tpm.ts';
import type { Circumstances } from './circumstances.ts';

/** Who must authorize the use of a handle. Part 1, 19.2 Authorization Roles */
export type AuthRole = 'USER' | 'ADMIN' | 'DUP';

/** A handle of a command: its type, and the role that its use needs, if any. */
export type HandleRow = { readonly codec: Codec<number>; readonly auth?: AuthRole };

type HandleRows = Readonly<Record<string, HandleRow>>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a codec's type is invariant
type Codecs = Readonly<Record<string, Codec<any>>>;

/** The handles and parameters of a command, by their names in Part 3. */
export type Input<H, P> = { readonly [K in keyof H]: number } & {
  readonly [K in keyof P]: Of<P[K]>;
};

/** The response parameters of a command, by their names in Part 3. */
export type Output<R> = { readonly [K in keyof R]: Of<R[K]> };

/** What a command decided: its facts and its answer. `handle` when the command gives one back. */
export type Decision<O> = {
  readonly events: readonly TpmEvent[];
  readonly response: O;
  readonly handle?: number;
};

/** A decision with these response parameters and facts. */
export function answer<O>(response: O, ...events: readonly TpmEvent[]): Decision<O> {
  return { events, response };
}

/** The decision of a command without response parameters. */
export function done(...events: readonly TpmEvent[]): Decision<object> {
  return { events, response: {} };
}

/** A decision that gives back a handle. */
export function answerHandle<O>(
  handle: number,
  response: O,
  ...events: readonly TpmEvent[]
): Decision<O> {
  return { events, response, handle };
}

/** Everything that is to be known of a command, in one place. */
export type CommandRow<H, P, R> = {
  /** TPM_CC. */
  readonly code: number;
  /** Its clause: `Part 3, 22.2 TPM2_PCR_Extend`. */
  readonly section: string;
  /** In wire order. */
  readonly handles: H;
  /** In wire order. */
  readonly parameters: P;
  /** The name of the handle that a response begins with, if any. */
  readonly responseHandle?: string;
  /** In wire order. */
  readonly response: R;
  /** TPMA_CC.nv: may write to NV memory. */
  readonly isNv?: boolean;
  /** TPMA_CC.extensive: may flush many things. */
  readonly isExtensive?: boolean;
  /** TPMA_CC.flushed: a handle of the command is flushed when it succeeds. */
  readonly isFlushed?: boolean;
  /** A policy that authorizes it must ask for the authorization value. */
  readonly needsAuthValue?: boolean;
  /** No sessions at all: an authorization area is refused with AUTH_CONTEXT. */
  readonly hasNoSessions?: boolean;
  /** Answered before TPM2_Startup, and not any more after it. */
  readonly isOnlyBeforeStartup?: boolean;
  /** Answered in failure mode, too. */
  readonly isAllowedInFailureMode?: boolean;
  /** Whether it needs physical presence when the platform authorizes it: always, or if set so. */
  readonly presence?: 'always' | 'configurable';
  /** Nobody can keep it out of the command audit. */
  readonly isAlwaysAudited?: boolean;
  /** How it uses the NV index that it authorizes: which of the index's attributes must allow it. */
  readonly nvAccess?: 'read' | 'write';
  /** Profiles for comparison with the reference do not have it. */
  readonly isBeyondReference?: boolean;
  /** Checks, works out, answers; refuses by throwing TpmError. */
  readonly decide: (
    input: Input<H, P>,
    tpm: Tpm,
    circumstances: Circumstances,
  ) => Decision<Output<R>>;
};

/** A command as the request pipeline sees it, whatever its handles and parameters. */
export type Command = {
  readonly code: number;
  readonly section: string;
  /** TPM2_PCR_Extend without its prefix: PCR_Extend. */
  readonly name: string;
  readonly handles: readonly (HandleRow & { readonly name: string })[];
  readonly parameters: readonly { readonly name: string; readonly codec: Codec<unknown> }[];
  readonly responseHandle: string | null;
  readonly response: readonly { readonly name: string; readonly codec: Codec<unknown> }[];
  readonly isNv: boolean;
  readonly isExtensive: boolean;
  readonly isFlushed: boolean;
  readonly needsAuthValue: boolean;
  readonly hasNoSessions: boolean;
  readonly isOnlyBeforeStartup: boolean;
  readonly isAllowedInFailureMode: boolean;
  readonly nvAccess: 'read' | 'write';
  readonly isAlwaysAudited: boolean;
  readonly presence: 'always' | 'configurable' | 'never';
  readonly isBeyondReference: boolean;
  readonly decide: (
    input: Readonly<Record<string, unknown>>,
    tpm: Tpm,
    circumstances: Circumstances,
  ) => Decision<Readonly<Record<string, unknown>>>;
};

/** Declares a command: types its `decide` by its tables, and derives what follows from them. */
export function command<const H extends HandleRows, const P extends Codecs, const R extends Codecs>(
  row: CommandRow<H, P, R>,
): Command {
  const name = /TPM2_(\w+)/.exec(row.section)?.[1];
  if (name === undefined) throw new Error(`${row.section} names no command`);
  return {
    code: row.code,
    section: row.section,
    name,
    handles: Object.entries(row.handles).map(([key, handle]) => ({ name: key, ...handle })),
    parameters: columns(row.parameters),
    responseHandle: row.responseHandle ?? null,
    response: columns(row.response),
    isNv: row.isNv ?? false,
    isExtensive: row.isExtensive ?? false,
    isFlushed: row.isFlushed ?? false,
    needsAuthValue: row.needsAuthValue ?? false,
    hasNoSessions: row.hasNoSessions ?? false,
    isOnlyBeforeStartup: row.isOnlyBeforeStartup ?? false,
    isAllowedInFailureMode: row.isAllowedInFailureMode ?? false,
    nvAccess: row.nvAccess ?? 'read',
    isAlwaysAudited: row.isAlwaysAudited ?? false,
    presence: row.presence ?? 'never',
    isBeyondReference: row.isBeyondReference ?? false,
    decide: row.decide as unknown as Command['decide'],
  };
}

/** Whether a TPM has a command: it depends on its profile. */
export function hasCommand({ profile }: Tpm, { isBeyondReference }: Command): boolean {
  return !isBeyondReference || PROFILES[profile].isBeyondReference;
}

function columns(codecs: Codecs): Command['parameters'] {
  return Object.entries(codecs).map(([name, codec]) => ({ name, codec: codec as Codec<unknown> }));
}
