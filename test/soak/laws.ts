import { COMMANDS } from '../../domain/commands/index.ts';
import { forkLaw, passagesOf, redecideLaw, replayLaw, type Passages } from '../support/laws.ts';
import { generateForLaws } from '../support/generator/generate.ts';
import type { Counts } from '../support/generator/guest.ts';
import { Random } from '../support/generator/random.ts';
import { UNLIMITED, soakArguments } from './arguments.ts';

const COMMANDS_EACH = 55;

const given = soakArguments({ sequences: UNLIMITED, seconds: UNLIMITED, seed: 1 });
const isBounded = given.sequences < UNLIMITED || given.seconds < UNLIMITED;
const limit = isBounded ? given.sequences : 2000;
const endMs = performance.now() + given.seconds * 1000;

const counts: Counts = new Map();
const random = new Random(given.seed);
const broken: string[] = [];
let [sequences, commands, forks] = [0, 0, 0];
let passages: Passages = { powerCycles: 0, contextsSaved: 0, contextsLoaded: 0, forks: 0 };
for (; sequences < limit && performance.now() < endMs; sequences += 1) {
  const seed = given.seed * 1_000_000 + sequences;
  const history = generateForLaws(seed, COMMANDS_EACH, counts);
  commands += history.steps.length;
  const passed = passagesOf(history);
  passages = {
    powerCycles: passages.powerCycles + passed.powerCycles,
    contextsSaved: passages.contextsSaved + passed.contextsSaved,
    contextsLoaded: passages.contextsLoaded + passed.contextsLoaded,
    forks: passages.forks + passed.forks,
  };
  const versions = [1 + random.below(history.events.length), history.events.length];
  forks += versions.length;
  const laws = [
    replayLaw(history),
    ...history.steps.map(redecideLaw),
    ...versions.map((version) => forkLaw(history, version)),
  ];
  for (const law of laws) if (law !== null) broken.push(`seed ${seed}: ${law}`);
}
const never = COMMANDS.filter(({ name }) => (counts.get(name)?.succeeded ?? 0) === 0);
for (const line of broken.slice(0, 20)) console.log(line);
if (never.length > 0) console.log(`never succeeded: ${never.map(({ name }) => name).join(', ')}`);
console.log(
  `in them ${passages.powerCycles} power cycles, ${passages.forks} forks, ` +
    `${passages.contextsSaved} contexts saved, ${passages.contextsLoaded} loaded`,
);
console.log(`${COMMANDS.length - never.length} of ${COMMANDS.length} commands succeeded`);
console.log(
  `${sequences} sequences, ${commands} commands, ${forks} forks, ${broken.length} broken`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
