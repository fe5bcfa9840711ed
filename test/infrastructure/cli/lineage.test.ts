import { expect, it } from 'vitest';
import {
  graph,
  tree,
  type ShownFamily,
  type ShownMember,
} from '../../../infrastructure/cli/lineage.ts';

function member(
  incarnation: string,
  parent: ShownMember['parent'],
  change: Partial<ShownMember> = {},
): ShownMember {
  return {
    incarnation,
    stream: `tpm-${incarnation}`,
    version: 3,
    historyVersion: 5,
    lineage: 'a',
    generation: parent === null ? 0 : 1,
    parent,
    lineageCounter: 2,
    lineageRegister: '0123456789abcdef'.repeat(4),
    endorsement: { status: 'enabled' },
    machine: 'web',
    at: '2026-01-02T03:04:05.678Z',
    isRetired: false,
    ...change,
  };
}

const FAMILY: ShownFamily = {
  machine: 'web',
  incarnation: 'd',
  lineage: 'a',
  incarnations: [
    member('a', null, { isRetired: true }),
    member('b', { incarnation: 'a', version: 2, reason: 'clone' }, { machine: 'copy' }),
    member('c', { incarnation: 'b', version: 1, reason: 'clone' }, { machine: 'second' }),
    member(
      'd',
      { incarnation: 'a', version: 2, reason: 'rollback' },
      { endorsement: { status: 'disabled' } },
    ),
  ],
};

it('draws a family as a tree', () => {
  const facts = '2026-01-02T03:04:05.678Z';
  const rest = 'version 5  counter 2  register 0123456789abcdef…';
  expect(tree(FAMILY)).toEqual([
    `web  a  original  ${facts}  generation 0  ${rest}  retired`,
    `├─ copy  b  clone at 2  ${facts}  generation 1  ${rest}  endorsed`,
    `│  └─ second  c  clone at 1  ${facts}  generation 1  ${rest}  endorsed`,
    `└─ * web  d  rollback at 2  ${facts}  generation 1  ${rest}  endorsement disabled`,
  ]);
});

it('draws a family as a graph', () => {
  expect(graph(FAMILY)).toEqual([
    'digraph lineage {',
    '  node [shape=box];',
    '  "a" [label="web\\na\\ngeneration 0, counter 2\\nretired", style=dashed];',
    '  "b" [label="copy\\nb\\ngeneration 1, counter 2\\nendorsed"];',
    '  "c" [label="second\\nc\\ngeneration 1, counter 2\\nendorsed"];',
    '  "d" [label="web\\nd\\ngeneration 1, counter 2\\nendorsement disabled"];',
    '  "a" -> "b" [label="clone at 2"];',
    '  "b" -> "c" [label="clone at 1"];',
    '  "a" -> "d" [label="rollback at 2"];',
    '}',
  ]);
});
