import type { Case } from './case.ts';
import { Client, type Answer, type Moment } from './client.ts';
import type { Setting } from './settings.ts';
import type { Side } from './side.ts';

/** A case as one TPM answered it, or why it could not be asked. */
export type Walked = {
  readonly case: Case;
  readonly answers: readonly Answer[];
  readonly failure?: string;
};

/** Walks a list on a TPM. Each case begins in its setting, whatever those before it did. */
export class Walk {
  readonly #client: Client;
  readonly #settings = new Map<Setting, Moment>();
  #factory: Moment | null = null;
  #isTouched: Setting | null = null;

  constructor(side: Side) {
    this.#client = new Client(side);
  }

  async take(one: Case): Promise<Walked> {
    if (this.#isTouched !== one.setting) await this.#enter(one.setting);
    this.#isTouched = one.setting;
    const answers: Answer[] = [];
    for (const step of one.steps) {
      const answer = await this.#client.take(step);
      if (answer === null || answer.code === 0 || isCounted(answer.code)) this.#isTouched = null;
      if (answer !== null) answers.push(answer);
    }
    return { case: one, answers };
  }

  async #enter(setting: Setting): Promise<void> {
    const known = this.#settings.get(setting);
    if (known !== undefined) return this.#client.restore(known);
    if (setting.on !== undefined) await this.#enter(setting.on);
    else await this.#enterFactory();
    for (const step of setting.steps) {
      const answer = await this.#client.take(step);
      if (answer === null || answer.code === 0) continue;
      const command = 'command' in step ? step.command : '';
      throw new Error(`${setting.name}: ${command} is refused with ${answer.code.toString(16)}`);
    }
    this.#settings.set(setting, await this.#client.save());
  }

  async #enterFactory(): Promise<void> {
    if (this.#factory === null) this.#factory = await this.#client.save();
    else await this.#client.restore(this.#factory);
  }
}

/** The refusals that leave something behind: a counted try, and what comes of it. */
const COUNTED: readonly number[] = [0x8e, 0xa2, 0x921, 0x922, 0x101];

function isCounted(code: number): boolean {
  return COUNTED.includes(code) || ((code & 0x80) !== 0 && COUNTED.includes(code & 0xbf));
}

/** Walks a whole list, its cases by their settings. */
export async function walked(side: Side, cases: readonly Case[]): Promise<readonly Walked[]> {
  const walk = new Walk(side);
  const all: Walked[] = [];
  for (const one of cases) {
    try {
      all.push(await walk.take(one));
    } catch (error) {
      all.push({ case: one, answers: [], failure: (error as Error).message });
    }
  }
  return all;
}
