import { execute } from '../../domain/processor/execute.ts';
import type { Circumstances } from '../../domain/commands/circumstances.ts';
import type { Command } from '../../domain/commands/command.ts';
import { Reader } from '../../domain/structures/wire.ts';
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
  readonly #circumstances: Circumstances;

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
