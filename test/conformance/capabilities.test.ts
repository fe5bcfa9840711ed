import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../domain/commands/index.ts';
import { readGolden } from './golden.ts';
import { CASES } from './list.ts';
import { StemmaSide } from './side.ts';
import { walked } from './walk.ts';

const [ALGS, COMMANDS_LISTED, PCRS, PROPERTIES, CURVES] = [0, 2, 5, 6, 8];
const PT_VAR = 0x200;

/** What the default profile has beside what swtpm has. */
const ADDED_COMMANDS = ['ECC_Encrypt', 'ECC_Decrypt'];
/** What it says otherwise: as in `allowed.ts`, and how many objects and sessions fit. */
const OTHER_PROPERTIES =
  '102 103 104 105 106 107 108 10b 10c 10e 110 121 122 123 125 126 127 129 12a'.split(' ');
/** The indices that tell the lineage, one of them a counter, and the room that is left. */
const OTHER_VARIABLES = '202 204 207 209 20a 20b'.split(' ');

function nameOf(capability: number, property: number): string {
  return `started, capability ${capability} from ${property.toString(16)}, 254 at most`;
}

function listed(text: string): readonly string[] {
  const list = /\[(.*)\]/u.exec(text)?.[1];
  if (list === undefined) throw new Error(`${text} is no list`);
  return list === '' ? [] : list.split(' ');
}

/** What swtpm lists, as it was recorded. */
function theirs(capability: number, property = 0): readonly string[] {
  const [answer = ''] = readGolden().get(`GetCapability: ${nameOf(capability, property)}`) ?? [];
  return listed(answer);
}

/** What Stemma lists in its default profile. */
async function ours(capability: number, property = 0): Promise<readonly string[]> {
  const name = nameOf(capability, property);
  const cases = CASES.filter((one) => one.command === 'GetCapability' && one.name === name);
  const [one] = await walked(new StemmaSide('default'), cases);
  const data = one?.answers[0]?.leaves.find(({ text }) => text.startsWith('['));
  return listed(data?.text ?? '');
}

function codeOf(attributes: string): number {
  return parseInt(attributes, 16) & 0xffff;
}

describe('the default profile', () => {
  it('lists the commands of swtpm with their attributes, and two more', async () => {
    const [own, other] = [await ours(COMMANDS_LISTED), theirs(COMMANDS_LISTED)];
    expect(other).toHaveLength(110);
    expect(other.filter((row) => !own.includes(row))).toEqual([]);
    const added = own.filter((row) => !other.includes(row)).map(codeOf);
    const names = added.map((code) => COMMANDS.find((row) => row.code === code)?.name);
    expect(names).toEqual(ADDED_COMMANDS);
  });

  it.each([
    ['algorithms', ALGS],
    ['banks', PCRS],
    ['curves', CURVES],
  ])('lists the %s of swtpm', async (_, capability) => {
    expect(await ours(capability)).toEqual(theirs(capability));
  });

  it.each([
    ['of the maker, and the slots', 0, OTHER_PROPERTIES],
    ['of the indices of the lineage, and the room', PT_VAR, OTHER_VARIABLES],
  ])('has other properties %s', async (_, property, names) => {
    const [own, other] = [await ours(PROPERTIES, property), theirs(PROPERTIES, property)];
    const tags = (rows: readonly string[]) => rows.map((row) => row.split(':')[0]);
    expect(tags(own)).toEqual(tags(other));
    expect(tags(own.filter((row) => !other.includes(row)))).toEqual(names);
  });
});
