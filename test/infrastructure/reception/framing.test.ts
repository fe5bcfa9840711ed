import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '../../../domain/structures/octets.ts';
import {
  RequestReader,
  localityOf,
  refusalOfFrame,
  tooLarge,
  uint32At,
} from '../../../infrastructure/reception/framing.ts';
import { octets } from './recordingPort.ts';

const SIZE_MAX = 12;

/** Requests that begin with their own size in one octet; those above 12 are too large. */
function measure(request: Uint8Array): number {
  const size = request[0] ?? 0;
  return size > SIZE_MAX ? tooLarge(size) : size;
}

/** What a reader gives out when the chunks arrive in one buffer which is overwritten each time. */
function requestsOf(chunks: readonly Uint8Array[]): readonly string[] {
  const reader = new RequestReader(measure);
  const buffer = new Uint8Array(1024);
  const requests: string[] = [];
  for (const chunk of chunks) {
    buffer.fill(0xee);
    buffer.set(chunk);
    reader.push(buffer.subarray(0, chunk.length));
    for (let request = reader.next(); request !== undefined; request = reader.next()) {
      requests.push(reader.isCut ? `cut ${reader.cutSize}` : toHex(request));
    }
    reader.keep();
  }
  expect(reader.isPartial).toBe(false);
  return requests;
}

const frame = fc
  .uint8Array({ minLength: 0, maxLength: 29 })
  .map((body) => concat(new Uint8Array([body.length + 1]), body));

describe('the reader of requests', () => {
  it('gives the same requests however they are split and glued', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 12 }),
        fc.array(fc.nat(400), { maxLength: 40 }),
        (frames, cuts) => {
          const stream = concat(...frames);
          const places = [...new Set([0, ...cuts, stream.length])]
            .filter((place) => place <= stream.length)
            .sort((a, b) => a - b);
          const chunks = places.map((from, index) => stream.subarray(from, places[index + 1]));
          const expected = frames.map((one) =>
            one.length > SIZE_MAX ? `cut ${one.length}` : toHex(one),
          );
          expect(requestsOf(chunks)).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives out a request that lies in one chunk without copying it', () => {
    const reader = new RequestReader(measure);
    const chunk = octets('02aa 03bbcc');
    reader.push(chunk);
    const requests = [reader.next(), reader.next()];
    expect(requests.map((request) => request?.buffer === chunk.buffer)).toEqual([true, true]);
    expect(reader.next()).toBeUndefined();
    expect(reader.isPartial).toBe(false);
  });

  it('gives out the beginning of a request that is too large and skips the rest', () => {
    const reader = new RequestReader(measure);
    reader.push(octets('0eaabb'));
    expect(toHex(reader.next()!)).toBe('0eaabb');
    expect([reader.isCut, reader.cutSize]).toEqual([true, 14]);
    reader.push(octets('ffffffffffffffffffffff 02'));
    expect(reader.next()).toBeUndefined();
    reader.keep();
    reader.push(octets('cc'));
    expect(toHex(reader.next()!)).toBe('02cc');
    expect(reader.isCut).toBe(false);
  });

  it('collects a request of a megabyte from small chunks', () => {
    const size = 2 ** 20;
    const reader = new RequestReader((request) => (request.length === 0 ? 0 : size));
    for (let sent = 0; sent < size; sent += 4096) {
      expect(reader.next()).toBeUndefined();
      reader.push(new Uint8Array(4096).fill(sent / 4096));
      reader.keep();
    }
    const request = reader.next();
    expect(request?.length).toBe(size);
    expect(request?.[3 * 4096 + 5]).toBe(3);
  });
});

describe('a frame', () => {
  it.each([
    ['8001', '80010000000a0000009a'],
    ['8001000000', '80010000000a0000009a'],
    ['80010000000600', '80010000000a00000142'],
    ['800100000008 0000', '80010000000a0000009a'],
    ['80010000000d 0000017b 0008', '80010000000a00000142'],
    ['80010000000b 0000017b 0008', '80010000000a00000142'],
  ])('%s is refused with %s', (command, response) => {
    expect(toHex(refusalOfFrame(octets(command))!)).toBe(response);
  });

  it('that says its size is for the TPM to decide', () => {
    expect(refusalOfFrame(octets('80010000000c0000017b0008'))).toBeUndefined();
    expect(refusalOfFrame(octets('00c10000000a00000050'))).toBeUndefined();
  });

  it('has sizes up to 32 bits', () => {
    expect(uint32At(octets('00fffffffe'), 1)).toBe(0xfffffffe);
  });

  it('knows no locality from 5 to 31', () => {
    expect([0, 4, 5, 31, 32, 255].map(localityOf)).toEqual([0, 4, 0, 0, 32, 255]);
  });
});
