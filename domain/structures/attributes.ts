import { UINT32, UINT8, bits } from './codec.ts';

/** Bits of TPMA_OBJECT. Part 2, 8.3 TPMA_OBJECT */
export const OBJECT = {
  fixedTPM: 1 << 1,
  stClear: 1 << 2,
  fixedParent: 1 << 4,
  sensitiveDataOrigin: 1 << 5,
  userWithAuth: 1 << 6,
  adminWithPolicy: 1 << 7,
  noDA: 1 << 10,
  encryptedDuplication: 1 << 11,
  restricted: 1 << 16,
  decrypt: 1 << 17,
  sign: 1 << 18,
  x509sign: 1 << 19,
} as const;

/** TPMA_OBJECT as a number; reserved bits are refused. Part 2, 8.3 TPMA_OBJECT */
export const TPMA_OBJECT = bits('TPMA_OBJECT', UINT32, 0x000f0cf6);

/** Bits of TPMA_SESSION. Part 2, 8.4 TPMA_SESSION */
export const SESSION = {
  continueSession: 0x01,
  auditExclusive: 0x02,
  auditReset: 0x04,
  decrypt: 0x20,
  encrypt: 0x40,
  audit: 0x80,
} as const;

/** TPMA_SESSION as a number; reserved bits are refused. Part 2, 8.4 TPMA_SESSION */
export const TPMA_SESSION = bits('TPMA_SESSION', UINT8, 0xe7);

/** TPMA_LOCALITY: bits for 0-4, numbers from 32 on. Part 2, 8.5 TPMA_LOCALITY */
export const TPMA_LOCALITY = UINT8;

/** Bits and the type field of TPMA_NV. Part 2, 13.4 TPMA_NV */
export const NV = {
  PPWRITE: 1 << 0,
  OWNERWRITE: 1 << 1,
  AUTHWRITE: 1 << 2,
  POLICYWRITE: 1 << 3,
  POLICY_DELETE: 1 << 10,
  WRITELOCKED: 1 << 11,
  WRITEALL: 1 << 12,
  WRITEDEFINE: 1 << 13,
  WRITE_STCLEAR: 1 << 14,
  GLOBALLOCK: 1 << 15,
  PPREAD: 1 << 16,
  OWNERREAD: 1 << 17,
  AUTHREAD: 1 << 18,
  POLICYREAD: 1 << 19,
  NO_DA: 1 << 25,
  ORDERLY: 1 << 26,
  CLEAR_STCLEAR: 1 << 27,
  READLOCKED: 1 << 28,
  WRITTEN: 1 << 29,
  PLATFORMCREATE: 1 << 30,
  READ_STCLEAR: -0x80000000,
} as const;

/** TPM_NT by name: the kind of an NV index. Part 2, 13.2 TPM_NT */
export const NV_TYPES = {
  ORDINARY: 0,
  COUNTER: 1,
  BITS: 2,
  EXTEND: 4,
  PIN_FAIL: 8,
  PIN_PASS: 9,
} as const;

/** TPMA_NV as a number; reserved bits are refused. Part 2, 13.4 TPMA_NV */
export const TPMA_NV = bits('TPMA_NV', UINT32, 0xfe0ffcff | 0);

/** True when all bits of `mask` are set. */
export function has(attributes: number, mask: number): boolean {
  return (attributes & mask) === mask;
}

/** The attributes with the bits of `mask` set, as an unsigned number. */
export function withBits(attributes: number, mask: number): number {
  return (attributes | mask) >>> 0;
}

/** The attributes with the bits of `mask` clear, as an unsigned number. */
export function withoutBits(attributes: number, mask: number): number {
  return (attributes & ~mask) >>> 0;
}
