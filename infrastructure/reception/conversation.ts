/** A reply after which the connection is closed, and then perhaps something else happens. */
export type Farewell = {
  readonly last: Uint8Array;
  /** Called once, when the client has the last octets or is gone. */
  readonly afterwards?: () => void;
};

/** What goes back for a request; no octets mean no answer. */
export type Reply = Uint8Array | Farewell;

/**
 * What one protocol says on one connection: how requests are delimited and answered. One request is
 * answered at a time, in the order they came; requests are views, valid during the call only.
 */
export interface Conversation {
  /** How long a request may stay incomplete, and an answer unread, before the client is dropped. */
  readonly patienceMs: number;
  /** As `Measure`. */
  measure(octets: Uint8Array): number;
  answer(request: Uint8Array): Reply | Promise<Reply>;
  /** Answers a request which `measure` found too large, of which `head` is in hand. */
  refuse(head: Uint8Array, size: number): Reply | Promise<Reply>;
  /** True when these octets need not be the beginning of a request, so that none is overdue. */
  isRest?(octets: Uint8Array): boolean;
}

/** What reception reports of its own accord; a pino logger is one. */
export interface ReceptionLog {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
