import type { Line } from './figures.ts';
import type { Server } from './servers.ts';

/** What every measure is given. */
export type Context = {
  readonly isQuick: boolean;
  /** A folder of the disk that is measured; each measure makes its own inside. */
  readonly folder: string;
  readonly stemma: Server;
  /** Present when the comparison was asked for. */
  readonly swtpm: Server | null;
  /** A Node.js server that answers at once: the floor of any server. */
  readonly echo: Server;
};

/** One thing that is measured. */
export type Measure = {
  readonly name: string;
  readonly run: (context: Context) => Promise<readonly Line[]>;
};
