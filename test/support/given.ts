import { expect } from 'vitest';
import type { Circumstances } from '../../domain/commands/circumstances.ts';
import type { Command, Decision } from '../../domain/commands/command.ts';
import type { RcName, RcPosition } from '../../domain/structures/responseCodes.ts';
import { sameOctets } from '../../domain/structures/octets.ts';
import { Secret } from '../../domain/structures/secret.ts';
import { TpmError } from '../../domain/structures/tpmError.ts';
import { evolve, type TpmEvent } from '../../domain/tpm/evolve.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { circumstances } from './tpms.ts';

type Input = Readonly<Record<string, unknown>>;

// Without this any two Secrets are equal: deep equality cannot see their octets.
expect.addEqualityTesters([
  (a: unknown, b: unknown) =>
    a instanceof Secret && b instanceof Secret ? sameOctets(a.octets, b.octets) : undefined,
]);

/** What became of a decision: its facts, its answer, the TPM after it, or its refusal. */
export class Outcome {
  readonly #before: Tpm;
  readonly #decide: () => Decision<Input>;
  #decided: Decision<Input> | null = null;

  constructor(before: Tpm, decide: () => Decision<Input>) {
    this.#before = before;
    this.#decide = decide;
  }

  get decision(): Decision<Input> {
    this.#decided ??= this.#decide();
    return this.#decided;
  }

  get response(): Input {
    return this.decision.response;
  }

  /** The TPM after the decision. */
  get tpm(): Tpm {
    return this.decision.events.reduce(evolve, this.#before);
  }

  /** The facts are these, field for field; Secrets compare by their octets. */
  then(events: readonly TpmEvent[]): this {
    expect(this.decision.events).toEqual(events);
    return this;
  }

  /** The facts are of these types, in this order. */
  records(...types: readonly TpmEvent['type'][]): this {
    expect(this.decision.events.map(({ type }) => type)).toEqual(types);
    return this;
  }

  /** The answer holds at least this. */
  answers(response: Input): this {
    expect(this.response).toMatchObject(response);
    return this;
  }

  /** The command is refused with this code at this place. */
  refuses(rc: RcName, position?: RcPosition): void {
    let refusal: unknown = null;
    try {
      expect(this.decision).toBeNull();
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(TpmError);
    const { rc: actual, position: at } = refusal as TpmError;
    expect({ rc: actual, position: at }).toEqual({ rc, position });
  }
}

/** Given a TPM, when a command is decided, then ... : `given(tpm).when(command, input)`. */
export function given(tpm: Tpm, ...events: readonly TpmEvent[]) {
  const before = events.reduce(evolve, tpm);
  return {
    tpm: before,
    when: (command: Command, input: Input, change: Partial<Circumstances> = {}): Outcome =>
      new Outcome(before, () => command.decide(input, before, circumstances(change))),
  };
}
