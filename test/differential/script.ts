import type { Signal } from '../../domain/processor/signals.ts';
import { SESSION } from '../../domain/structures/attributes.ts';
import type { ProfileName } from '../../domain/tpm/profile.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import {
  Guest,
  commandNamed,
  type Indicated,
  type Response,
  type Sent,
} from '../support/generator/guest.ts';
import { History } from '../support/generator/history.ts';
import { Random } from '../support/generator/random.ts';
import { password, type Authorization } from '../support/generator/request.ts';

const NONE = new Uint8Array(0);

/** How a command of a script is sent: by which passwords, in which policy session, from where. */
export type Manner = {
  readonly locality?: number;
  /** The values of the authorized handles; empty ones where nothing is said. */
  readonly auths?: readonly Uint8Array[];
  /** A policy session that authorizes the first handle. */
  readonly policySession?: number;
};

/** A list of commands and signals in the making: each is carried out at once on a TPM of ours. */
export class Script {
  readonly history: History;
  readonly #guest: Guest;

  constructor(profile: ProfileName = 'swtpm') {
    this.history = new History(new Random(1), profile);
    this.#guest = new Guest(this.history, new Map());
  }

  get sent(): readonly (Sent | Indicated)[] {
    return this.#guest.sent;
  }

  get tpm(): Tpm {
    return this.history.tpm;
  }

  /** Sends a command; gives the response. */
  run(
    name: string,
    input: Readonly<Record<string, unknown>> = {},
    { locality = 0, auths = [], policySession }: Manner = {},
  ): Response {
    const command = commandNamed(name);
    const authorizations = command.handles
      .filter(({ auth }) => auth !== undefined)
      .map((_, i) =>
        i === 0 && policySession !== undefined
          ? inSession(policySession)
          : password(auths[i] ?? NONE),
      );
    const intent = { command, input, authorizations, locality, edits: [], mutation: null };
    const { response } = this.#guest.perform(intent);
    return response;
  }

  /** Sends a command that must succeed. */
  do(...sent: Parameters<Script['run']>): Response {
    const response = this.run(...sent);
    if (response.code !== 0) throw new Error(`${sent[0]}: 0x${response.code.toString(16)}`);
    return response;
  }

  /** Gives the TPM a signal of the platform. */
  indicate(signal: Signal): void {
    this.#guest.indicate(signal);
  }
}

function inSession(handle: number): Authorization {
  return { handle, attributes: SESSION.continueSession, nonceCaller: NONE, auth: NONE };
}
