import { execute } from '../../domain/processor/execute.ts';
import { indicate } from '../../domain/processor/indicate.ts';
import type { Signal, SignalOutcome } from '../../domain/processor/signals.ts';
import type { Circumstances } from '../../domain/commands/circumstances.ts';
import type { Command } from '../../domain/commands/command.ts';
import { shutdown } from '../../domain/commands/startup/shutdown.ts';
import { startup } from '../../domain/commands/startup/startup.ts';
import { Reader } from '../../domain/structures/wire.ts';
import { evolve } from '../../domain/tpm/evolve.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { password, requestOctets, type Authorization } from './generator/request.ts';
import { circumstances } from './tpms.ts';

const NONE = new Uint8Array(0);
const SESSIONS = 0x8002;

/** What a command answered: its response code, and its parameters and handle if it succeeded. */
export type Answer = {
  readonly code: number;
  readonly handle: number;
  readonly response: Readonly<Record<string, unknown>>;
};

/** A TPM that is driven by octets alone, as a guest does it. */
export class DrivenTpm {
  tpm: Tpm;
  #circumstances: Circumstances;

  constructor(tpm: Tpm, change: Partial<Circumstances> = {}) {
    this.tpm = tpm;
    this.#circumstances = circumstances(change);
  }

  /** Sends a command; without authorizations, with the empty password where one is needed. */
  send(
    command: Command,
    input: Readonly<Record<string, unknown>>,
    authorizations: readonly Authorization[] = command.handles
      .filter(({ auth }) => auth !== undefined)
      .map(() => password(NONE)),
  ): Answer {
    const octets = requestOctets(this.tpm, command, input, authorizations);
    const outcome = execute(this.tpm, octets, this.#circumstances);
    this.tpm = outcome.tpm;
    return read(command, outcome.response);
  }

  /** Time passes; power may be on or off. */
  wait(ms: number): this {
    this.#circumstances = { ...this.#circumstances, nowMs: this.#circumstances.nowMs + ms };
    return this;
  }

  /** The same TPM, whose commands come from another locality from now on. */
  from(locality: number): this {
    this.#circumstances = { ...this.#circumstances, locality };
    return this;
  }

  /** Gives it a signal of the platform. */
  indicate(signal: Signal): SignalOutcome {
    const { events, outcome } = indicate(this.tpm, signal, this.#circumstances);
    this.tpm = events.reduce(evolve, this.tpm);
    return outcome;
  }

  /** Ends it with a Shutdown or by a power cut, and begins anew; gives the code of Startup. */
  powerCycle(shutdownType: 'CLEAR' | 'STATE' | null, startupType: 'CLEAR' | 'STATE'): number {
    if (shutdownType !== null) this.do(shutdown, { shutdownType });
    this.indicate({ type: 'Init' });
    return this.send(startup, { startupType }).code;
  }

  /** Sends a command that must succeed. */
  do(...sent: Parameters<DrivenTpm['send']>): Answer {
    const answer = this.send(...sent);
    if (answer.code !== 0) throw new Error(`${sent[0].name}: ${answer.code.toString(16)}`);
    return answer;
  }
}

function read(command: Command, octets: Uint8Array): Answer {
  const reader = new Reader(octets);
  const tag = reader.u16();
  reader.u32();
  const code = reader.u32();
  if (code !== 0) return { code, handle: 0, response: {} };
  const handle = command.responseHandle === null ? 0 : reader.u32();
  if (tag === SESSIONS) reader.u32();
  const fields = command.response.map(({ name, codec }) => [name, codec.unmarshal(reader)]);
  return { code, handle, response: Object.fromEntries(fields) as Answer['response'] };
}
