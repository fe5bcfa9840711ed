import { TPM_EO } from '../structures/base.ts';
import { toOctets, type Of } from '../structures/codec.ts';
import { concat, u16 } from '../structures/octets.ts';

/** TPM_EO by name. */
export type Operation = Of<typeof TPM_EO>;

/**
 * True when operandA stands to operandB, which is as long, as the operation says. Both are numbers,
 * most significant octet first, signed or not as the operation takes them. Part 2, 6.8 TPM_EO
 */
export function isTrue(operandA: Uint8Array, operation: Operation, operandB: Uint8Array): boolean {
  const unsigned = compare(operandA, operandB, 0);
  const signed = compare(operandA, operandB, 0x80);
  switch (operation) {
    case 'EQ':
      return unsigned === 0;
    case 'NEQ':
      return unsigned !== 0;
    case 'SIGNED_GT':
      return signed > 0;
    case 'UNSIGNED_GT':
      return unsigned > 0;
    case 'SIGNED_LT':
      return signed < 0;
    case 'UNSIGNED_LT':
      return unsigned < 0;
    case 'SIGNED_GE':
      return signed >= 0;
    case 'UNSIGNED_GE':
      return unsigned >= 0;
    case 'SIGNED_LE':
      return signed <= 0;
    case 'UNSIGNED_LE':
      return unsigned <= 0;
    case 'BITSET':
      return operandB.every((octet, i) => ((operandA[i] ?? 0) & octet) === octet);
    case 'BITCLEAR':
      return operandB.every((octet, i) => ((operandA[i] ?? 0) & octet) === 0);
  }
}

/**
 * Below, at or above zero as a is to b. Two's complement is in order once its sign bit is flipped.
 */
function compare(a: Uint8Array, b: Uint8Array, signBit: number): number {
  for (let i = 0; i < a.length; i += 1) {
    const flip = i === 0 ? signBit : 0;
    const difference = ((a[i] ?? 0) ^ flip) - ((b[i] ?? 0) ^ flip);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What PolicyNV and PolicyCounterTimer put into the policy beside what they compare. */
export function operandOctets(
  operandB: Uint8Array,
  offset: number,
  operation: Operation,
): Uint8Array {
  return concat(operandB, u16(offset), toOctets(TPM_EO, operation));
}
