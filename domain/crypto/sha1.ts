const SCHEDULE = new Int32Array(80);

/** What SHA-1 starts from. FIPS 180-4, 5.3.1 SHA-1 */
export const SHA1_START: Int32Array = Int32Array.of(
  0x67452301,
  0xefcdab89,
  0x98badcfe,
  0x10325476,
  0xc3d2e1f0,
);

/** Works the block at `at` into the five words. FIPS 180-4, 6.1.2 SHA-1 Hash Computation */
export function compressSha1(words: Int32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t += 1) SCHEDULE[t] = view.getInt32(at + 4 * t);
  for (let t = 16; t < 80; t += 1) {
    const mixed = SCHEDULE[t - 3]! ^ SCHEDULE[t - 8]! ^ SCHEDULE[t - 14]! ^ SCHEDULE[t - 16]!;
    SCHEDULE[t] = (mixed << 1) | (mixed >>> 31);
  }
  let a = words[0]!;
  let b = words[1]!;
  let c = words[2]!;
  let d = words[3]!;
  let e = words[4]!;
  for (let t = 0; t < 80; t += 1) {
    const next = (((a << 5) | (a >>> 27)) + mixture(t, b, c, d) + e + SCHEDULE[t]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  words[0] = words[0]! + a;
  words[1] = words[1]! + b;
  words[2] = words[2]! + c;
  words[3] = words[3]! + d;
  words[4] = words[4]! + e;
}

// The function of the round together with its constant.
function mixture(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
