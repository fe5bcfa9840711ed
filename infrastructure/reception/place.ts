import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** A reason why an endpoint cannot be opened, as one sentence for whoever asked for it. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

/** Where a socket listens. */
export type Place =
  | { readonly family: 'tcp'; readonly host: string; readonly port: number }
  | { readonly family: 'unix'; readonly path: string };

/** Octets of a UNIX socket's path at most: sun_path without its terminating zero. */
const PATH_SIZE_MAX = 107;

const CONTROL_SUFFIX = '.ctrl';

/** Reads `tcp:HOST:PORT`, `tcp:[IPv6]:PORT` or `unix:PATH`. */
export function parsePlace(listen: string): Place {
  const tcp = /^tcp:(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const host = tcp?.[1] ?? tcp?.[2];
  if (host !== undefined) return tcpPlace(host, Number(tcp?.[3]));
  const path = /^unix:(.+)$/s.exec(listen)?.[1];
  if (path !== undefined) return unixPlace(path);
  throw new EndpointError(`"${listen}" is neither tcp:HOST:PORT nor unix:PATH.`);
}

function tcpPlace(host: string, port: number): Place {
  // The second channel is one port above the first.
  if (port < 65535) return { family: 'tcp', host, port };
  throw new EndpointError(`Port ${port} leaves no port above it for the second channel.`);
}

function unixPlace(path: string): Place {
  const size = Buffer.byteLength(path + CONTROL_SUFFIX);
  if (size <= PATH_SIZE_MAX && !path.includes('\0')) return { family: 'unix', path };
  throw new EndpointError(
    `The path ${path} is too long: with ${CONTROL_SUFFIX} it may have ${PATH_SIZE_MAX} octets.`,
  );
}

/** Where the second channel listens when the first is here: the next port, or PATH.ctrl. */
export function besides(place: Place): Place {
  return place.family === 'tcp'
    ? { ...place, port: place.port + 1 }
    : { ...place, path: place.path + CONTROL_SUFFIX };
}

/** The place as it is written by those who ask for it. */
export function showPlace(place: Place): string {
  if (place.family === 'unix') return `unix:${place.path}`;
  return place.host.includes(':')
    ? `tcp:[${place.host}]:${place.port}`
    : `tcp:${place.host}:${place.port}`;
}

/** The place with an address for a host name; IPv4 first, since some clients know nothing else. */
export async function resolvePlace(place: Place): Promise<Place> {
  if (place.family === 'unix' || isIP(place.host) !== 0) return place;
  const addresses = await lookup(place.host, { all: true }).catch(() => []);
  const found = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (found !== undefined) return { ...place, host: found.address };
  throw new EndpointError(`The host ${place.host} is not known.`);
}

/** True when only this machine can reach the place. */
export function isLocal(place: Place): boolean {
  if (place.family === 'unix') return true;
  return /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(place.host) || place.host === '::1';
}
