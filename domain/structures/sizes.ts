import { sized, sizedSecret, type Codec } from './codec.ts';
import type { Secret } from './secret.ts';
import { refuse } from './tpmError.ts';

/**
 * The key sizes of an algorithm in bits: `AES-192` may be withheld. Others are refused with VALUE.
 * Part 2, 11.1.1 TPMI_!ALG.S_KEY_BITS
 */
export function keyBits(name: string, alg: string, sizes: readonly number[]): Codec<number> {
  return {
    name,
    marshal: (writer, bits) => {
      writer.u16(bits);
    },
    unmarshal: (reader) => {
      const bits = reader.u16();
      const isThere = sizes.includes(bits) && !reader.withheld.has(`${alg}-${bits}`);
      return isThere ? bits : refuse('VALUE');
    },
  };
}

/** The name by which RSA keys of 4096 bits are withheld: buffers are smaller then. */
const LARGEST = 'RSA-4096';

/** A TPM2B of at most `max` octets, or `usual` where the largest RSA keys are withheld. */
export function sizedByLargest(name: string, max: number, usual: number): Codec<Uint8Array> {
  const [larger, smaller] = [sized(name, max), sized(name, usual)];
  return {
    ...larger,
    unmarshal: (reader) => (reader.withheld.has(LARGEST) ? smaller : larger).unmarshal(reader),
  };
}

/** The same for octets that must not be seen. */
export function secretByLargest(name: string, max: number, usual: number): Codec<Secret> {
  const [larger, smaller] = [sizedSecret(name, max), sizedSecret(name, usual)];
  return {
    ...larger,
    unmarshal: (reader) => (reader.withheld.has(LARGEST) ? smaller : larger).unmarshal(reader),
  };
}
