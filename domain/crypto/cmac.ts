import { concat } from '../structures/octets.ts';
import { BLOCK_SIZE, encryptBlockMode, type SymmetricAlg } from './symmetric.ts';

/**
 * A CMAC that has begun, in octets, so that it can be stored and resumed anywhere. `chaining` is
 * the last block so far, `pending` what was not encrypted yet: the last block, full or not, waits
 * for the end.
 */
export type CmacState = { readonly chaining: Uint8Array; readonly pending: Uint8Array };

/** What a subkey gets where a bit was shifted out, by block size. SP 800-38B, 5.3 */
const REDUCTION: Readonly<Record<number, number>> = { 8: 0x1b, 16: 0x87 };
const PADDING_BIT = 0x80;

/** A CMAC of nothing so far. SP 800-38B, 6.2 MAC Generation */
export function cmacStart(alg: SymmetricAlg): CmacState {
  return { chaining: new Uint8Array(BLOCK_SIZE[alg]), pending: new Uint8Array(0) };
}

/** The CMAC after more octets. The state given stays as it is and can be used again. */
export function cmacUpdate(
  state: CmacState,
  alg: SymmetricAlg,
  key: Uint8Array,
  data: Uint8Array,
): CmacState {
  const size = BLOCK_SIZE[alg];
  const all = concat(state.pending, data);
  const blocks = Math.max(0, Math.ceil(all.length / size) - 1);
  if (blocks === 0) return { ...state, pending: all };
  const encrypted = encryptWhole(alg, 'CBC', key, state.chaining, all.subarray(0, blocks * size));
  return { chaining: encrypted.slice(-size), pending: all.slice(blocks * size) };
}

/** The CMAC of all octets so far, as long as a block. SP 800-38B, 6.2 MAC Generation */
export function cmacFinish(state: CmacState, alg: SymmetricAlg, key: Uint8Array): Uint8Array {
  const size = BLOCK_SIZE[alg];
  const zero = new Uint8Array(size);
  const first = doubled(encryptWhole(alg, 'ECB', key, zero.subarray(0, 0), zero));
  const isFull = state.pending.length === size;
  const last = isFull ? first : doubled(first);
  for (let i = 0; i < state.pending.length; i += 1) last[i] = last[i]! ^ state.pending[i]!;
  if (!isFull) last[state.pending.length] = last[state.pending.length]! ^ PADDING_BIT;
  return encryptWhole(alg, 'CBC', key, state.chaining, last);
}

/** The CMAC of a run of octets. */
export function cmac(alg: SymmetricAlg, key: Uint8Array, data: Uint8Array): Uint8Array {
  return cmacFinish(cmacUpdate(cmacStart(alg), alg, key, data), alg, key);
}

function encryptWhole(
  alg: SymmetricAlg,
  mode: 'CBC' | 'ECB',
  key: Uint8Array,
  iv: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const result = encryptBlockMode(alg, mode, key, iv, data);
  if (result === null) throw new Error('no whole blocks');
  return result.data;
}

/** A block times x, in a time that does not depend on it. SP 800-38B, 6.1 Subkey Generation */
function doubled(block: Uint8Array): Uint8Array {
  const size = block.length;
  const result = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) {
    result[i] = (block[i]! << 1) | ((block[i + 1] ?? 0) >> 7);
  }
  const shiftedOut = block[0]! >> 7;
  result[size - 1] = result[size - 1]! ^ ((REDUCTION[size] ?? 0) & -shiftedOut);
  return result;
}
