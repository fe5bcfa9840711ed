import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Command } from 'commander';
import type { HttpPlace } from '../composition.ts';
import { masked } from '../hosting/masked.ts';
import { Failure, UsageError, sentenceOf } from './failure.ts';
import { dataOption, logLevelOption, storeOption, type LogLevel } from './options.ts';
import { endAsked } from './signals.ts';
import { print } from './terminal.ts';

type ServeOptions = {
  readonly data: string;
  readonly store?: string;
  readonly http?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel: LogLevel;
};

/** Adds `serve`: the engine. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description('run the engine until SIGTERM or SIGINT')
    .addOption(dataOption())
    .addOption(storeOption())
    .option('--http <host:port>', 'serve the API over TCP too, with the token of the data folder')
    .option('--tls-cert <file>', 'the certificate of the API over TCP, PEM')
    .option('--tls-key <file>', 'the private key of that certificate, PEM')
    .addOption(logLevelOption())
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const http = httpPlace(options);
  // All that this process makes, whoever makes it, belongs to its owner alone.
  process.umask(0o077);
  const { openLog } = await import('./log.ts');
  const log = openLog(options.logLevel);
  const asked = endAsked();
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'the engine ends: an error that nobody expected');
    process.exit(1);
  });
  const { openHost } = await import('../composition.ts');
  const host = await openHost({
    data: resolve(options.data),
    ...(options.store === undefined ? {} : { store: options.store }),
    ...(http === null ? {} : { http }),
    log,
  });
  const tcp = host.http === null ? '' : ` http=${host.http.address} token=${host.http.tokenFile}`;
  print(`ready socket=${host.socket} store=${masked(host.store)}${tcp}`);
  await asked;
  log.info('the engine ends');
  await host.close();
}

/** Where the API is served over TCP; anything but loopback needs a certificate. */
function httpPlace({ http, tlsCert, tlsKey }: ServeOptions): HttpPlace | null {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError('--tls-cert and --tls-key belong together.');
  }
  if (http === undefined) {
    if (tlsCert === undefined) return null;
    throw new UsageError('--tls-cert and --tls-key are for --http HOST:PORT.');
  }
  const place = hostAndPort(http);
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return { ...place, tls: certified(tlsCert, tlsKey) };
  }
  if (isLoopback(place.host)) return place;
  throw new Failure(
    `--http ${http} is not loopback: it needs TLS, by --tls-cert FILE and --tls-key FILE.`,
  );
}

function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) {
    throw new UsageError(`--http: expected HOST:PORT, got ${JSON.stringify(text)}.`);
  }
  return { host, port };
}

/** Names may be given any address by whoever answers for them, save this one. RFC 6761, 6.3 */
function isLoopback(host: string): boolean {
  if (isIP(host) === 0) return host.toLowerCase() === 'localhost';
  return host === '::1' || /^127\./.test(host);
}

function certified(certFile: string, keyFile: string): NonNullable<HttpPlace['tls']> {
  const tls = { cert: pem(certFile), key: pem(keyFile) };
  try {
    createSecureContext(tls);
    return tls;
  } catch {
    throw new Failure(`${certFile} and ${keyFile} are not a certificate and its key in PEM.`);
  }
}

function pem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(sentenceOf(error));
  }
}
