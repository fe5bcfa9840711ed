import { digest } from '../../domain/crypto/hash.ts';
import { NV } from '../../domain/structures/attributes.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { concat, sameOctets, toHex, u16, u32, u64 } from '../../domain/structures/octets.ts';
import { Guest } from '../../infrastructure/demo/guest.ts';

const PCR = 7;
const COUNTER = 0x01800001;
const DATA = 0x01800002;
const DATA_SIZE = 8;

/** What a guest knows to be so, and what is so if the command in flight was carried out as well. */
type Belief = { readonly pcr: Uint8Array; readonly count: bigint; readonly data: Uint8Array };

/** What can be done to a TPM, each step with the belief that holds after it. */
type Step = {
  readonly name: 'extend' | 'increment' | 'write';
  readonly run: (guest: Guest) => Promise<void>;
  readonly after: Belief;
};

/** A machine whose guest does not stop to change its TPM, and remembers what was acknowledged. */
export class DrivenMachine {
  readonly name: string;
  readonly acknowledged = { extend: 0, increment: 0, write: 0 };
  /** Commands that were never answered and had been carried out all the same. */
  carriedOut = 0;
  readonly #port: number;
  #steps = 0;
  #known: Belief = { pcr: new Uint8Array(32), count: 0n, data: new Uint8Array(DATA_SIZE) };
  #pending: Belief | null = null;

  constructor(name: string, port: number) {
    this.name = name;
    this.#port = port;
  }

  /** Starts the TPM up and defines what is going to be changed. */
  async prepare(): Promise<void> {
    const guest = await Guest.connect(this.#port);
    await guest.startup();
    await guest.defineCounter(COUNTER);
    const attributes = NV.AUTHREAD | NV.AUTHWRITE | NV.NO_DA;
    const publicArea = concat(u32(DATA), u16(0x000b), u32(attributes), u16(0), u16(DATA_SIZE));
    const parameters = [u16(0), u16(publicArea.length), publicArea];
    await guest.send(0x12a, [TPM_RH.OWNER], true, ...parameters);
    await this.#write(guest, this.#known.data);
    await guest.increment(COUNTER);
    this.#known = { ...this.#known, count: await this.#count(guest) };
    guest.close();
  }

  /** Changes the TPM until the connection ends. */
  async drive(): Promise<void> {
    const guest = await Guest.connect(this.#port);
    try {
      for (;;) {
        const step = this.#next();
        this.#pending = step.after;
        await step.run(guest);
        this.#known = step.after;
        this.#pending = null;
        this.acknowledged[step.name] += 1;
      }
    } catch {
      guest.close();
    }
  }

  #next(): Step {
    this.#steps += 1;
    const known = this.#known;
    switch (this.#steps % 3) {
      case 0: {
        const measured = digest('SHA256', u32(this.#steps));
        const after = { ...known, pcr: digest('SHA256', known.pcr, measured) };
        return { name: 'extend', run: (guest) => guest.extend(PCR, measured), after };
      }
      case 1: {
        const after = { ...known, count: known.count + 1n };
        return { name: 'increment', run: (guest) => guest.increment(COUNTER), after };
      }
      default: {
        const data = u64(BigInt(this.#steps));
        return {
          name: 'write',
          run: (guest) => this.#write(guest, data),
          after: { ...known, data },
        };
      }
    }
  }

  async #write(guest: Guest, data: Uint8Array): Promise<void> {
    await guest.send(0x137, [DATA, DATA], true, u16(data.length), data, u16(0));
  }

  async #count(guest: Guest): Promise<bigint> {
    return BigInt(`0x${toHex(await guest.readNv(COUNTER, 8))}`);
  }

  /** What is wrong with the TPM after the engine was started again; null when nothing is. */
  async check(): Promise<string | null> {
    const guest = await Guest.connect(this.#port);
    const found: Belief = {
      pcr: await guest.readPcr(PCR),
      count: await this.#count(guest),
      data: await guest.readNv(DATA, DATA_SIZE),
    };
    guest.close();
    const isPending = this.#pending !== null && isSame(found, this.#pending);
    if (!isPending && !isSame(found, this.#known)) {
      return `${this.name}: found ${shown(found)} where ${shown(this.#known)} was acknowledged`;
    }
    if (isPending) this.carriedOut += 1;
    this.#known = found;
    this.#pending = null;
    return null;
  }
}

function isSame(a: Belief, b: Belief): boolean {
  return a.count === b.count && sameOctets(a.pcr, b.pcr) && sameOctets(a.data, b.data);
}

function shown({ pcr, count, data }: Belief): string {
  return `PCR ${toHex(pcr).slice(0, 16)}, counter ${count}, data ${toHex(data)}`;
}
