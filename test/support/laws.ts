import { encodeBody } from '../../domain/engine/body.ts';
import { decisionOf, disclose, follows, metadataOf } from '../../domain/engine/envelope.ts';
import { recalledCircumstances } from '../../domain/engine/recordedDecision.ts';
import { forkTpm } from '../../domain/lineage/lineage.ts';
import { execute } from '../../domain/processor/execute.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { sameOctets, toHex } from '../../domain/structures/octets.ts';
import { fold, evolve, type TpmEvent } from '../../domain/tpm/evolve.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { NOW_MS } from './tpms.ts';
import type { History, Step } from './generator/history.ts';

const CONTEXT_LOAD = '00000161';

/** A value in words, with its Secrets' octets: equal values have equal words. */
export function wordsOf(value: unknown): string {
  const { text, secrets } = encodeBody(value);
  return `${text}\n${secrets.map(toHex).join(' ')}`;
}

/** Where the words of two values part, for a reader of a broken law. */
function parting(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 80), at + 80);
  return `...${around(a)}\n   and ...${around(b)}`;
}

function compare(law: string, a: unknown, b: unknown): string | null {
  const [first, second] = [wordsOf(a), wordsOf(b)];
  return first === second ? null : `${law}: ${parting(first, second)}`;
}

/** Law 1: the log, from the octets that a store would hold, folds to the state it came from. */
export function replayLaw(history: History): string | null {
  const events = history.streams.flatMap(({ key, start, recorded }) => {
    let head = start;
    return recorded.map((event) => {
      head = follows(head, event);
      return disclose(event, key) as TpmEvent;
    });
  });
  return compare('the log folds to another state', fold(events), history.tpm);
}

/**
 * Law 2: decided again with what surrounded it, a step gives the same octets and facts. What
 * surrounded it is taken from the log, where a step left anything there.
 */
export function redecideLaw({ before, nowMs, decision, recorded, ...step }: Step): string | null {
  const kept = recorded === null ? decision : decisionOf(recorded.event, recorded.key);
  const atMs = recorded === null ? nowMs : metadataOf(recorded.event).atMs;
  if (!kept?.request) return 'the log does not tell what was decided';
  const again = execute(before, kept.request.slice(), recalledCircumstances(kept, atMs));
  if (!sameOctets(again.response, step.response)) {
    return `decided again it answers ${toHex(again.response)} instead of ${toHex(step.response)}`;
  }
  return compare('decided again it has other facts', again.events, step.events);
}

/** Law 3: a fork is its parent at that point, save what the fork itself changes. */
export function forkLaw(history: History, version: number): string | null {
  const parent = fold(history.events.slice(0, version));
  const point = { incarnation: 'generated', version, link: 'link' };
  const made = forkTpm(parent, point, 'fork', 'clone', {
    nowMs: Math.max(NOW_MS, history.nowMs),
    entropy: (count) => new Uint8Array(count),
  });
  const fork = made.reduce<Tpm>((tpm, event) => evolve(tpm, event), parent);
  return compare(`a fork at ${version} is another TPM`, common(fork), common(parent));
}

/** How often a history went through what the laws are about. */
export type Passages = {
  readonly powerCycles: number;
  readonly contextsSaved: number;
  readonly contextsLoaded: number;
  readonly forks: number;
};

/** Counts them in a history. */
export function passagesOf({ events, steps }: History): Passages {
  const count = (...types: readonly TpmEvent['type'][]): number =>
    events.filter(({ type }) => types.includes(type)).length;
  const isLoad = (request: Uint8Array): boolean => toHex(request.subarray(6, 10)) === CONTEXT_LOAD;
  const loads = steps.filter(({ request, events: facts }) => isLoad(request) && facts.length > 0);
  return {
    powerCycles: count('Initialized') - 1,
    contextsSaved: count('SessionSaved', 'ContextCounted'),
    contextsLoaded: loads.length,
    forks: count('TpmForked'),
  };
}

/**
 * A TPM without its identity, its clock's counts, what its endorsement hierarchy loaded, and what
 * it committed to.
 */
function common(tpm: Tpm): object {
  const transient = [...tpm.objects.transient].filter(
    ([, slot]) => slot.kind === 'sequence' || slot.hierarchy !== TPM_RH.ENDORSEMENT,
  );
  return {
    ...tpm,
    identity: {
      ...tpm.identity,
      incarnation: '',
      generation: 0,
      inheritedVersions: 0,
      parent: null,
    },
    hierarchies: { ...tpm.hierarchies, isEndorsementHeld: false },
    clock: { ...tpm.clock, clockMs: 0n, setAtMs: 0, safeAtMs: null, resetCount: 0 },
    objects: { ...tpm.objects, transient: new Map(transient) },
    commits: { ...tpm.commits, pending: new Map() },
  };
}
