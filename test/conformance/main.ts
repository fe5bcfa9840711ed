import { parseArgs } from 'node:util';
import { ALLOWED } from './allowed.ts';
import { inCommon, mismatches, readGolden, shownMismatch, writeGolden } from './golden.ts';
import { CASES } from './list.ts';
import { StemmaSide, SwtpmSide } from './side.ts';
import { walked, type Walked } from './walk.ts';

/** As many TPMs as answers are recorded from: what is the same in all of them is no accident. */
const RECORDED_FROM = 3;

const { values } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    swtpm: { type: 'boolean', default: false },
  },
});
const cases = CASES.filter(({ command, name }) => `${command}: ${name}`.startsWith(values.only));

async function onSwtpm(): Promise<readonly Walked[]> {
  const side = await SwtpmSide.start();
  try {
    return await walked(side, cases);
  } finally {
    await side.close();
  }
}

async function record(): Promise<void> {
  const walks = await Promise.all(Array.from({ length: RECORDED_FROM }, onSwtpm));
  writeGolden(inCommon(walks));
  console.log(`${cases.length} cases recorded`);
}

async function check(): Promise<void> {
  const walks = await (values.swtpm ? onSwtpm() : walked(new StemmaSide(), cases));
  const golden = readGolden();
  const found = walks.flatMap((one) => mismatches(one, golden));
  const unexplained = found.filter((one) => !ALLOWED.some(({ is }) => is(one)));
  for (const one of unexplained) console.log(shownMismatch(one));
  for (const { reason, is } of ALLOWED) {
    console.log(`allowed ${found.filter(is).length} times: ${reason}`);
  }
  console.log(`${cases.length} cases, ${unexplained.length} unexplained`);
  process.exitCode = unexplained.length === 0 ? 0 : 1;
}

await (values.record ? record() : check());
