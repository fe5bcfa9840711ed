import { ErrorType, isCommandError } from '@eventstore/db-client';
import { StoreError } from '../../../domain/engine/eventStore.ts';

/** gRPC's codes of calls that may have been carried out although they failed. */
const UNAVAILABLE = 14;
const CANCELLED = 1;
/** How the client says that it had no connection, so that nothing was sent. */
const NOT_SENT =
  /No connection established|Failed to connect|Name resolution failed|discover after/;

const REFUSALS: ReadonlySet<unknown> = new Set([
  ErrorType.ACCESS_DENIED,
  ErrorType.INVALID_ARGUMENT,
  ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED,
  ErrorType.NOT_LEADER,
]);

/** Of which kind an error of the client or of gRPC is: the client does not convert all of them. */
export function typeOf(error: unknown): unknown {
  if (error instanceof Error && isCommandError(error)) return error.type;
  const { code } = error as { readonly code?: unknown };
  if (code === UNAVAILABLE) return ErrorType.UNAVAILABLE;
  return code === CANCELLED ? ErrorType.CANCELLED : undefined;
}

/** Whether the connection was lost or not to be had, so that another try may succeed. */
export function isLost(error: unknown): boolean {
  const type = typeOf(error);
  const isGone = type === ErrorType.UNAVAILABLE || type === ErrorType.CANCELLED;
  return isGone || type === ErrorType.NOT_LEADER || NOT_SENT.test(textOf(error));
}

/** An error of a call that only reads. */
export function readError(server: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const kind = typeOf(error) === ErrorType.STREAM_DELETED ? 'damaged' : 'unavailable';
  return new StoreError(kind, sentence(server, error), { cause: error });
}

/** An error of an append: unless it surely did not happen, its outcome is unknown. */
export function appendError(server: string, error: unknown): StoreError {
  const type = typeOf(error);
  if (type === ErrorType.STREAM_DELETED) return readError(server, error);
  const isRefused = REFUSALS.has(type) || NOT_SENT.test(textOf(error));
  const kind = isRefused ? 'unavailable' : 'unknown-outcome';
  return new StoreError(kind, sentence(server, error), { cause: error });
}

function sentence(server: string, error: unknown): string {
  const type = typeOf(error);
  if (type === ErrorType.STREAM_DELETED) {
    return `A stream in the event store at ${server} has been deleted.`;
  }
  if (type === ErrorType.ACCESS_DENIED) {
    return `The event store at ${server} does not grant access.`;
  }
  return `The event store at ${server} cannot be used now (${textOf(error)}).`;
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}
