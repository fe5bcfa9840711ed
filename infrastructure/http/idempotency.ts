import { digest } from '../../domain/crypto/hash.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Refusal } from '../../domain/machines/refusal.ts';
import type { KeptAnswer } from '../store/views/viewDatabase.ts';
import type { Views } from '../store/views/views.ts';
import { problem, type Problem } from './problem.ts';

/** The answer to a write: a status and a JSON text. */
export type Answer = { readonly status: number; readonly body: string };

/** An answer, and whether it was given before. */
type Given = { readonly answer: Answer; readonly isRepeated: boolean };

const KEY_SIZE_MAX = 255;

/** A key that was used for another request. */
export class KeyReused extends Error {
  readonly problem: Problem = problem(
    'key-reused',
    'Idempotency-Key: this key was used for another request before.',
    'Idempotency-Key',
  );
}

/** Repeats the first answer to a write that comes again with the same key. */
export class Idempotency {
  readonly #views: Views;
  readonly #report: (error: unknown) => void;
  readonly #underWay = new Map<string, { fingerprint: string; given: Promise<Given> }>();

  constructor(views: Views, report: (error: unknown) => void) {
    this.#views = views;
    this.#report = report;
  }

  /** The answer that was given for this key, or the one that `work` gives. */
  async once(key: string, request: readonly string[], work: () => Promise<Answer>): Promise<Given> {
    if (!/^[\x21-\x7e]+$/.test(key) || key.length > KEY_SIZE_MAX) {
      const expected = `expected 1 to ${KEY_SIZE_MAX} visible ASCII characters`;
      throw new Refusal('invalid', `Idempotency-Key: ${expected}.`, 'Idempotency-Key');
    }
    const fingerprint = fingerprintOf(request);
    const same = this.#underWay.get(key);
    if (same !== undefined) {
      if (same.fingerprint !== fingerprint) throw new KeyReused();
      return { ...(await same.given), isRepeated: true };
    }
    const given = this.#knownOrNew(key, fingerprint, work);
    this.#underWay.set(key, { fingerprint, given });
    try {
      return await given;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #knownOrNew(key: string, fingerprint: string, work: () => Promise<Answer>): Promise<Given> {
    const known = await this.#views.answer(key);
    if (known === null) {
      return { answer: await this.#keep(key, fingerprint, work()), isRepeated: false };
    }
    if (known.fingerprint !== fingerprint) throw new KeyReused();
    return { answer: known, isRepeated: true };
  }

  /** An answer that says "try again" is not kept: the next try is a first one. */
  async #keep(key: string, fingerprint: string, pending: Promise<Answer>): Promise<Answer> {
    const answer = await pending;
    const kept: KeptAnswer = { fingerprint, ...answer };
    try {
      if (answer.status < 500) await this.#views.keepAnswer(key, kept);
    } catch (error) {
      // What was done is done, and whoever asked for it is told so.
      this.#report(error);
    }
    return answer;
  }
}

function fingerprintOf(request: readonly string[]): string {
  return toHex(digest('SHA256', new TextEncoder().encode(JSON.stringify(request))));
}
