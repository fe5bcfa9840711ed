import type { TpmPort, TpmStatus } from '../../../domain/engine/tpmPort.ts';
import type { Signal, SignalOutcome } from '../../../domain/processor/signals.ts';
import { toHex } from '../../../domain/structures/octets.ts';

/** What GetRandom would answer: 22 octets, of which the last ten tell nothing. */
export const ANSWER = '80010000001600000000000a00112233445566778899';

/** A command as a client sends it: GetRandom of eight octets. */
export const COMMAND = '80010000000c0000017b0008';

/** RC_FAILURE, as a TPM without power answers. */
export const FAILURE = '80010000000a00000101';

/**
 * A TpmPort that knows power and the establishment bit, answers every command alike, and writes
 * down what it was asked: commands as `locality:hex`, signals as they came.
 */
export class RecordingPort implements TpmPort {
  readonly commands: string[] = [];
  readonly signals: Signal[] = [];
  isPowered = true;
  isEstablished = false;
  /** What the next signals end with, when not as usual. */
  outcome: SignalOutcome | undefined;
  /** How a command is answered, when not with ANSWER at once. */
  respond: ((request: Uint8Array) => Uint8Array | Promise<Uint8Array>) | undefined;

  execute(request: Uint8Array, locality: number): Uint8Array | Promise<Uint8Array> {
    this.commands.push(`${locality}:${toHex(request)}`);
    if (!this.isPowered) return octets(FAILURE);
    return this.respond?.(request) ?? octets(ANSWER);
  }

  async signal(signal: Signal): Promise<SignalOutcome> {
    this.signals.push(signal);
    return this.outcome ?? this.#obey(signal);
  }

  async status(): Promise<TpmStatus> {
    return { isPowered: this.isPowered, isEstablished: this.isEstablished };
  }

  #obey(signal: Signal): SignalOutcome {
    if (signal.type === 'PowerOff' || signal.type === 'Init') {
      this.isPowered = signal.type === 'Init';
      return 'done';
    }
    if (!this.isPowered) return 'notPowered';
    if (signal.type === 'HashEnd') this.isEstablished = true;
    if (signal.type !== 'EstablishmentReset') return 'done';
    if (signal.locality !== 3 && signal.locality !== 4) return 'badLocality';
    this.isEstablished = false;
    return 'done';
  }
}

/** The octets of hexadecimal digits, in a buffer that a socket takes. */
export function octets(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

/** The hexadecimal digits of an ASCII text. */
export function toHexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
