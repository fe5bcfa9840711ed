import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromOctets, toOctets, type Codec } from '../../../domain/structures/codec.ts';
import { toHex } from '../../../domain/structures/octets.ts';
import { Secret } from '../../../domain/structures/secret.ts';
import { TpmError } from '../../../domain/structures/tpmError.ts';
import { Reader } from '../../../domain/structures/wire.ts';
import { HANDLES } from '../../support/handleValues.ts';
import { REFUSALS } from '../../support/refusals.ts';
import { STRUCTURES } from '../../support/structures.ts';

const FOLDER = new URL('../../../domain/structures/', import.meta.url);

const modules = await Promise.all(
  readdirSync(FOLDER).map((file) => import(new URL(file, FOLDER).href) as Promise<object>),
);
const CODECS = modules.flatMap((exported) =>
  Object.entries(exported).filter((entry): entry is [string, Codec<unknown>] => isCodec(entry[1])),
);
const few = { numRuns: 40 };

function isCodec(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'unmarshal' in value;
}

/** The value with Secrets shown and octets in digits, so that equal values look the same. */
function shown(value: unknown): unknown {
  if (value instanceof Secret) return { secret: toHex(value.octets) };
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shown(field)]));
}

/** The response code with which the work is refused, null when it is not. */
function refusal(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof TpmError) return error.rc;
    throw error;
  }
}

/** Octets that are read as a value must be written as the same octets: a value has one form. */
function expectCanonical(codec: Codec<unknown>, octets: Uint8Array): void {
  const reader = new Reader(octets);
  let value: unknown;
  if (refusal(() => (value = codec.unmarshal(reader))) !== null) return;
  const read = octets.subarray(0, octets.length - reader.remaining);
  expect(toHex(toOctets(codec, value))).toBe(toHex(read));
}

describe('the structures', () => {
  it('are all tested', () => {
    const names = CODECS.map(([name]) => name).sort();
    expect(names).toEqual(Object.keys(STRUCTURES).sort());
    expect(names).toEqual([...REFUSALS.keys()].sort());
  });
});

describe.each(CODECS)('%s', (name, codec) => {
  const values = STRUCTURES[name] ?? fc.constant(undefined);

  it('reads the value that it wrote, and writes the octets that it read', () => {
    const kept = fc.property(values, (value) => {
      const octets = toOctets(codec, value);
      const read = fromOctets(codec, octets);
      expect(shown(read)).toEqual(shown(value));
      expect(toHex(toOctets(codec, read))).toBe(toHex(octets));
    });
    fc.assert(kept, few);
  });

  it('refuses octets that end too early with INSUFFICIENT, octets left over with SIZE', () => {
    const refused = fc.property(
      values,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (value, part) => {
        const octets = toOctets(codec, value);
        expect(refusal(() => fromOctets(codec, Uint8Array.of(...octets, 0)))).toBe('SIZE');
        if (octets.length === 0) return;
        const end = Math.floor(part * (octets.length - 1));
        expect(refusal(() => fromOctets(codec, octets.subarray(0, end)))).toBe('INSUFFICIENT');
      },
    );
    fc.assert(refused, few);
  });

  it('refuses changed and accidental octets, or has a form of its own for them', () => {
    const at = fc.nat(1 << 16);
    // Changes of the lowest bits make sizes a little smaller, and selectors other ones.
    const change = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 3 }));
    const changed = fc.property(values, at, change, (value, i, flip) => {
      const octets = toOctets(codec, value);
      if (octets.length === 0) return;
      const place = i % Math.min(octets.length, 40);
      expectCanonical(codec, octets.with(place, octets[place]! ^ flip));
    });
    fc.assert(changed, { numRuns: 100 });
    const accidental = fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
      expectCanonical(codec, octets);
    });
    fc.assert(accidental, few);
  });
});

describe('octets that are no value', () => {
  const FLIPS = [0x01, 0x02, 0x07, 0x80, 0xff];
  const SAMPLE = { numRuns: 100, seed: 3 };

  it.each(CODECS)('are refused as the table of %s says', (name, codec) => {
    const found = new Set<string>();
    for (const value of fc.sample(STRUCTURES[name] ?? fc.constant(null), SAMPLE)) {
      const octets = toOctets(codec, value);
      for (let at = 0; at < Math.min(octets.length, 60); at += 1) {
        for (const flip of FLIPS) {
          const changed = octets.with(at, octets[at]! ^ flip);
          const rc = refusal(() => fromOctets(codec, changed));
          if (rc !== null && rc !== 'INSUFFICIENT') found.add(rc);
        }
      }
    }
    expect([...found].sort()).toEqual(REFUSALS.get(name));
  });
});

describe.each(Object.keys(HANDLES))('%s', (name) => {
  const codec = CODECS.find(([other]) => other === name)![1] as Codec<number>;
  const every = fc.oneof(
    fc.nat(0xffffffff),
    fc.nat(0x1f).map((low) => 0x40000000 + low),
    fc.constantFrom(
      0,
      23,
      24,
      0x00ffffff,
      0x02000040,
      0x03ffffff,
      0x7fffffff,
      0x82000000,
      0x90000000,
    ),
    ...Object.values(HANDLES),
  );
  const kinds = new Set(fc.sample(HANDLES[name]!, 400).map((handle) => kindOf(handle)));

  function kindOf(handle: number): string {
    if (handle >= 0x40000010 && handle <= 0x4000010f) return 'vendor';
    if (handle >>> 24 === 0x40) return handle.toString(16);
    if (handle >>> 24 === 0) return handle < 24 ? 'PCR' : 'none';
    const isSession = handle >>> 24 === 0x02 || handle >>> 24 === 0x03;
    if (isSession && (handle & 0xffffff) >= 64) return 'none';
    if (name === 'TPMI_DH_SAVED' && handle >>> 24 === 0x80) return handle.toString(16);
    return (handle >>> 24).toString(16);
  }

  it('takes the handles of its kinds and refuses all others with VALUE', () => {
    const told = fc.property(every, (handle) => {
      const expected = kinds.has(kindOf(handle)) ? null : 'VALUE';
      const octets = Uint8Array.of(handle >>> 24, handle >>> 16, handle >>> 8, handle);
      expect(
        refusal(() => fromOctets(codec, octets)),
        handle.toString(16),
      ).toBe(expected);
    });
    fc.assert(told, { numRuns: 200 });
  });
});
