/** An event as it crosses to the thread. */
export type WireEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};

/** A row as it comes back. */
export type WireRow = WireEvent & {
  readonly stream: string;
  readonly version: number;
  readonly position: number;
};

/** One append. */
export type WireAppend = {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly WireEvent[];
};

/** What became of one append; `position` of its last event when it has been written now. */
export type WireOutcome = {
  readonly kind: 'appended' | 'conflict';
  readonly version: number;
  readonly position: number | null;
};

/** Some rows, and whether there were no more when they were read. */
export type WirePage<T> = { readonly rows: readonly T[]; readonly isLast: boolean };

/** What the thread can be asked, some at a time; each is answered in its turn. */
export type Asked =
  | ({ readonly kind: 'append' } & WireAppend)
  | {
      readonly kind: 'read';
      readonly stream: string;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'last'; readonly stream: string }
  | { readonly kind: 'after'; readonly position: number }
  | { readonly kind: 'streams'; readonly prefix: string; readonly after: string }
  | { readonly kind: 'close' };

export type Request = Asked & { readonly id: number };
export type AppendRequest = Extract<Request, { readonly kind: 'append' }>;

/** What the thread answers, some at a time; an error is SQLite's extended code and its text. */
export type Answer = {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
};

/** What the thread is started with. */
export type WorkerOptions = { readonly file: string; readonly isReadOnly: boolean };

/** Codes of errors beside SQLite's own, which are all positive. */
export const TOO_NEW = -1;
export const FOREIGN = -2;
