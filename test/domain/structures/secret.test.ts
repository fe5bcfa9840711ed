import { inspect, format } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ascii, concat, toHex } from '../../../domain/structures/octets.ts';
import { EMPTY_SECRET, secret } from '../../../domain/structures/secret.ts';
import { TpmError } from '../../../domain/structures/tpmError.ts';

const TEXT = 'correct horse battery staple';
const octets = ascii(TEXT);
const value = secret(octets);
const within = { userAuth: value, list: [value], deep: { deeper: { deepest: value } } };

/** Every way in which something may be printed. */
const PRINTED: Readonly<Record<string, string>> = {
  'JSON.stringify': JSON.stringify(within),
  inspect: inspect(within),
  'inspect, everything': inspect(within, {
    showHidden: true,
    depth: null,
    getters: true,
    customInspect: false,
    maxArrayLength: null,
  }),
  'inspect, showProxy': inspect(new Proxy(value, {}), { showProxy: true, showHidden: true }),
  format: format('%s %o %O %j %d', value, value, value, value, value),
  String: String(value),
  'a template': `${value.toString()} ${value as unknown as string}`,
  'an addition': 'the secret: ' + (value as unknown as string),
  'its keys and values': JSON.stringify([Object.entries(value), Reflect.ownKeys(value)]),
  'a copy': JSON.stringify(Object.assign({}, value)),
  'an array': [value, value].join(),
  'an error': inspect(new Error('failed', { cause: within })),
  'a refusal': inspect(new TpmError('AUTH_FAIL', { session: 1 })),
};

const FORMS = [
  TEXT,
  TEXT.slice(0, 6),
  toHex(octets),
  toHex(octets.subarray(0, 4)),
  [...octets].join(),
  [...octets.subarray(0, 4)].join(', '),
  btoa(TEXT).slice(0, 12),
];

describe('Secret', () => {
  it.each(Object.entries(PRINTED))('does not show its octets in %s', (_, printed) => {
    for (const form of FORMS) expect(printed).not.toContain(form);
  });

  it('shows how long it is', () => {
    expect(String(value)).toBe('‹secret, 28 octets›');
    expect(JSON.stringify({ value })).toBe('{"value":"‹secret, 28 octets›"}');
    expect(inspect(value)).toBe('‹secret, 28 octets›');
    expect(value.length).toBe(28);
  });

  it('gives its octets to whoever asks for them', () => {
    expect(value.octets).toEqual(octets);
    expect(EMPTY_SECRET.octets).toEqual(new Uint8Array(0));
  });

  it('wraps a copy', () => {
    const request = concat(octets);
    const copied = secret(request);
    request.fill(0);
    expect(copied.octets).toEqual(octets);
  });
});
