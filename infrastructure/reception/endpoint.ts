import type { TpmPort } from '../../domain/engine/tpmPort.ts';
import { EndpointError, besides, isLocal, parsePlace, resolvePlace, showPlace } from './place.ts';
import { isTaken, listen } from './listener.ts';
import { commandConversation } from './mssim/command.ts';
import { platformConversation } from './mssim/platform.ts';
import { createStatistics } from './mssim/statistics.ts';
import { controlConversation } from './swtpm/control.ts';
import { dataConversation } from './swtpm/data.ts';
import { createLine } from './swtpm/line.ts';
import type { Conversation, ReceptionLog } from './conversation.ts';
import type { Listener } from './listener.ts';
import type { Place } from './place.ts';

/** Which simulator the endpoint speaks like. */
export type Protocol = 'swtpm' | 'mssim';

export type EndpointOptions = {
  readonly protocol: Protocol;
  /** `tcp:HOST:PORT` or `unix:PATH`; port 0 picks a free pair. */
  readonly listen: string;
  /** Whether others than this machine may connect. The protocols know no authentication. */
  readonly allowRemote?: boolean;
  readonly port: TpmPort;
  /** A client has asked the program to end (SHUTDOWN, STOP) and has its answer. */
  readonly onShutdown?: () => void;
  readonly logger?: ReceptionLog;
};

/** Where clients of one TPM connect: commands at one place, the platform's signals beside it. */
export interface Endpoint {
  readonly protocol: Protocol;
  /** Where commands go: `tcp:ADDRESS:PORT` or `unix:PATH`. */
  readonly listen: string;
  /** Where the control channel (swtpm) or the platform's port (mssim) is. */
  readonly controlListen: string;
  /** Clients connected to either, waiting ones included. */
  connections(): number;
  /** Stops listening and resolves when every command in flight is finished. */
  close(): Promise<void>;
}

/**
 * Where a free pair of ports is looked for: below the ports that Linux gives to clients. Those stay
 * taken for a minute after each connection, and clients that connect once per command use up many;
 * the kernel itself, asked for any port, picks just those whose neighbour they have.
 */
const FREE_PORT_MIN = 16384;
const FREE_PORT_MAX = 32766;
const PAIR_ATTEMPTS_MAX = 64;

/** What is said at the two places of a protocol, made anew for each client. */
type Channels = { readonly first: () => Conversation; readonly second: () => Conversation };

/** Opens an endpoint; throws an EndpointError with a sentence when it cannot be had. */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { protocol } = options;
  const asked = parsePlace(options.listen);
  if (protocol === 'mssim' && asked.family === 'unix') {
    throw new EndpointError('The protocol mssim knows TCP only: use tcp:HOST:PORT.');
  }
  const place = await resolvePlace(asked);
  if (!isLocal(place) && options.allowRemote !== true) {
    throw new EndpointError(
      `${showPlace(asked)} can be reached from other machines, which must be allowed explicitly.`,
    );
  }
  const [first, second] = await listenPair(place, channelsOf(options), options.logger);
  return {
    protocol,
    listen: showPlace(first.place),
    controlListen: showPlace(second.place),
    connections: () => first.connections() + second.connections(),
    close: async () => {
      await Promise.all([first.close(), second.close()]);
    },
  };
}

function channelsOf({ protocol, port, onShutdown }: EndpointOptions): Channels {
  const ending = { onShutdown: onShutdown ?? (() => undefined) };
  if (protocol === 'swtpm') {
    const line = createLine();
    return {
      first: () => dataConversation(port, line),
      second: () => controlConversation(port, line, ending),
    };
  }
  const statistics = createStatistics();
  return {
    first: () => commandConversation(port, statistics, ending),
    second: () => platformConversation(port, statistics, ending),
  };
}

async function listenPair(
  place: Place,
  channels: Channels,
  log: ReceptionLog | undefined,
): Promise<readonly [Listener, Listener]> {
  if (place.family === 'unix' || place.port !== 0) return listenBoth(place, channels, log);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenBoth({ ...place, port: somePort() }, channels, log);
    } catch (error) {
      if (!isTaken(error) || attempt === PAIR_ATTEMPTS_MAX) throw error;
    }
  }
}

async function listenBoth(
  place: Place,
  channels: Channels,
  log: ReceptionLog | undefined,
): Promise<readonly [Listener, Listener]> {
  const first = await listen(place, channels.first, log);
  try {
    return [first, await listen(besides(place), channels.second, log)];
  } catch (error) {
    await first.close();
    throw error;
  }
}

function somePort(): number {
  return FREE_PORT_MIN + Math.floor(Math.random() * (FREE_PORT_MAX - FREE_PORT_MIN));
}
