import { chmodSync } from 'node:fs';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { inject, injectable } from 'tsyringe';
import { equalOctets } from '../../domain/crypto/constantTime.ts';
import { digest } from '../../domain/crypto/hash.ts';
import type { ProjectionRun } from '../../projections/run.ts';
import type { Engine } from '../engine.ts';
import { EndpointBook } from '../hosting/endpointBook.ts';
import { Forensics } from '../hosting/forensics.ts';
import { MachineReader } from '../hosting/machineReader.ts';
import type { NotingStore } from '../hosting/notingStore.ts';
import type { Views } from '../store/views/views.ts';
import { VERSION } from '../version.ts';
import { ENGINE, LOG, PROJECTIONS, STORE, VIEWS } from '../tokens.ts';
import { positionOf, sendEvents } from './eventFeed.ts';
import { Idempotency, KeyReused, type Answer } from './idempotency.ts';
import { Metrics } from './metrics.ts';
import { OPERATIONS } from './operations.ts';
import { openApi } from './openApi.ts';
import { PROBLEM_TYPE, problem, problemOf, type Problem } from './problem.ts';
import { ROUTES, type Route, type Services } from './routes.ts';
import { requireNoFields, validated } from './validation.ts';

/** Where the API is served: at a UNIX socket without a token, or over TCP with one. */
export type Listening =
  | { readonly path: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly token: string;
      readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
    };

/** A server that answers: where, and how to end it. */
export type Served = { readonly address: string; readonly close: () => Promise<void> };

type Server = FastifyInstance;

/** Requests are small, but for those whose route says otherwise. */
const BODY_SIZE_MAX = 64 * 1024;
/** What a client that is slow, or means no good, can hold. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_TIMEOUT_MS = 10_000;
const CHECK_EVERY_MS = 5000;
const CONNECTIONS_MAX = 1024;

const OPTIONS = {
  bodyLimit: BODY_SIZE_MAX,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  forceCloseConnections: 'idle' as const,
  routerOptions: { maxParamLength: 200 },
};
const SOCKET_OPTIONS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_EVERY_MS,
};

/** The HTTP API. */
@injectable()
export class HttpApi {
  readonly #services: Services;
  readonly #store: NotingStore;
  readonly #projections: ProjectionRun;
  readonly #metrics: Metrics;
  readonly #log: Logger;
  readonly #idempotency: Idempotency;
  readonly #ending = new AbortController();
  readonly #document = openApi(ROUTES, VERSION);
  /** Requests that are being answered; a client that has gone does not end its own. */
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(
    @inject(ENGINE) { orchestrator }: Engine,
    @inject(EndpointBook) endpoints: EndpointBook,
    @inject(MachineReader) reader: MachineReader,
    @inject(Forensics) forensics: Forensics,
    @inject(STORE) store: NotingStore,
    @inject(PROJECTIONS) projections: ProjectionRun,
    @inject(VIEWS) views: Views,
    @inject(Metrics) metrics: Metrics,
    @inject(LOG) log: Logger,
  ) {
    this.#services = { orchestrator, endpoints, reader, forensics };
    this.#store = store;
    this.#projections = projections;
    this.#metrics = metrics;
    this.#log = log;
    this.#idempotency = new Idempotency(views, (error) =>
      log.error({ err: error }, 'an answer cannot be kept'),
    );
  }

  /** Begins to answer at a place. Rejects with the error of the socket when it cannot be had. */
  async serve(listening: Listening): Promise<Served> {
    const server = this.#build(listening);
    const address = await server.listen(
      'path' in listening
        ? { path: listening.path }
        : { host: listening.host, port: listening.port },
    );
    if ('path' in listening) chmodSync(listening.path, 0o600);
    return {
      address,
      close: async () => {
        await server.close();
        await Promise.allSettled(this.#underWay);
      },
    };
  }

  /** Ends what lasts: feeds of events. */
  end(): void {
    this.#ending.abort();
    this.#metrics.close();
  }

  #build(listening: Listening): Server {
    const tls = 'tls' in listening ? listening.tls : undefined;
    const server = (
      tls === undefined
        ? fastify({ ...OPTIONS, http: SOCKET_OPTIONS })
        : fastify({ ...OPTIONS, https: { ...SOCKET_OPTIONS, ...tls } })
    ) as Server;
    server.server.maxConnections = CONNECTIONS_MAX;
    if ('token' in listening) requireToken(server, listening.token);
    server.addHook('onResponse', async (request, reply) => this.#account(request, reply));
    server.setErrorHandler((error, request, reply) => this.#refuse(error, request, reply));
    server.setNotFoundHandler((request, reply) => {
      const what = `There is no ${request.method} ${request.url.split('?')[0] ?? ''}.`;
      return send(reply, problem('not-found', what));
    });
    acceptJson(server);
    for (const route of ROUTES) this.#route(server, route);
    this.#operations(server);
    return server;
  }

  #route(server: Server, route: Route): void {
    const url = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    server.route({
      method: route.method,
      url,
      bodyLimit: route.bodySizeMax ?? BODY_SIZE_MAX,
      handler: (request, reply) => this.#handle(route, request, reply),
    });
  }

  async #handle(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const key = request.headers['idempotency-key'];
    if (route.method === 'GET' || key === undefined) {
      return deliver(reply, route, await this.#track(this.#answer(route, request)));
    }
    const asked = [request.method, request.url, JSON.stringify(request.body ?? {})];
    const work = () => this.#settle(route, request);
    const once = this.#idempotency.once(String(key), asked, work);
    const { answer, isRepeated } = await this.#track(once);
    if (isRepeated) reply.header('idempotency-replayed', 'true');
    const type = answer.status < 400 ? 'application/json' : PROBLEM_TYPE;
    return reply.status(answer.status).type(type).send(answer.body);
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** The answer to a request that has not been checked. */
  async #answer(route: Route, { params, body, query }: FastifyRequest): Promise<unknown> {
    const { name = '', id = '' } = params as { readonly name?: string; readonly id?: string };
    if (route.body === undefined) requireNoFields(body);
    if (route.query === undefined) requireNoFields(query);
    return route.answer(this.#services, {
      name,
      id,
      body: route.body === undefined ? {} : validated(route.body, body ?? {}),
      query: route.query === undefined ? {} : validated(route.query, query),
    });
  }

  /** Like `answer`, with a refusal as an answer too. */
  async #settle(route: Route, request: FastifyRequest): Promise<Answer> {
    try {
      const body = JSON.stringify(await this.#answer(route, request));
      return { status: route.status ?? 200, body };
    } catch (error) {
      const refused = this.#problemOf(error);
      return { status: refused.status, body: JSON.stringify(refused) };
    }
  }

  #operations(server: Server): void {
    const { events, document, health, readiness, metrics } = OPERATIONS;
    server.get(document.path, async () => this.#document);
    server.get(events.path, async (request, reply) => {
      const { from } = validated(events.query, request.query);
      const now = from === 'now' ? this.#projections.position : null;
      const after = positionOf(request.headers['last-event-id']) ?? now;
      await sendEvents(this.#store, after, request, reply, this.#ending.signal);
    });
    server.get(health.path, async () => ({ status: 'ok' }));
    server.get(readiness.path, async () => {
      await this.#store.last('readyz');
      return { status: 'ready' };
    });
    server.get(metrics.path, async (_, reply) => {
      return reply.type(this.#metrics.contentType).send(await this.#metrics.text());
    });
  }

  #refuse(error: unknown, _: FastifyRequest, reply: FastifyReply): FastifyReply {
    return send(reply, this.#problemOf(error));
  }

  #problemOf(error: unknown): Problem {
    if (error instanceof KeyReused) return error.problem;
    const refused = problemOf(error);
    if (refused.status >= 500) this.#log.error({ err: error }, 'a request failed');
    return refused;
  }

  #account({ method, routeOptions }: FastifyRequest, reply: FastifyReply): void {
    const route = routeOptions.url ?? 'none';
    const { statusCode: status, elapsedTime } = reply;
    this.#metrics.answered(method, route, status, elapsedTime / 1000);
    this.#log.debug({ method, route, status, elapsedMs: elapsedTime }, 'request');
  }
}

function deliver(reply: FastifyReply, { status = 200 }: Route, answer: unknown): FastifyReply {
  return typeof answer === 'string'
    ? reply.status(status).type('text/plain; charset=utf-8').send(answer)
    : reply.status(status).send(answer);
}

function send(reply: FastifyReply, refused: Problem): FastifyReply {
  if (refused.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.status(refused.status).type(PROBLEM_TYPE).send(JSON.stringify(refused));
}

/** JSON and nothing else; a request without a body has no fields. */
function acceptJson(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (request, text: string, done) => {
      if (text === '') done(null, undefined);
      else void parse(request, text, done);
    },
  );
}

/** Every request carries the token; it is compared in constant time, by its digest. */
function requireToken(server: Server, token: string): void {
  const expected = digestOf(token);
  server.addHook('onRequest', async ({ headers }, reply) => {
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    if (equalOctets(digestOf(given), expected)) return;
    const detail = 'Authorization: expected "Bearer" and the token of this engine.';
    return send(reply, problem('unauthorized', detail));
  });
}

function digestOf(text: string): Uint8Array {
  return digest('SHA256', new TextEncoder().encode(text));
}
