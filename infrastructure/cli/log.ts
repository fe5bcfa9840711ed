import { destination, pino, type Logger } from 'pino';
import { StoreError } from '../../domain/engine/eventStore.ts';
import { Refusal } from '../../domain/machines/refusal.ts';
import { masked } from '../hosting/masked.ts';
import type { LogLevel } from './options.ts';

const SECRET_FIELDS = ['token', 'authorization', 'password', 'auth', 'seed', 'sensitive', 'key'];

type Logged = { readonly type: string; readonly message: string; readonly stack?: string };

/**
 * An error with its name and sentence; with a stack only when nobody foresaw it. What else hangs on
 * an error stays out of the log.
 */
function logged(error: unknown): Logged {
  if (!(error instanceof Error)) return { type: typeof error, message: masked(String(error)) };
  const { message, stack, constructor } = error;
  const said = { type: constructor.name, message: masked(message) };
  const isForeseen = error instanceof StoreError || error instanceof Refusal;
  return isForeseen || stack === undefined ? said : { ...said, stack: masked(stack) };
}

/** The log of a program: one JSON object a line, on stderr, written at once. */
export function openLog(level: LogLevel): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: '[redacted]' },
      serializers: { err: logged, error: logged },
    },
    destination({ fd: 2, sync: true }),
  );
}
