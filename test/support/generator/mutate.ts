import { concat, u16, u32 } from '../../../domain/structures/octets.ts';
import type { Random } from './random.ts';

type Mutation = (request: Uint8Array, random: Random) => Uint8Array;

const HEADER_SIZE = 10;
const COMMAND_SIZE_MAX = 4096;
/** Handles of every kind, most of which lead nowhere. */
export const HANDLES = [
  0x00000000, 0x00000018, 0x01000000, 0x01005302, 0x01800001, 0x02000000, 0x02ffffff, 0x03000000,
  0x40000001, 0x40000007, 0x40000009, 0x4000000a, 0x4000000b, 0x4000000c, 0x40000010, 0x80000000,
  0x8000003f, 0x80000040, 0x81000000, 0x81800000, 0xffffffff,
];

/** The request with its size field as its length has it. */
function resized(request: Uint8Array): Uint8Array {
  const sized = request.slice();
  if (sized.length >= 6) sized.set(u32(sized.length), 2);
  return sized;
}

function flipBits(request: Uint8Array, random: Random): Uint8Array {
  const flipped = request.slice();
  for (let count = 1 + random.below(4); count > 0 && flipped.length > 0; count -= 1) {
    const at = random.below(flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
  }
  return flipped;
}

function overwrite(request: Uint8Array, at: number, octets: Uint8Array): Uint8Array {
  const changed = request.slice();
  changed.set(octets.subarray(0, Math.max(0, changed.length - at)), Math.min(at, changed.length));
  return changed;
}

/** An offset behind the header. */
function inBody(request: Uint8Array, random: Random): number {
  return HEADER_SIZE + random.below(Math.max(1, request.length - HEADER_SIZE));
}

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  (request, random) => resized(flipBits(request, random)),
  (request, random) => request.slice(0, random.below(request.length + 1)),
  (request, random) => resized(request.slice(0, random.below(request.length + 1))),
  (request, random) => resized(concat(request, random.octets(1 + random.below(40)))),
  (request, random) => concat(request, random.octets(1 + random.below(4))),
  (request, random) => overwrite(request, inBody(request, random), u32(random.pick(HANDLES))),
  (request, random) => overwrite(request, HEADER_SIZE, u32(random.pick(HANDLES))),
  (request, random) => overwrite(request, inBody(request, random), u16(random.below(0x10000))),
  (request, random) =>
    overwrite(request, inBody(request, random), u16(random.pick([0, 1, 0x10, 0xffff]))),
  (request, random) => overwrite(request, 0, u16(random.pick([0x8001, 0x8002, 0x00c4, 0]))),
  doubledSessions,
  (request, random) => {
    const at = inBody(request, random);
    const octets = random.octets(1 + random.below(16));
    return resized(concat(request.subarray(0, at), octets, request.subarray(at)));
  },
  (request, random) => {
    const at = inBody(request, random);
    return resized(concat(request.subarray(0, at), request.subarray(at + 1 + random.below(8))));
  },
];

/** The authorization area once more, wherever one can be seen. */
function doubledSessions(request: Uint8Array): Uint8Array {
  for (let at = HEADER_SIZE; at + 4 <= Math.min(request.length, HEADER_SIZE + 12); at += 4) {
    const size = new DataView(request.buffer, request.byteOffset + at).getUint32(0);
    if (size < 9 || at + 4 + size > request.length) continue;
    const area = request.subarray(at + 4, at + 4 + size);
    const rest = request.subarray(at + 4 + size);
    return resized(concat(request.subarray(0, at), u32(2 * size), area, area, rest));
  }
  return resized(concat(request, request.subarray(HEADER_SIZE)));
}

/** A request that is near a sensible one. */
export function mutate(request: Uint8Array, random: Random): Uint8Array {
  const once = random.pick(MUTATIONS)(request, random);
  return random.chance(25) ? random.pick(MUTATIONS)(once, random) : once;
}

/** The same for whoever waits for as many octets as the header says. */
export function mutateFramed(request: Uint8Array, random: Random): Uint8Array {
  const mutated = mutate(request, random);
  const isFramed = mutated.length >= HEADER_SIZE && mutated.length <= COMMAND_SIZE_MAX;
  return resized(isFramed ? mutated : request);
}
