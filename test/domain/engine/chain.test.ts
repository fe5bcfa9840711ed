import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GENESIS, link, splitLink, withLink } from '../../../domain/engine/chain.ts';

const EVENT = {
  stream: 'tpm-a',
  version: 7,
  id: '00000000-0000-4000-8000-000000000000',
  type: 'PcrExtended',
  data: '{"note":"é \ud800"}',
  metadata: '{"format":1}',
};

describe('link', () => {
  it('is SHA-256 over the fields, each with its length before it', () => {
    const { stream, id, type, data, metadata } = EVENT;
    const fields = [GENESIS, stream, '7', id, type, data, metadata];
    const canonical = fields.map((field) => `${field.length}:${field}`).join('\n');
    const octets = new TextEncoder().encode(canonical);
    expect(link(GENESIS, EVENT)).toBe(createHash('sha256').update(octets).digest('hex'));
  });

  it('is the same for ever', () => {
    expect(link(GENESIS, { ...EVENT, data: '{}' })).toBe(
      '894eaa997d20fbf8295e1d750ec5a47d00bcb84b9b391db07a37bd80bdc85db9',
    );
  });
});

describe('splitLink', () => {
  it('undoes withLink', () => {
    const value = 'a5'.repeat(32);
    expect(splitLink(withLink('{"format":1}', value))).toEqual({
      metadata: '{"format":1}',
      link: value,
    });
  });

  it.each([
    '',
    '{}',
    `,"link":"${GENESIS}"`,
    `"link":"${GENESIS}"}`,
    `{"format":1,"link":"${GENESIS.slice(1)}"}`,
    `{"format":1,"link":"${'A'.repeat(64)}"}`,
    `{"format":1,"link":"${GENESIS}"} `,
    `{"format":1,"link":"${GENESIS}\n"}`,
  ])('finds no link in %j', (metadata) => {
    expect(splitLink(metadata)).toBeNull();
  });
});
