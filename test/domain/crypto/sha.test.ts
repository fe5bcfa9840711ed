import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HASH_BLOCK_SIZE,
  hashFinish,
  hashStart,
  hashUpdate,
  hmacFinish,
  hmacStart,
  type HashState,
} from '../../../domain/crypto/sha.ts';
import { DIGEST_SIZE, HASH_ALGS, type HashAlg } from '../../../domain/structures/hashAlg.ts';
import { ascii, toHex } from '../../../domain/structures/octets.ts';

const TWO_BLOCKS_SHORT = 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq';
const TWO_BLOCKS_LONG =
  'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno' +
  'ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu';

/** FIPS 180-4's example computations: the algorithm, the message and the digest. */
const EXAMPLES: readonly (readonly [HashAlg, string, string])[] = [
  ['SHA1', 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['SHA1', TWO_BLOCKS_SHORT, '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
  ['SHA256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['SHA256', TWO_BLOCKS_SHORT, '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  [
    'SHA384',
    'abc',
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed' +
      '8086072ba1e7cc2358baeca134c825a7',
  ],
  [
    'SHA384',
    TWO_BLOCKS_LONG,
    '09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712' +
      'fcc7c71a557e2db966c3e9fa91746039',
  ],
  [
    'SHA512',
    'abc',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ],
  [
    'SHA512',
    TWO_BLOCKS_LONG,
    '8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018' +
      '501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909',
  ],
];

const nodeHash = (alg: HashAlg, data: Uint8Array): string =>
  createHash(alg.toLowerCase()).update(data).digest('hex');

/** As a saved sequence is: the state leaves the process in octets and comes back. */
function stored(state: HashState): HashState {
  return {
    ...state,
    chaining: Uint8Array.from(state.chaining),
    pending: Uint8Array.from(state.pending),
  };
}

const message = fc.uint8Array({ maxLength: 700 });
const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });

describe('hashStart', () => {
  it.each(EXAMPLES)('gives the example of FIPS 180-4 for %s of %s', (alg, text, hex) => {
    expect(toHex(hashFinish(hashUpdate(hashStart(alg), ascii(text))))).toBe(hex);
  });

  it.each(HASH_ALGS)('goes through a million octets of %s', (alg) => {
    const million = new Uint8Array(1_000_000).fill(0x61);
    expect(toHex(hashFinish(hashUpdate(hashStart(alg), million)))).toBe(nodeHash(alg, million));
  });

  it.each(HASH_ALGS)('gives the digest of every length around the blocks of %s', (alg) => {
    for (let size = 0; size <= 3 * HASH_BLOCK_SIZE[alg]; size += 1) {
      const data = Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 0xff);
      expect(toHex(hashFinish(hashUpdate(hashStart(alg), data)))).toBe(nodeHash(alg, data));
    }
  });
});

describe('hashUpdate', () => {
  it.each(HASH_ALGS)('goes on at any cut, however the message of %s is taken apart', (alg) => {
    const resumed = fc.property(pieces, (parts) => {
      let state = hashStart(alg);
      for (const part of parts) state = stored(hashUpdate(state, part));
      const digest = hashFinish(state);
      expect(digest.length).toBe(DIGEST_SIZE[alg]);
      expect(toHex(digest)).toBe(nodeHash(alg, Buffer.concat(parts)));
    });
    fc.assert(resumed);
  });

  it.each(HASH_ALGS)('leaves the state it was given as it is (%s)', (alg) => {
    const untouched = fc.property(message, message, message, (first, left, right) => {
      const state = hashUpdate(hashStart(alg), first);
      hashFinish(hashUpdate(state, left));
      hashFinish(state);
      const digest = hashFinish(hashUpdate(state, right));
      expect(toHex(digest)).toBe(nodeHash(alg, Buffer.concat([first, right])));
    });
    fc.assert(untouched);
  });

  it('keeps octets of its own, so that the caller may reuse the buffer', () => {
    const data = ascii('short');
    const state = hashUpdate(hashStart('SHA256'), data);
    data.fill(0);
    expect(toHex(hashFinish(state))).toBe(nodeHash('SHA256', ascii('short')));
  });
});

describe('hmacStart', () => {
  it.each(HASH_ALGS)('gives the HMAC of node for any key and any cuts (%s)', (alg) => {
    const key = fc.uint8Array({ maxLength: 2 * HASH_BLOCK_SIZE[alg] + 1 });
    const resumed = fc.property(key, pieces, (octets, parts) => {
      let state = hmacStart(alg, octets);
      for (const part of parts) state = stored(hashUpdate(state, part));
      const reference = createHmac(alg.toLowerCase(), octets).update(Buffer.concat(parts));
      expect(toHex(hmacFinish(state, octets))).toBe(reference.digest('hex'));
    });
    fc.assert(resumed);
  });
});
