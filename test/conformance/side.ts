import type { Circumstances } from '../../domain/commands/circumstances.ts';
import { manufactureTpm } from '../../domain/lineage/lineage.ts';
import { execute } from '../../domain/processor/execute.ts';
import { indicate } from '../../domain/processor/indicate.ts';
import type { Signal } from '../../domain/processor/signals.ts';
import { Secret } from '../../domain/structures/secret.ts';
import { evolve, fold } from '../../domain/tpm/evolve.ts';
import type { ProfileName } from '../../domain/tpm/profile.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { Swtpm, type SwtpmState } from '../differential/swtpm.ts';
import { randomOctets } from '../support/randomness.ts';
import { rsaNumbers } from '../support/rsaKeys.ts';
import { NOW_MS } from '../support/tpms.ts';

/** A TPM that the list is walked on. What `save` gives can be restored as often as one likes. */
export interface Side<Saved = unknown> {
  send(request: Uint8Array, locality: number): Promise<Uint8Array>;
  indicate(signal: Signal): Promise<void>;
  save(): Promise<Saved>;
  restore(saved: Saved): Promise<void>;
}

const A_WHILE_MS = 2000;

type StemmaState = { readonly tpm: Tpm; readonly nowMs: number };

/** Stemma, in memory: its state is a value. */
export class StemmaSide implements Side<StemmaState> {
  #tpm: Tpm;
  /** Every setting is a while ago when its cases begin, as it is on the other side. */
  #nowMs = NOW_MS;

  constructor(profile: ProfileName = 'swtpm') {
    const factory = { nowMs: NOW_MS, entropy: randomOctets };
    this.#tpm = fold(manufactureTpm('listed', profile, factory));
  }

  send(request: Uint8Array, locality: number): Promise<Uint8Array> {
    const { tpm, response } = execute(this.#tpm, request, around(locality, this.#nowMs));
    this.#tpm = tpm;
    return Promise.resolve(response);
  }

  indicate(signal: Signal): Promise<void> {
    this.#tpm = indicate(this.#tpm, signal, around(0, this.#nowMs)).events.reduce(
      evolve,
      this.#tpm,
    );
    return Promise.resolve();
  }

  save(): Promise<StemmaState> {
    this.#nowMs += A_WHILE_MS;
    return Promise.resolve({ tpm: this.#tpm, nowMs: this.#nowMs });
  }

  restore({ tpm, nowMs }: StemmaState): Promise<void> {
    this.#tpm = tpm;
    this.#nowMs = nowMs;
    return Promise.resolve();
  }
}

/** An RSA key is always the same one: what it is decides nothing here. */
function around(locality: number, nowMs: number): Circumstances {
  return {
    nowMs,
    locality,
    entropy: randomOctets,
    rsaPrimes: ({ bits, exponent }) => {
      const { p, q } = madeOnce(bits, exponent);
      return { p: new Secret(p), q: new Secret(q) };
    },
  };
}

const MADE = new Map<string, ReturnType<typeof rsaNumbers>>();

function madeOnce(bits: number, exponent: number): ReturnType<typeof rsaNumbers> {
  const id = `made here ${bits} ${exponent}`;
  const made = MADE.get(id) ?? rsaNumbers(id, bits as 2048, exponent);
  MADE.set(id, made);
  return made;
}

/** After some 15000 of them swtpm 0.7.1 stays in failure mode. */
const RESTORED_MAX = 4000;

/** swtpm, whose state is saved and restored as for a migration. */
export class SwtpmSide implements Side<SwtpmState> {
  #swtpm: Swtpm;
  #restored = 0;

  private constructor(swtpm: Swtpm) {
    this.#swtpm = swtpm;
  }

  static async start(): Promise<SwtpmSide> {
    return new SwtpmSide(await Swtpm.start());
  }

  close(): Promise<void> {
    return this.#swtpm.close();
  }

  async send(request: Uint8Array, locality: number): Promise<Uint8Array> {
    await this.#swtpm.setLocality(locality);
    return this.#swtpm.send(request);
  }

  indicate(signal: Signal): Promise<void> {
    return this.#swtpm.indicate(signal);
  }

  save(): Promise<SwtpmState> {
    return this.#swtpm.state();
  }

  async restore(saved: SwtpmState): Promise<void> {
    this.#restored += 1;
    if (this.#restored % RESTORED_MAX === 0) {
      await this.#swtpm.close();
      this.#swtpm = await Swtpm.start();
    }
    await this.#swtpm.restore(saved);
  }
}
