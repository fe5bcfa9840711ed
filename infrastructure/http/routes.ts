import type { Orchestrator } from '../../domain/engine/orchestrator.ts';
import { Refusal, requireName } from '../../domain/machines/refusal.ts';
import type { EndpointBook } from '../hosting/endpointBook.ts';
import type { Forensics, HistoryRequest } from '../hosting/forensics.ts';
import type { MachineReader, Shown } from '../hosting/machineReader.ts';
import {
  CloneMachine,
  CreateMachine,
  DiffQuery,
  EndpointsQuery,
  HistoryQuery,
  MachinesQuery,
  NOTE_SIZE_MAX,
  OpenEndpointRequest,
  RollBack,
  StateQuery,
  SwitchPower,
  TakeSnapshot,
  VerifyHistories,
} from './requests.ts';
import type { RequestClass } from './validation.ts';

/** What routes call. */
export type Services = {
  readonly orchestrator: Orchestrator;
  readonly endpoints: EndpointBook;
  readonly reader: MachineReader;
  readonly forensics: Forensics;
};

/** What a request says: names in its address, a checked body and a checked query. */
export type Asked<B, Q> = {
  readonly name: string;
  readonly id: string;
  readonly body: B;
  readonly query: Q;
};

/** One row of the API. A text is answered as text/plain, all else as JSON. */
export type Route<B extends object = object, Q extends object = object> = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  /** The status of success; 200 unless said otherwise. */
  readonly status?: number;
  readonly body?: RequestClass<B>;
  /** The octets of a body at most; few unless said otherwise. */
  readonly bodySizeMax?: number;
  readonly query?: RequestClass<Q>;
  readonly answer: (services: Services, asked: Asked<B, Q>) => Promise<unknown>;
};

function route<B extends object = object, Q extends object = object>(row: Route<B, Q>): Route {
  return row as unknown as Route;
}

const MACHINE = '/v1/machines/{name}';

/** The API: one row a route. */
export const ROUTES: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/machines',
    summary: 'Make a machine',
    status: 201,
    body: CreateMachine,
    answer: createMachines,
  }),
  route({
    method: 'GET',
    path: '/v1/machines',
    summary: 'List machines in the order of their names, page by page',
    query: MachinesQuery,
    answer: ({ reader }, { query }) => reader.list(query),
  }),
  route({
    method: 'GET',
    path: MACHINE,
    summary: 'Show a machine and its TPM',
    answer: ({ reader }, { name }) => reader.show(name),
  }),
  route({
    method: 'DELETE',
    path: MACHINE,
    summary: 'Retire a machine; its history stays',
    answer: async (services, { name }) => {
      await services.orchestrator.retire(name);
      await services.endpoints.closeAll(name);
      return services.reader.show(name);
    },
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/pause`,
    summary: 'Pause a machine',
    answer: changing(({ orchestrator }, { name }) => orchestrator.pause(name)),
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/resume`,
    summary: 'Resume a paused machine',
    answer: changing(({ orchestrator }, { name }) => orchestrator.resume(name)),
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/power`,
    summary: 'Switch the power of a machine',
    body: SwitchPower,
    answer: changing<SwitchPower>(({ orchestrator }, { name, body }) =>
      orchestrator.power(name, body.state),
    ),
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/snapshots`,
    summary: 'Name the present point in the life of a machine',
    status: 201,
    body: TakeSnapshot,
    answer: changing<TakeSnapshot>(({ orchestrator }, { name, body }) =>
      orchestrator.snapshot(name, body.name),
    ),
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/clones`,
    summary: 'Copy a machine, from now or from a snapshot',
    status: 201,
    body: CloneMachine,
    answer: cloneMachines,
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/endorse`,
    summary: 'End the hold of a copy: found its endorsement anew',
    answer: changing(({ orchestrator }, { name }) => orchestrator.endorse(name)),
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/rollbacks`,
    summary: 'Go back to a snapshot',
    body: RollBack,
    answer: changing<RollBack>(({ orchestrator }, { name, body }) =>
      orchestrator.rollback(name, body.to),
    ),
  }),
  route({
    method: 'POST',
    path: `${MACHINE}/endpoints`,
    summary: 'Open an endpoint for TPM clients',
    status: 201,
    body: OpenEndpointRequest,
    answer: ({ endpoints }, { name, body }) => endpoints.open(name, body),
  }),
  route({
    method: 'GET',
    path: `${MACHINE}/endpoints`,
    summary: 'List the open endpoints of a machine',
    answer: async ({ endpoints, orchestrator }, { name }) => {
      await orchestrator.machines.get(name);
      return { endpoints: endpoints.list(name) };
    },
  }),
  route({
    method: 'DELETE',
    path: `${MACHINE}/endpoints`,
    summary: 'Close all endpoints of a machine',
    answer: async ({ endpoints }, { name }) => ({ closed: await endpoints.forget(name) }),
  }),
  route({
    method: 'DELETE',
    path: `${MACHINE}/endpoints/{id}`,
    summary: 'Close one endpoint of a machine',
    answer: async ({ endpoints }, { name, id }) => ({ closed: await endpoints.forget(name, id) }),
  }),
  route({
    method: 'GET',
    path: '/v1/endpoints',
    summary: 'List open endpoints',
    query: EndpointsQuery,
    answer: ({ endpoints }, { query }) =>
      Promise.resolve({ endpoints: endpoints.list(query.machine) }),
  }),
  route({
    method: 'GET',
    path: `${MACHINE}/lineage`,
    summary: 'The family of a TPM',
    answer: ({ reader }, { name }) => reader.lineage(name),
  }),
  route({
    method: 'GET',
    path: `${MACHINE}/history`,
    summary: 'The events of a TPM, the inherited ones included',
    query: HistoryQuery,
    answer: ({ forensics }, { name, query }) => forensics.history(name, historyRequest(query)),
  }),
  route({
    method: 'GET',
    path: `${MACHINE}/state`,
    summary: 'A TPM as it is or was',
    query: StateQuery,
    answer: ({ forensics }, { name, query }) => {
      if (Object.values(query).filter((value) => value !== undefined).length > 1) {
        throw new Refusal('invalid', 'Only one of at, time and snapshot can be given.', 'at');
      }
      return forensics.state(name, query);
    },
  }),
  route({
    method: 'GET',
    path: `${MACHINE}/diff`,
    summary: 'What changed in a TPM between two points',
    query: DiffQuery,
    answer: async ({ forensics }, { name, query: { from, to } }) => ({
      from,
      to,
      differences: await forensics.diff(name, from, to),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/verifications',
    summary: 'Recompute histories and compare them with signed heads',
    body: VerifyHistories,
    bodySizeMax: NOTE_SIZE_MAX,
    answer: verifyHistories,
  }),
  route({
    method: 'GET',
    path: '/v1/heads',
    summary: 'The signed heads of all streams',
    answer: ({ forensics }) => forensics.heads(),
  }),
];

/** A command about one machine, answered with the machine as it is afterwards. */
function changing<B extends object = object>(
  change: (services: Services, asked: Asked<B, object>) => Promise<unknown>,
): Route<B>['answer'] {
  return async (services, asked) => {
    await change(services, asked);
    return services.reader.show(asked.name);
  };
}

async function createMachines(
  services: Services,
  { body }: Asked<CreateMachine, object>,
): Promise<unknown> {
  const { account, host, tpm } = body;
  const spec = {
    ...(account === undefined ? {} : { account }),
    ...(host === undefined ? {} : { host }),
    ...(tpm === undefined ? {} : { hasTpm: tpm }),
  };
  return manyOrOne(services, body, (name) => services.orchestrator.create({ ...spec, name }));
}

async function cloneMachines(
  services: Services,
  { name: source, body }: Asked<CloneMachine, object>,
): Promise<unknown> {
  const { snapshot, hold } = body;
  const spec = {
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(hold === undefined ? {} : { isHeld: hold }),
  };
  return manyOrOne(services, body, (name) =>
    services.orchestrator.clone(source, { ...spec, name }),
  );
}

/** How many machines are made side by side: their appends share one commit. */
const TOGETHER_MAX = 8;

async function manyOrOne(
  { orchestrator, reader }: Services,
  { name, count }: { readonly name: string; readonly count?: number },
  make: (name: string) => Promise<unknown>,
): Promise<Shown> {
  if (count === undefined) {
    await make(name);
    return reader.show(name);
  }
  const names = Array.from({ length: count }, (_, i) => requireName('name', `${name}-${i + 1}`));
  for (const each of names) {
    if ((await orchestrator.machines.find(each)) === null) continue;
    throw new Refusal('conflict', `The name ${each} has been used for a machine before.`, 'name');
  }
  const machines: Shown[] = [];
  for (let i = 0; i < names.length; i += TOGETHER_MAX) {
    const some = names.slice(i, i + TOGETHER_MAX);
    await Promise.all(some.map((each) => make(each)));
    for (const each of some) machines.push(await reader.show(each));
  }
  return { machines };
}

function historyRequest({ from, to, type, limit, wait }: HistoryQuery): HistoryRequest {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(type === undefined ? {} : { types: type }),
    ...(limit === undefined ? {} : { limit }),
    ...(wait === undefined ? {} : { waitMs: wait * 1000 }),
  };
}

async function verifyHistories(
  { forensics }: Services,
  { body }: Asked<VerifyHistories, object>,
): Promise<unknown> {
  const streams = [];
  for await (const verdict of forensics.verify(body.machine ?? null, body.heads ?? null)) {
    streams.push(verdict);
  }
  const isRight = streams.every(({ problem }) => problem === null);
  return { isRight, events: streams.reduce((sum, { events }) => sum + events, 0), streams };
}
