import type { Logger } from 'pino';
import { inject, injectable } from 'tsyringe';
import { machineOf } from '../../domain/engine/machineLog.ts';
import { StoreError } from '../../domain/engine/eventStore.ts';
import { Refusal } from '../../domain/machines/refusal.ts';
import { openEndpoint, type Endpoint, type Protocol } from '../reception/endpoint.ts';
import { isTaken } from '../reception/listener.ts';
import { EndpointError } from '../reception/place.ts';
import type { Engine } from '../engine.ts';
import { ENGINE, LOG, TALLY } from '../tokens.ts';
import { MachinePort, type Tally } from './machinePort.ts';

/** An endpoint as it is asked for. */
export type EndpointRequest = {
  readonly protocol: Protocol;
  readonly listen: string;
  readonly allowRemote?: boolean;
};

/** An endpoint that is open, for people and programs. */
export type OpenEndpoint = {
  readonly id: string;
  readonly machine: string;
  readonly protocol: Protocol;
  readonly listen: string;
  readonly control: string;
  readonly connections: number;
};

type Entry = { readonly machine: string; readonly endpoint: Endpoint };

/** The endpoints of this engine: open ones, and those that machines have recorded. */
@injectable()
export class EndpointBook {
  readonly #engine: Engine;
  readonly #log: Logger;
  readonly #tally: Tally;
  readonly #open = new Map<string, Entry>();
  #survey: Promise<void> = Promise.resolve();
  #isEnding = false;

  constructor(
    @inject(ENGINE) engine: Engine,
    @inject(LOG) log: Logger,
    @inject(TALLY) tally: Tally,
  ) {
    this.#engine = engine;
    this.#log = log;
    this.#tally = tally;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Opens an endpoint and records where it is, so that the next start finds it there. */
  async open(machine: string, request: EndpointRequest): Promise<OpenEndpoint> {
    const { orchestrator, machines, ports } = this.#engine;
    const known = await machines.get(machine);
    if (known.isRetired) throw new Refusal('conflict', `Machine ${machine} is retired.`);
    if (known.incarnation === null) {
      throw new Refusal('conflict', `Machine ${machine} has no TPM to connect to.`);
    }
    await orchestrator.seatOf(known);
    const endpoint = await this.#listen(machine, request);
    const id = ports.newId();
    try {
      const { protocol, listen } = endpoint;
      const isRemoteAllowed = request.allowRemote ?? false;
      await orchestrator.recordEndpoint(machine, id, { protocol, listen, isRemoteAllowed });
    } catch (error) {
      await endpoint.close();
      throw error;
    }
    this.#open.set(id, { machine, endpoint });
    return shown(id, machine, endpoint);
  }

  /** The open endpoints, of one machine or of all. */
  list(machine?: string): readonly OpenEndpoint[] {
    return [...this.#open]
      .filter(([, entry]) => machine === undefined || entry.machine === machine)
      .map(([id, entry]) => shown(id, entry.machine, entry.endpoint));
  }

  /** Closes one endpoint of a machine, or all, and forgets them; gives how many there were. */
  async forget(machine: string, id?: string): Promise<number> {
    const { orchestrator, machines } = this.#engine;
    const { endpoints } = await machines.get(machine);
    if (id !== undefined && !endpoints.has(id)) {
      throw new Refusal('not-found', `Machine ${machine} has no endpoint ${id}.`, 'endpoint');
    }
    const ids = id === undefined ? [...endpoints.keys()] : [id];
    for (const each of ids) {
      await orchestrator.forgetEndpoint(machine, each);
      await this.#close(each);
    }
    return ids.length;
  }

  /** Closes what is open for a machine; what is recorded stays. */
  async closeAll(machine?: string): Promise<void> {
    const ids = this.list(machine).map(({ id }) => id);
    await Promise.all(ids.map((id) => this.#close(id)));
  }

  /** Opens all that is recorded; one that fails is reported and does not stop the others. */
  async reopen(): Promise<void> {
    for await (const stream of this.#engine.ports.store.streams('machine-')) {
      const name = machineOf(stream);
      if (name !== null) await this.#reopenMachine(name);
    }
    this.#survey = this.#closeDamaged().catch(this.#engine.ports.report);
  }

  /** Stops looking through what was reopened; resolves when that has ended. */
  async endSurvey(): Promise<void> {
    this.#isEnding = true;
    await this.#survey;
  }

  /**
   * Loads the TPMs behind the endpoints, one by one and beside the work of the day. One whose
   * history is damaged is served no longer; what is recorded stays.
   */
  async #closeDamaged(): Promise<void> {
    const { orchestrator, machines } = this.#engine;
    for (const name of new Set([...this.#open.values()].map(({ machine }) => machine))) {
      if (this.#isEnding) return;
      try {
        await orchestrator.seatOf(await machines.get(name));
      } catch (error) {
        if (!isDamage(error)) continue;
        this.#log.warn({ machine: name, reason: sentence(error) }, 'a machine cannot be served');
        await this.closeAll(name);
      }
    }
  }

  async #reopenMachine(name: string): Promise<void> {
    try {
      for (const [id, spec] of (await this.#engine.machines.get(name)).endpoints) {
        if (!this.#open.has(id)) await this.#reopenEndpoint(name, id, spec);
      }
    } catch (error) {
      this.#log.warn({ machine: name, reason: sentence(error) }, 'a machine cannot be served');
    }
  }

  async #reopenEndpoint(
    machine: string,
    id: string,
    spec: {
      readonly protocol: Protocol;
      readonly listen: string;
      readonly isRemoteAllowed: boolean;
    },
  ): Promise<void> {
    const { protocol, listen, isRemoteAllowed } = spec;
    try {
      const request = { protocol, listen, allowRemote: isRemoteAllowed };
      this.#open.set(id, { machine, endpoint: await this.#listen(machine, request) });
    } catch (error) {
      const fields = { machine, listen, reason: sentence(error) };
      this.#log.warn(fields, 'an endpoint cannot be opened again');
    }
  }

  async #listen(machine: string, request: EndpointRequest): Promise<Endpoint> {
    const { machines, registry, ports } = this.#engine;
    const parts = { machines, registry, report: ports.report, tally: this.#tally };
    const { protocol, listen, allowRemote = false } = request;
    try {
      const port = new MachinePort(machine, parts);
      return await openEndpoint({ protocol, listen, allowRemote, port, logger: this.#log });
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      throw new Refusal(isTaken(error) ? 'conflict' : 'invalid', error.message, 'listen');
    }
  }

  async #close(id: string): Promise<void> {
    const entry = this.#open.get(id);
    this.#open.delete(id);
    await entry?.endpoint.close();
  }
}

function shown(id: string, machine: string, endpoint: Endpoint): OpenEndpoint {
  const { protocol, listen, controlListen } = endpoint;
  return {
    id,
    machine,
    protocol,
    listen,
    control: controlListen,
    connections: endpoint.connections(),
  };
}

function isDamage(error: unknown): boolean {
  const kind = error instanceof StoreError || error instanceof Refusal ? error.kind : null;
  return kind === 'damaged' || kind === 'too-new';
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
