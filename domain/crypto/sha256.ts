import { CUBE_ROOTS, SHA512_START, highHalves } from './shaConstants.ts';

const K = highHalves(CUBE_ROOTS);
const SCHEDULE = new Int32Array(64);

/** What SHA-256 starts from. FIPS 180-4, 5.3.3 SHA-256 */
export const SHA256_START: Int32Array = highHalves(SHA512_START);

/** Works the block at `at` into the eight words. FIPS 180-4, 6.2.2 SHA-256 Hash Computation */
export function compressSha256(words: Int32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t += 1) SCHEDULE[t] = view.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const x = SCHEDULE[t - 15]!;
    const y = SCHEDULE[t - 2]!;
    const sigma0 = right(x, 7) ^ right(x, 18) ^ (x >>> 3);
    const sigma1 = right(y, 17) ^ right(y, 19) ^ (y >>> 10);
    SCHEDULE[t] = sigma1 + SCHEDULE[t - 7]! + sigma0 + SCHEDULE[t - 16]!;
  }
  let a = words[0]!;
  let b = words[1]!;
  let c = words[2]!;
  let d = words[3]!;
  let e = words[4]!;
  let f = words[5]!;
  let g = words[6]!;
  let h = words[7]!;
  for (let t = 0; t < 64; t += 1) {
    const sum1 = right(e, 6) ^ right(e, 11) ^ right(e, 25);
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + K[t]! + SCHEDULE[t]!) | 0;
    const sum0 = right(a, 2) ^ right(a, 13) ^ right(a, 22);
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  words[0] = words[0]! + a;
  words[1] = words[1]! + b;
  words[2] = words[2]! + c;
  words[3] = words[3]! + d;
  words[4] = words[4]! + e;
  words[5] = words[5]! + f;
  words[6] = words[6]! + g;
  words[7] = words[7]! + h;
}

function right(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
