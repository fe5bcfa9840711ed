import { CUBE_ROOTS } from './shaConstants.ts';

const ROUNDS = 80;
const TWO_32 = 0x100000000;

// The schedule and the eight variables, high and low half of each word side by side.
const SCHEDULE = new Int32Array(2 * ROUNDS);
const VARIABLES = new Int32Array(16);

/**
 * Works the block at `at` into the eight words, given in halves, high one first. 64-bit words are
 * halved because big integers are slower by far. FIPS 180-4, 6.4.2 SHA-512 Hash Computation
 */
export function compressSha512(words: Int32Array, view: DataView, at: number): void {
  schedule(view, at);
  VARIABLES.set(words);
  rounds(VARIABLES);
  for (let i = 0; i < 16; i += 2) {
    const low = unsigned(words[i + 1]!) + unsigned(VARIABLES[i + 1]!);
    words[i] = words[i]! + VARIABLES[i]! + carry(low);
    words[i + 1] = low;
  }
}

function schedule(view: DataView, at: number): void {
  const w = SCHEDULE;
  for (let i = 0; i < 32; i += 1) w[i] = view.getInt32(at + 4 * i);
  for (let i = 32; i < 2 * ROUNDS; i += 2) {
    const xh = w[i - 30]!;
    const xl = w[i - 29]!;
    const yh = w[i - 4]!;
    const yl = w[i - 3]!;
    // Rotated by 1 and 8, shifted by 7; rotated by 19 and 61, shifted by 6.
    const h0 = funnel(xh, xl, 1) ^ funnel(xh, xl, 8) ^ (xh >>> 7);
    const l0 = funnel(xl, xh, 1) ^ funnel(xl, xh, 8) ^ funnel(xl, xh, 7);
    const h1 = funnel(yh, yl, 19) ^ funnel(yl, yh, 29) ^ (yh >>> 6);
    const l1 = funnel(yl, yh, 19) ^ funnel(yh, yl, 29) ^ funnel(yl, yh, 6);
    const low = unsigned(l0) + unsigned(l1) + unsigned(w[i - 13]!) + unsigned(w[i - 31]!);
    w[i] = h0 + h1 + w[i - 14]! + w[i - 32]! + carry(low);
    w[i + 1] = low;
  }
}

// v holds a, b, ... h from where `a` stands on, and wraps: instead of moving all eight words down,
// each round moves `a` up by one word.
function rounds(v: Int32Array): void {
  for (let i = 0; i < 2 * ROUNDS; i += 2) {
    const a = (16 - i) & 15;
    const [b, c, d, e] = [(a + 2) & 15, (a + 4) & 15, (a + 6) & 15, (a + 8) & 15];
    const [f, g, h] = [(a + 10) & 15, (a + 12) & 15, (a + 14) & 15];
    const eh = v[e]!;
    const el = v[e + 1]!;
    const ah = v[a]!;
    const al = v[a + 1]!;
    // e rotated by 14, 18 and 41; a rotated by 28, 34 and 39.
    const h1 = funnel(eh, el, 14) ^ funnel(eh, el, 18) ^ funnel(el, eh, 9);
    const l1 = funnel(el, eh, 14) ^ funnel(el, eh, 18) ^ funnel(eh, el, 9);
    const h0 = funnel(ah, al, 28) ^ funnel(al, ah, 2) ^ funnel(al, ah, 7);
    const l0 = funnel(al, ah, 28) ^ funnel(ah, al, 2) ^ funnel(ah, al, 7);
    const chosen = unsigned((el & v[f + 1]!) ^ (~el & v[g + 1]!));
    const added = unsigned(CUBE_ROOTS[i + 1]!) + unsigned(SCHEDULE[i + 1]!);
    const low1 = unsigned(v[h + 1]!) + unsigned(l1) + chosen + added;
    const chosenHigh = (eh & v[f]!) ^ (~eh & v[g]!);
    const high1 = v[h]! + h1 + chosenHigh + CUBE_ROOTS[i]! + SCHEDULE[i]! + carry(low1);
    const majority = (al & v[b + 1]!) ^ (al & v[c + 1]!) ^ (v[b + 1]! & v[c + 1]!);
    const low2 = unsigned(low1) + unsigned(l0) + unsigned(majority);
    const lowD = unsigned(v[d + 1]!) + unsigned(low1);
    v[d] = v[d]! + high1 + carry(lowD);
    v[d + 1] = lowD;
    v[h] = high1 + h0 + ((ah & v[b]!) ^ (ah & v[c]!) ^ (v[b]! & v[c]!)) + carry(low2);
    v[h + 1] = low2;
  }
}

// The high half of two halves shifted right by 0 < bits < 32; with the halves swapped, the low one.
function funnel(high: number, low: number, bits: number): number {
  return (high >>> bits) | (low << (32 - bits));
}

function unsigned(word: number): number {
  return word >>> 0;
}

function carry(low: number): number {
  return Math.trunc(low / TWO_32);
}
