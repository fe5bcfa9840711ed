import { decodeBody, encodeBody } from '../../domain/engine/body.ts';
import { concat } from '../../domain/structures/octets.ts';
import { evolve, fold, type TpmEvent } from '../../domain/tpm/evolve.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import type { Deeds } from '../support/generator/generate.ts';
import type { Sent } from '../support/generator/guest.ts';
import { wordsOf } from '../support/laws.ts';
import { ALLOWED, type Allowed } from './allowed.ts';
import { Twin, type Answered } from './twin.ts';

/** A difference that nothing explains: where, in words, and what makes it the same one again. */
export type Unexplained = {
  readonly step: number;
  readonly words: string;
  readonly kind: string;
};

/** What became of a run. */
export type Run = {
  readonly steps: number;
  readonly allowed: readonly Allowed[];
  readonly unexplained: Unexplained | null;
  /** A line for each command and response code: how often. */
  readonly codes: ReadonlyMap<string, number>;
};

/** Leads swtpm through what was done to us, until the two are no longer in the same state. */
export async function compare({ guest, looks }: Deeds): Promise<Run> {
  const { sent, recipes, history } = guest;
  const allowed: Allowed[] = [];
  const codes = new Map<string, number>();
  const drift = replayDrift(history.events, looks);
  if (drift !== null) return { steps: sent.length, allowed, unexplained: drift, codes };
  const twin = await Twin.start(recipes);
  try {
    for (const [i, one] of sent.entries()) {
      if ('signal' in one) {
        await twin.indicate(one.signal);
        continue;
      }
      const theirs = await twin.answer(one);
      const line = `${one.plan.command.name} ${theirs.code.toString(16)}`;
      codes.set(line, (codes.get(line) ?? 0) + 1);
      const found = difference(one, theirs);
      if (found === null) {
        if (isUnread(one)) return { steps: i + 1, allowed, codes, unexplained: null };
        continue;
      }
      const reason = ALLOWED.find(({ is }) => is(one, theirs, sent.slice(0, i)));
      if (reason === undefined)
        return { steps: i + 1, allowed, codes, unexplained: { step: i, ...found } };
      allowed.push(reason);
      if (reason.isLast) return { steps: i + 1, allowed, codes, unexplained: null };
    }
    return { steps: sent.length, allowed, codes, unexplained: null };
  } finally {
    await twin.close();
  }
}

/**
 * True when something was made and its answer, encrypted after a mutation, is for nobody to read:
 * which of its octets each side has its own of is not known from there on.
 */
function isUnread({ plan, response }: Sent): boolean {
  const { command } = plan;
  const isSilent = Object.keys(response.values).length < command.response.length;
  return response.code === 0 && command.responseHandle !== null && isSilent;
}

/** Where the two part, in words, or null. */
function difference(sent: Sent, { code, parting }: Answered) {
  const { plan, response, locality } = sent;
  const { name } = plan.command;
  const ways = plan.uses.map(({ handle }) => handle.toString(16)).join(' ');
  const handles = plan.handles.map((handle) => handle.toString(16)).join(' ');
  const what = `${name} (of ${handles || 'nothing'}, by ${ways || 'nobody'}, locality ${locality})`;
  if (code !== response.code) {
    const kind = `${name} 0x${response.code.toString(16)}, swtpm 0x${code.toString(16)}`;
    return { kind, words: `${what}: ${kind}` };
  }
  if (parting === null) return null;
  const kind = `${name}, ${parting.where}`;
  return { kind, words: `${what}, ${parting.where}: ${parting.ours}, swtpm ${parting.theirs}` };
}

/** Our own facts, through the octets of the log, lead to the same states again. */
function replayDrift(events: readonly TpmEvent[], looks: Deeds['looks']): Unexplained | null {
  let at = 0;
  let replayed: Tpm | null = null;
  for (const { facts, tpm } of looks) {
    const more = events.slice(at, facts).map((event) => {
      const { text, secrets } = encodeBody(event);
      return decodeBody(text, concat(...secrets)) as TpmEvent;
    });
    replayed = replayed === null ? fold(more) : more.reduce(evolve, replayed);
    at = facts;
    if (wordsOf(replayed) !== wordsOf(tpm)) {
      return { step: at, kind: 'replay', words: 'our log folds to another state' };
    }
  }
  return null;
}
