import { InvalidArgumentError, Option } from 'commander';

const DATA_DEFAULT = './stemma-data';
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Which engine: the folder that it keeps its data in. */
export function dataOption(): Option {
  return new Option('--data <dir>', 'the data folder of the engine')
    .env('STEMMA_DATA')
    .default(DATA_DEFAULT);
}

export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'the least that is logged')
    .choices(LOG_LEVELS)
    .default('info');
}

export function protocolOption(): Option {
  return new Option('--protocol <protocol>', 'the protocol of its clients').choices([
    'swtpm',
    'mssim',
  ]);
}

/** Reads a whole number of at least one. */
export function positive(text: string): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= 1) return value;
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}

/** Which store; by default the one in the data folder. */
export function storeOption(): Option {
  const what = 'the store: memory:, sqlite:FILE, esdb://... or esdb+discover://...';
  return new Option('--store <url>', what).env('STEMMA_STORE');
}
