import { startup } from '../../domain/commands/startup/startup.ts';
import type { Command } from '../../domain/commands/command.ts';
import { execute } from '../../domain/processor/execute.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { Swtpm } from '../differential/swtpm.ts';
import { decoded, type Response } from './generator/guest.ts';
import { password, plainRequest, type Authorization } from './generator/request.ts';
import { circumstances, started } from './tpms.ts';

const NONE = new Uint8Array(0);
/** TPM_RC_RETRY: the reference tests an algorithm when it is used first. */
const RETRY = 0x922;

type Input = Readonly<Record<string, unknown>>;

/** One of two TPMs that are asked the same: ours, or swtpm. */
export type Side = {
  /** Octets in, octets out. */
  readonly send: (request: Uint8Array) => Promise<Uint8Array>;
  /** A command by passwords that are empty, or as it is said. */
  readonly ask: (
    command: Command,
    input: Input,
    authorizations?: readonly Authorization[],
  ) => Promise<Response>;
  /** The same, which must succeed. */
  readonly do: (
    command: Command,
    input: Input,
    authorizations?: readonly Authorization[],
  ) => Promise<Response['values'] & { readonly handle: number }>;
};

/** Our TPM with the profile of swtpm, and swtpm itself, both started. */
export async function twoSides(): Promise<{
  readonly ours: Side;
  readonly theirs: Side;
  readonly close: () => Promise<void>;
}> {
  let tpm: Tpm = started('swtpm');
  const ours = side((request) => {
    const outcome = execute(tpm, request, circumstances());
    tpm = outcome.tpm;
    return Promise.resolve(outcome.response);
  });
  const swtpm = await Swtpm.start();
  const theirs = side(async (request) => new Uint8Array(await swtpm.send(request)));
  await theirs.do(startup, { startupType: 'CLEAR' });
  return { ours, theirs, close: () => swtpm.close() };
}

function side(send: Side['send']): Side {
  const ask: Side['ask'] = async (command, input, authorizations) => {
    const empty = command.handles.filter(({ auth }) => auth !== undefined);
    const used = authorizations ?? empty.map(() => password(NONE));
    const request = plainRequest(command, input, used);
    for (;;) {
      const response = decoded(command, await send(request));
      if (response.code !== RETRY) return response;
    }
  };
  return {
    send,
    ask,
    do: async (command, input, authorizations) => {
      const { code, handle, values } = await ask(command, input, authorizations);
      if (code !== 0) throw new Error(`${command.name}: 0x${code.toString(16)}`);
      return { ...values, handle };
    },
  };
}
