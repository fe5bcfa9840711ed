const SCHEDULE = new Uint32Array(80);

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Works one block into the five words of SHA-1. FIPS 180-4, 6.1.2 SHA-1 Hash Computation */
export function compress1(words: Uint32Array, block: Uint8Array, at: number): void {
  const w = SCHEDULE;
  const view = new DataView(block.buffer, block.byteOffset + at, 64);
  for (let t = 0; t < 16; t += 1) w[t] = view.getUint32(t * 4);
  for (let t = 16; t < 80; t += 1) {
    w[t] = rotate(w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!, 1);
  }
  let [a, b, c, d, e] = [words[0]!, words[1]!, words[2]!, words[3]!, words[4]!];
  for (let t = 0; t < 80; t += 1) {
    const next = (rotate(a, 5) + mix(t, b, c, d) + e + w[t]!) | 0;
    [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
  }
  words[0]! += a;
  words[1]! += b;
  words[2]! += c;
  words[3]! += d;
  words[4]! += e;
  w.fill(0);
}

function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) ^ (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
