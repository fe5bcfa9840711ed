import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { inject, injectable } from 'tsyringe';
import { machineState } from '../../domain/machines/machine.ts';
import { machines } from '../../projections/machines.ts';
import type { ProjectionRun } from '../../projections/run.ts';
import type { Engine } from '../engine.ts';
import { EndpointBook } from '../hosting/endpointBook.ts';
import type { Tally } from '../hosting/machinePort.ts';
import { ENGINE, PROJECTIONS, TALLY } from '../tokens.ts';

const NS_PER_S = 1e9;
const DELAY_RESOLUTION_MS = 10;
const DELAY_QUANTILES = [50, 90, 99];

/** What operators watch, in the form of Prometheus. No label names a TPM or a machine. */
@injectable()
export class Metrics {
  readonly #registry = new Registry();
  readonly #delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #durations: Histogram<'method' | 'route'>;

  constructor(
    @inject(ENGINE) engine: Engine,
    @inject(PROJECTIONS) projections: ProjectionRun,
    @inject(EndpointBook) endpoints: EndpointBook,
    @inject(TALLY) tally: Tally,
  ) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 1000 });
    this.#requests = new Counter({
      name: 'stemma_http_requests_total',
      help: 'HTTP requests that were answered',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'stemma_http_request_duration_seconds',
      help: 'How long HTTP requests took',
      labelNames: ['method', 'route'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.#counted('stemma_tpm_commands_total', 'TPM commands', () => tally.commands);
    this.#counted('stemma_tpm_signals_total', 'Platform signals to TPMs', () => tally.signals);
    this.#counted(
      'stemma_tpm_retries_total',
      'TPM commands to paused machines',
      () => tally.retries,
    );
    this.#counted(
      'stemma_tpm_failures_total',
      'TPM commands to TPMs that cannot answer',
      () => tally.failures,
    );
    this.#counted(
      'stemma_projected_events_total',
      'Events that views took up',
      () => projections.folded,
    );
    this.#measured('stemma_tpms_loaded', 'TPMs in memory', () => engine.registry.size);
    this.#measured('stemma_endpoints', 'Open endpoints', () => endpoints.size);
    this.#machines(projections);
    this.#eventLoopDelay();
  }

  /** Counts a request that was answered. */
  answered(method: string, route: string, status: number, seconds: number): void {
    this.#requests.inc({ method, route, status: String(status) });
    this.#durations.observe({ method, route }, seconds);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  close(): void {
    this.#delay.disable();
  }

  #counted(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  #measured(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  #machines(projections: ProjectionRun): void {
    new Gauge({
      name: 'stemma_machines',
      help: 'Machines by state',
      labelNames: ['state'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { machine } of projections.view(machines).values()) {
          this.inc({ state: machineState(machine) });
        }
      },
    });
  }

  #eventLoopDelay(): void {
    const delay = this.#delay;
    delay.enable();
    new Gauge({
      name: 'stemma_event_loop_delay_seconds',
      help: 'How long the event loop was held, since the last reading',
      labelNames: ['quantile'],
      registers: [this.#registry],
      collect() {
        for (const percent of DELAY_QUANTILES) {
          const excess = Math.max(0, delay.percentile(percent) - DELAY_RESOLUTION_MS * 1e6);
          this.set({ quantile: String(percent / 100) }, excess / NS_PER_S);
        }
        const most = Math.max(0, delay.max - DELAY_RESOLUTION_MS * 1e6);
        this.set({ quantile: '1' }, most / NS_PER_S);
        delay.reset();
      },
    });
  }
}
