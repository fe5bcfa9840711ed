import { expect, it } from 'vitest';
import { outline } from '../../../infrastructure/cli/outline.ts';
import { fields, table } from '../../../infrastructure/cli/table.ts';

it('outlines a document, with equal runs of a list as one', () => {
  const document = {
    version: 3,
    policy: null,
    banks: { SHA256: ['00', '00', 'ff'], none: [] },
    indices: [{ handle: '0x01', size: 8 }],
  };
  expect(outline(document)).toEqual([
    'version  3',
    'policy   -',
    'banks',
    '  SHA256',
    '    0-1    00',
    '    2      ff',
    '  none    none',
    'indices',
    '  - handle  0x01',
    '    size    8',
  ]);
});

it('aligns columns, with a dash for what is empty', () => {
  expect(
    table(
      ['NAME', 'N'],
      [
        ['a', 10],
        ['longer', null],
      ],
    ),
  ).toEqual(['NAME    N', 'a       10', 'longer  -']);
  expect(
    fields([
      ['a', 1],
      ['long', 'x'],
    ]),
  ).toEqual(['a     1', 'long  x']);
});
