import type { Codec } from '../structures/codec.ts';
import type { Tpm } from '../tpm/tpm.ts';
import type { Circumstances } from './circumstances.ts';
import {
  command,
  hasCommand,
  type Command,
  type CommandRow,
  type Decision,
  type HandleRow,
  type Input,
  type Output,
} from './command.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a codec's type is invariant
type Codecs = Readonly<Record<string, Codec<any>>>;

/** A row whose `decide` also sees the table of the commands that the TPM has. */
type RowOfTable<H, P, R> = Omit<CommandRow<H, P, R>, 'decide'> & {
  readonly decide: (
    input: Input<H, P>,
    tpm: Tpm,
    circumstances: Circumstances,
    table: readonly Command[],
  ) => Decision<Output<R>>;
};

/**
 * Declares a command that speaks of the commands there are. What it gives becomes the command once
 * the table, in which the command itself stands, is handed in: `getCapability(() => COMMANDS)`.
 */
export function commandOfTable<
  const H extends Readonly<Record<string, HandleRow>>,
  const P extends Codecs,
  const R extends Codecs,
>(row: RowOfTable<H, P, R>): (table: () => readonly Command[]) => Command {
  return (table) =>
    command<H, P, R>({
      ...row,
      decide: (input, tpm, circumstances) => {
        const present = table().filter((one) => hasCommand(tpm, one));
        return row.decide(input, tpm, circumstances, present);
      },
    });
}
