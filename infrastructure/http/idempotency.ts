import { digest } from '../../domain/crypto/hash.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Refusal } from '../../domain/machines/refusal.ts';
import type { KeptAnswer, ViewDatabase } from '../store/views/viewDatabase.ts';
import { problem, type Problem } from './problem.ts';

/** The answer to a write: a status and a JSON text. */
export type Answer = { readonly status: number; readonly body: string };

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
  readonly #views: ViewDatabase;
  readonly #report: (error: unknown) => void;
  readonly #underWay = new Map<string, { fingerprint: string; answer: Promise<Answer> }>();

  constructor(views: ViewDatabase, report: (error: unknown) => void) {
    this.#views = views;
    this.#report = report;
  }

  /** The answer that was given for this key, or the one that `work` gives. */
  async once(
    key: string,
    request: readonly string[],
    work: () => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly isRepeated: boolean }> {
    if (!/^[\x21-\x7e]+$/.test(key) || key.length > KEY_SIZE_MAX) {
      const expected = `expected 1 to ${KEY_SIZE_MAX} visible ASCII characters`;
      throw new Refusal('invalid', `Idempotency-Key: ${expected}.`, 'Idempotency-Key');
    }
    const fingerprint = fingerprintOf(request);
    const known = this.#underWay.get(key) ?? this.#views.answer(key);
    if (known !== null) {
      if (known.fingerprint !== fingerprint) throw new KeyReused();
      return { answer: 'answer' in known ? await known.answer : known, isRepeated: true };
    }
    const answer = this.#keep(key, fingerprint, work());
    this.#underWay.set(key, { fingerprint, answer });
    try {
      return { answer: await answer, isRepeated: false };
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** An answer that says "try again" is not kept: the next try is a first one. */
  async #keep(key: string, fingerprint: string, pending: Promise<Answer>): Promise<Answer> {
    const answer = await pending;
    const kept: KeptAnswer = { fingerprint, ...answer };
    try {
      if (answer.status < 500) this.#views.keepAnswer(key, kept);
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
