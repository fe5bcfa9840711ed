import { ACTIVE_SESSIONS_MAX, TPM_HT } from '../structures/handles.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import type { TpmtSymDef } from '../structures/schemes.ts';
import type { Secret } from '../structures/secret.ts';
import { refuse } from '../structures/tpmError.ts';

/**
 * What a policy session has collected.
 *
 * `cpHash` binds the session to a digest of parameters, names or a template, as its kind says;
 * `timeoutMs` is a value of Time; `localities` a TPMA_LOCALITY (null: any); `pcrUpdateCounter` the
 * counter when PolicyPCR was checked. Part 1, 19.7 Enhanced Authorization
 */
export type PolicyState = {
  readonly digest: Uint8Array;
  readonly bound: {
    readonly kind: 'cpHash' | 'nameHash' | 'template';
    readonly digest: Uint8Array;
  } | null;
  readonly commandCode: number | null;
  readonly pcrUpdateCounter: number | null;
  readonly localities: number | null;
  readonly timeoutMs: bigint | null;
  /** PolicyAuthValue ('authValue') or PolicyPassword ('password'): the later one counts. */
  readonly authorization: 'none' | 'authValue' | 'password';
  readonly isPhysicalPresenceRequired: boolean;
  readonly nvWritten: boolean | null;
};

/**
 * Where a failure counts that is due to the session's key: with what the session was bound to when
 * it started, if that is protected or the lockout authorization. Part 1, 19.8 Dictionary Attack
 * Protection
 */
export type BoundProtection = 'none' | 'dictionaryAttack' | 'lockout';

/** What a session is bound to: the entity's Name and its authValue when the session started. */
export type Binding = { readonly name: Uint8Array; readonly auth: Secret };

/**
 * A session: HMAC, policy or trial policy.
 *
 * `startTimeMs` is Time at the start or at the last use of the policy, in the epoch of Clock that
 * `epoch` says: in another one nothing that has an end holds. `auditDigest` is null until the
 * session is used for audit. Part 1, 19.6 Session-Based Authorizations
 */
export type Session = {
  readonly kind: 'HMAC' | 'POLICY' | 'TRIAL';
  readonly authHash: HashAlg;
  readonly symmetric: TpmtSymDef;
  readonly sessionKey: Secret;
  readonly nonceTPM: Uint8Array;
  readonly binding: Binding | null;
  readonly boundProtection: BoundProtection;
  readonly startTimeMs: bigint;
  readonly epoch: number;
  readonly auditDigest: Uint8Array | null;
  readonly policy: PolicyState | null;
};

/**
 * The sessions: `loaded` by handle, and the `saved` ones with the sequence number of the context
 * that can bring them back. `contextCounter` is the number of the last session that was saved,
 * `objectContextCounter` that of the last object.
 */
export type Sessions = {
  readonly loaded: ReadonlyMap<number, Session>;
  readonly saved: ReadonlyMap<number, bigint>;
  readonly contextCounter: bigint;
  readonly objectContextCounter: bigint;
  /** The session whose audit has been exclusive since its start, if any. */
  readonly exclusiveAudit: number | null;
};

/**
 * How far the number of the last saved context may be from that of the oldest session that is still
 * saved: TPM_PT_CONTEXT_GAP_MAX. Part 2, 6.13 TPM_PT
 */
export const CONTEXT_GAP_MAX = 0xffff;

/** The saved session that has been waiting longest, and the number of its context; null if none. */
function oldestSaved({ saved }: Sessions): readonly [handle: number, sequence: bigint] | null {
  let oldest: readonly [number, bigint] | null = null;
  for (const entry of saved) {
    if (oldest === null || entry[1] < oldest[1]) oldest = entry;
  }
  return oldest;
}

/**
 * True when no further session can be saved before the oldest saved one was loaded: the numbers of
 * contexts go round, and as many as there are slots and one more stand for slots.
 */
export function isContextGapFull(sessions: Sessions, slots: number): boolean {
  const oldest = oldestSaved(sessions);
  const numbers = BigInt(CONTEXT_GAP_MAX - slots - 1);
  return oldest !== null && sessions.contextCounter - oldest[1] >= numbers;
}

/**
 * Refuses with SESSION_MEMORY when all slots are taken, with CONTEXT_GAP when the last one is kept
 * for the oldest saved session and `handle` is another one.
 */
export function requireSessionSlot(sessions: Sessions, slots: number, handle?: number): void {
  const free = slots - sessions.loaded.size;
  if (free <= 0) refuse('SESSION_MEMORY');
  if (free > 1 || !isContextGapFull(sessions, slots)) return;
  if (oldestSaved(sessions)?.[0] !== handle) refuse('CONTEXT_GAP');
}

/**
 * The handle of a session to be started: the lowest number that no loaded or saved session of
 * either type has. Refuses with SESSION_MEMORY when all slots are taken, CONTEXT_GAP when a saved
 * session is too old, SESSION_HANDLES when too many sessions are active. Part 1, 15.4 Session
 * Handles
 */
export function freeSession(sessions: Sessions, kind: Session['kind'], slots: number): number {
  const { loaded, saved } = sessions;
  requireSessionSlot(sessions, slots);
  const taken = new Set([...loaded.keys(), ...saved.keys()].map((handle) => handle & 0xffffff));
  const type = kind === 'HMAC' ? TPM_HT.HMAC_SESSION : TPM_HT.POLICY_SESSION;
  for (let index = 0; index < ACTIVE_SESSIONS_MAX; index += 1) {
    if (!taken.has(index)) return type * 0x1000000 + index;
  }
  return refuse('SESSION_HANDLES');
}

/** In what the handles of an HMAC session and of a policy session of the same number differ. */
const OTHER_TYPE = 0x01000000;

/** True when a session of this number is loaded that is of the other type. */
export function isOfOtherType({ loaded }: Sessions, handle: number): boolean {
  return loaded.has((handle ^ OTHER_TYPE) >>> 0);
}

/** The facts about sessions. */
export type SessionEvent =
  | { readonly type: 'SessionStarted'; readonly handle: number; readonly session: Session }
  /** A successful use: a new nonceTPM, a new audit digest, a policy that starts anew. */
  | {
      readonly type: 'SessionUsed';
      readonly handle: number;
      readonly nonceTPM: Uint8Array;
      readonly auditDigest?: Uint8Array;
      readonly policy?: PolicyState;
      readonly startTimeMs?: bigint;
      readonly epoch?: number;
    }
  | { readonly type: 'SessionFlushed'; readonly handle: number }
  | { readonly type: 'PolicyChanged'; readonly handle: number; readonly policy: PolicyState }
  | {
      readonly type: 'PolicyRestarted';
      readonly handle: number;
      readonly policy: PolicyState;
      readonly startTimeMs: bigint;
    }
  | { readonly type: 'SessionSaved'; readonly handle: number; readonly sequence: bigint }
  | { readonly type: 'SessionRestored'; readonly handle: number; readonly session: Session }
  /** A context of an object was saved: only its counter moves. */
  | { readonly type: 'ContextCounted'; readonly sequence: bigint }
  | { readonly type: 'ExclusiveAuditChanged'; readonly handle: number | null };

type Of<K extends SessionEvent['type']> = Extract<SessionEvent, { type: K }>;

/** What each fact does to the sessions. */
export const sessionEvolvers = {
  SessionStarted: (sessions: Sessions, { handle, session }: Of<'SessionStarted'>) =>
    withSession(sessions, handle, session),
  SessionUsed: (sessions: Sessions, event: Of<'SessionUsed'>) => {
    const { handle, nonceTPM, auditDigest, policy, startTimeMs, epoch } = event;
    const session = sessionOf(sessions, handle);
    return withSession(sessions, handle, {
      ...session,
      nonceTPM,
      ...(auditDigest === undefined ? {} : { auditDigest, binding: null }),
      ...(policy === undefined ? {} : { policy }),
      ...(startTimeMs === undefined ? {} : { startTimeMs }),
      ...(epoch === undefined ? {} : { epoch }),
    });
  },
  SessionFlushed: (sessions: Sessions, { handle }: Of<'SessionFlushed'>): Sessions => {
    const loaded = new Map(sessions.loaded);
    const saved = new Map(sessions.saved);
    loaded.delete(handle);
    saved.delete(handle);
    const exclusiveAudit = sessions.exclusiveAudit === handle ? null : sessions.exclusiveAudit;
    return { ...sessions, loaded, saved, exclusiveAudit };
  },
  PolicyChanged: (sessions: Sessions, { handle, policy }: Of<'PolicyChanged'>) =>
    withSession(sessions, handle, { ...sessionOf(sessions, handle), policy }),
  PolicyRestarted: (sessions: Sessions, { handle, policy, startTimeMs }: Of<'PolicyRestarted'>) =>
    withSession(sessions, handle, { ...sessionOf(sessions, handle), policy, startTimeMs }),
  SessionSaved: (sessions: Sessions, { handle, sequence }: Of<'SessionSaved'>): Sessions => {
    const loaded = new Map(sessions.loaded);
    loaded.delete(handle);
    const saved = new Map(sessions.saved).set(handle, sequence);
    return { ...sessions, loaded, saved, contextCounter: sequence };
  },
  SessionRestored: (sessions: Sessions, { handle, session }: Of<'SessionRestored'>): Sessions => {
    const saved = new Map(sessions.saved);
    saved.delete(handle);
    return withSession({ ...sessions, saved }, handle, session);
  },
  ContextCounted: (sessions: Sessions, { sequence }: Of<'ContextCounted'>): Sessions => ({
    ...sessions,
    objectContextCounter: sequence,
  }),
  ExclusiveAuditChanged: (
    sessions: Sessions,
    { handle }: Of<'ExclusiveAuditChanged'>,
  ): Sessions => ({
    ...sessions,
    exclusiveAudit: handle,
  }),
};

function sessionOf(sessions: Sessions, handle: number): Session {
  const session = sessions.loaded.get(handle);
  if (session === undefined) throw new Error(`session ${handle.toString(16)} is not loaded`);
  return session;
}

function withSession(sessions: Sessions, handle: number, session: Session): Sessions {
  return { ...sessions, loaded: new Map(sessions.loaded).set(handle, session) };
}

/** A policy that has collected nothing yet; `digestSize` is that of the session's hash. */
export function emptyPolicy(digestSize: number): PolicyState {
  return {
    digest: new Uint8Array(digestSize),
    bound: null,
    commandCode: null,
    pcrUpdateCounter: null,
    localities: null,
    timeoutMs: null,
    authorization: 'none',
    isPhysicalPresenceRequired: false,
    nvWritten: null,
  };
}

/** No session at all: how a TPM comes out of a TPM Reset. */
export const NO_SESSIONS: Sessions = {
  loaded: new Map(),
  saved: new Map(),
  contextCounter: 0n,
  objectContextCounter: 0n,
  exclusiveAudit: null,
};
