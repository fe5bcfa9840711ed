import 'reflect-metadata';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { container as root, type DependencyContainer } from 'tsyringe';
import { lineage } from '../projections/lineage.ts';
import { machines } from '../projections/machines.ts';
import { ProjectionRun } from '../projections/run.ts';
import { startEngine, type Engine } from './engine.ts';
import { Closing } from './hosting/closing.ts';
import { adminSocket } from './hosting/adminSocket.ts';
import { bearerToken, holdFolder, isOpenToOthers } from './hosting/dataFolder.ts';
import { EndpointBook } from './hosting/endpointBook.ts';
import { Forensics } from './hosting/forensics.ts';
import { masked } from './hosting/masked.ts';
import { MachineReader } from './hosting/machineReader.ts';
import type { Tally } from './hosting/machinePort.ts';
import { NotingStore } from './hosting/notingStore.ts';
import { Metrics } from './http/metrics.ts';
import { HttpApi, type Served } from './http/server.ts';
import { openFileKeyRing } from './keys/fileKeyRing.ts';
import { memoryCache } from './store/keyValueCache/memoryCache.ts';
import { openSqliteCache } from './store/keyValueCache/sqliteCache.ts';
import { openStore } from './store/openStore.ts';
import { Views } from './store/views/views.ts';
import { ENGINE, LOG, PROJECTIONS, STORE, TALLY, VIEWS } from './tokens.ts';

/** Where the API is served over TCP. */
export type HttpPlace = {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
};

export type HostOptions = {
  readonly data: string;
  /** The store; by default the one inside the data folder. */
  readonly store?: string;
  readonly http?: HttpPlace;
  readonly log: Logger;
};

/** An engine with its API and endpoints, and how to end it in order. */
export type Host = {
  readonly socket: string;
  readonly store: string;
  /** Where the API is over TCP, and the file with its token. */
  readonly http: { readonly address: string; readonly tokenFile: string } | null;
  readonly endpoints: EndpointBook;
  readonly engine: Engine;
  readonly close: () => Promise<void>;
};

/** Puts an engine with everything around it together. Nothing stays open when it cannot be had. */
export async function openHost(options: HostOptions): Promise<Host> {
  const closing = new Closing();
  try {
    return await openWith(options, closing);
  } catch (error) {
    await closing.afterFailure();
    throw error;
  }
}

async function openWith(options: HostOptions, closing: Closing): Promise<Host> {
  const { data, log } = options;
  const socket = adminSocket(data);
  closing.add(holdFolder(data).release);
  if (isOpenToOthers(data)) log.warn({ data }, 'others can look into the data folder: chmod 700');
  const url = options.store ?? `sqlite:${join(data, 'stemma.db')}`;
  const container = await openParts(options, url, closing);
  const engine = container.resolve(ENGINE);
  const projections = container.resolve(PROJECTIONS);
  await projections.start();
  closing.add(() => projections.stop());
  const endpoints = container.resolve(EndpointBook);
  await endpoints.reopen();
  closing.add(async () => {
    await endpoints.endSurvey();
    await endpoints.closeAll();
  });
  const api = container.resolve(HttpApi);
  rmSync(socket, { force: true });
  const admin = await api.serve({ path: socket });
  closing.add(admin.close);
  const http = await serveHttp(api, options);
  if (http !== null) closing.add(http.close);
  // Feeds and waiting readers end first: nobody waits for events that do not come any more.
  closing.add(async () => {
    api.end();
    await projections.stop();
  });
  log.info({ data, endpoints: endpoints.size }, 'the engine serves');
  return { socket, store: url, http, endpoints, engine, close: () => closing.run() };
}

async function serveHttp(
  api: HttpApi,
  { data, http }: HostOptions,
): Promise<(Served & { readonly tokenFile: string }) | null> {
  if (http === undefined) return null;
  const { token, file } = bearerToken(data);
  return { ...(await api.serve({ ...http, token })), tokenFile: file };
}

async function openParts(
  { data, log }: HostOptions,
  url: string,
  closing: Closing,
): Promise<DependencyContainer> {
  const report = (error: unknown): void => log.error({ err: error }, 'an error of the engine');
  const store = new NotingStore(await openStore(url));
  closing.add(() => store.close());
  const blobs = url === 'memory:' ? memoryCache() : openSqliteCache(join(data, 'mementos.db'));
  closing.add(() => blobs.close());
  const views = await Views.open(
    url === 'memory:' ? ':memory:' : join(data, 'views.db'),
    masked(url),
  );
  closing.add(() => views.close());
  const engine = startEngine({ store, blobs, keyRing: await openFileKeyRing(data), report });
  closing.add(engine.close);
  const tally: Tally = { commands: 0, signals: 0, retries: 0, failures: 0 };
  return root
    .createChildContainer()
    .register(ENGINE, { useValue: engine })
    .register(STORE, { useValue: store })
    .register(VIEWS, { useValue: views })
    .register(LOG, { useValue: log })
    .register(TALLY, { useValue: tally })
    .register(PROJECTIONS, {
      useValue: new ProjectionRun({ store, views, report }, [machines, lineage]),
    })
    .registerSingleton(EndpointBook)
    .registerSingleton(MachineReader)
    .registerSingleton(Forensics)
    .registerSingleton(Metrics)
    .registerSingleton(HttpApi);
}
