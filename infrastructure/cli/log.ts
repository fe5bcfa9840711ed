import { destination, pino, type Level, type Logger } from 'pino';
import { masked } from './failure.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const satisfies Level[];
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECRET_FIELDS = ['token', 'authorization', 'password', 'auth', 'seed', 'sensitive', 'key'];

type Logged = { readonly type: string; readonly message: string; readonly stack?: string };

/** An error with its name, sentence and stack; what else hangs on it stays out of the log. */
function logged(error: unknown): Logged {
  if (!(error instanceof Error)) return { type: typeof error, message: masked(String(error)) };
  const { name, message, stack } = error;
  return { type: name, message: masked(message), ...(stack ? { stack: masked(stack) } : {}) };
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
