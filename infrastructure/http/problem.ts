import { StoreError, type StoreErrorKind } from '../../domain/engine/eventStore.ts';
import { Refusal, type RefusalKind } from '../../domain/machines/refusal.ts';

/** What went wrong with a request, as RFC 9457 has it. `type` never changes its meaning. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The field of the request that it is about. */
  readonly field?: string;
};

type Kind = readonly [status: number, title: string];

const KINDS = {
  invalid: [400, 'The request is not well-formed'],
  unauthorized: [401, 'A bearer token is required'],
  'not-found': [404, 'There is no such thing'],
  'not-allowed': [405, 'The method is not allowed here'],
  conflict: [409, 'The state of things does not allow it'],
  'too-large': [413, 'The request is too large'],
  'not-json': [415, 'The request is not JSON'],
  'key-reused': [422, 'The idempotency key belongs to another request'],
  damaged: [500, 'What is stored cannot be read'],
  internal: [500, 'An error of the engine'],
  'too-new': [501, 'A later version wrote what is stored'],
  unavailable: [503, 'It cannot be made durable now'],
} as const satisfies Record<string, Kind>;

export type ProblemKind = keyof typeof KINDS;

const OF_REFUSAL: Readonly<Record<RefusalKind, ProblemKind>> = {
  invalid: 'invalid',
  'not-found': 'not-found',
  conflict: 'conflict',
  unavailable: 'unavailable',
  damaged: 'damaged',
};

const OF_STORE: Readonly<Record<StoreErrorKind, ProblemKind>> = {
  unavailable: 'unavailable',
  full: 'unavailable',
  'unknown-outcome': 'unavailable',
  'in-use': 'unavailable',
  damaged: 'damaged',
  'too-new': 'too-new',
};

const OF_STATUS: Readonly<Record<number, ProblemKind>> = {
  400: 'invalid',
  404: 'not-found',
  405: 'not-allowed',
  413: 'too-large',
  415: 'not-json',
};

export const PROBLEM_TYPE = 'application/problem+json';

/** A problem of a kind. */
export function problem(kind: ProblemKind, detail: string, field?: string): Problem {
  const [status, title] = KINDS[kind];
  const about = field === undefined ? {} : { field };
  return { type: `urn:stemma:problem:${kind}`, title, status, detail, ...about };
}

/**
 * The problem that an error is; `internal` for what nobody foresaw, which says nothing of inside.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return problem(OF_REFUSAL[error.kind], error.message, error.field);
  if (error instanceof StoreError) return problem(OF_STORE[error.kind], error.message);
  const { statusCode, message } = error as {
    readonly statusCode?: number;
    readonly message?: string;
  };
  const kind = OF_STATUS[statusCode ?? 500];
  if (kind === undefined) {
    return problem(
      'internal',
      'The engine met an error that it did not expect; its log says more.',
    );
  }
  return problem(kind, message ?? KINDS[kind][1]);
}
