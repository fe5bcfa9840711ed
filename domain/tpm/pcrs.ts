import type { TpmtHa, TpmsPcrSelection } from '../structures/base.ts';
import { DIGEST_SIZE, HASH_ALGS, type HashAlg } from '../structures/hashAlg.ts';
import type { Secret } from '../structures/secret.ts';

/**
 * The platform configuration registers.
 *
 * `banks` holds the 24 values of each bank that is there; `allocated` the bit map (bit n for PCR n)
 * of the PCR of each bank; `nextAllocation` what the next _TPM_Init puts in force; `updateCounter`
 * counts the changes that policies care about. `auth` and `policy` are those of the one group of
 * PCR that has any (`isAuthorized`); the value is empty again after a Startup(CLEAR).
 *
 * Part 1, 17 PCR Operations; PC Client Platform TPM Profile, 4.6 PCR Attributes
 */
export type Pcrs = {
  readonly banks: Readonly<Partial<Record<HashAlg, readonly Uint8Array[]>>>;
  readonly allocated: Readonly<Record<HashAlg, number>>;
  readonly nextAllocation: Readonly<Record<HashAlg, number>> | null;
  readonly updateCounter: number;
  readonly auth: Secret;
  readonly policy: TpmtHa | null;
};

/** The PCR of the dynamic operating system: one group with an authorization value and a policy. */
const AUTHORIZED = [20, 21, 22];

/** True for the PCR that can have an authorization value and a policy. */
export function isAuthorizedPcr(pcr: number): boolean {
  return AUTHORIZED.includes(pcr);
}

/**
 * What may be done to a PCR: `extend` and `reset` are bit maps of localities (bit n for locality
 * n), `isSaved` says that Shutdown(STATE) keeps it, `isDrtm` that a dynamic launch resets it,
 * `isCounted` that a change raises pcrUpdateCounter, `isOnes` that it starts with all bits set.
 */
export type PcrAttributes = {
  readonly extend: number;
  readonly reset: number;
  readonly isSaved: boolean;
  readonly isDrtm: boolean;
  readonly isCounted: boolean;
  readonly isOnes: boolean;
};

const STATIC = {
  extend: 0b11111,
  reset: 0,
  isSaved: true,
  isDrtm: false,
  isCounted: true,
  isOnes: false,
};
const DEBUG = { ...STATIC, reset: 0b01111, isSaved: false, isCounted: false };
const DRTM = { ...STATIC, isSaved: false, isDrtm: true, isOnes: true };

/** The attributes of each PCR. PC Client Platform TPM Profile, 4.6 PCR Attributes */
export const PCR_ATTRIBUTES: readonly PcrAttributes[] = [
  ...Array.from({ length: 16 }, () => STATIC),
  DEBUG,
  { ...DRTM, extend: 0b11100 },
  { ...DRTM, extend: 0b11100 },
  { ...DRTM, extend: 0b01100 },
  { ...DRTM, extend: 0b01110, reset: 0b00100 },
  { ...DRTM, extend: 0b00100, reset: 0b00100, isCounted: false },
  { ...DRTM, extend: 0b00100, reset: 0b00100, isCounted: false },
  { ...DEBUG, isCounted: false },
];

/** All 24 PCR of a bank. */
export const ALL_PCRS = 0xffffff;

/** The attributes of PCR `pcr` (0-23). */
export function pcrAttributes(pcr: number): PcrAttributes {
  const attributes = PCR_ATTRIBUTES[pcr];
  if (attributes === undefined) throw new Error(`there is no PCR ${pcr}`);
  return attributes;
}

/** The bit map of a selection as a number, bit n for PCR n. */
export function selectedPcrs({ pcrSelect }: TpmsPcrSelection): number {
  return (pcrSelect[0] ?? 0) | ((pcrSelect[1] ?? 0) << 8) | ((pcrSelect[2] ?? 0) << 16);
}

/** The selection of a bank by a bit map, bit n for PCR n. */
export function pcrSelection(hash: HashAlg, pcrs: number): TpmsPcrSelection {
  return { hash, pcrSelect: new Uint8Array([pcrs, pcrs >>> 8, pcrs >>> 16]) };
}

/** The value of one PCR, or null where the bank does not hold it. */
export function pcrValue(pcrs: Pcrs, bank: HashAlg, pcr: number): Uint8Array | null {
  if (((pcrs.allocated[bank] >>> pcr) & 1) === 0) return null;
  return pcrs.banks[bank]?.[pcr] ?? null;
}

/** The banks that hold at least one PCR, in the order of their algorithm numbers. */
export function activeBanks(pcrs: Pcrs): readonly HashAlg[] {
  return HASH_ALGS.filter((bank) => pcrs.allocated[bank] !== 0);
}

/** The selection without what is not allocated: the order and number of entries stay. */
export function filterSelection(
  pcrs: Pcrs,
  selection: readonly TpmsPcrSelection[],
): readonly TpmsPcrSelection[] {
  return selection.map((entry) =>
    pcrSelection(entry.hash, selectedPcrs(entry) & pcrs.allocated[entry.hash]),
  );
}

/** The values that a selection names, in its order. */
export function selectedValues(
  pcrs: Pcrs,
  selection: readonly TpmsPcrSelection[],
): readonly Uint8Array[] {
  const values: Uint8Array[] = [];
  for (const entry of selection) {
    let left = selectedPcrs(entry);
    for (let pcr = 0; left !== 0; pcr += 1, left >>>= 1) {
      const value = (left & 1) === 1 ? pcrValue(pcrs, entry.hash, pcr) : null;
      if (value !== null) values.push(value);
    }
  }
  return values;
}

/** The value of a PCR after TPM2_Startup(CLEAR), before any measurement. */
export function initialPcrValue(bank: HashAlg, pcr: number): Uint8Array {
  return new Uint8Array(DIGEST_SIZE[bank]).fill(pcrAttributes(pcr).isOnes ? 0xff : 0);
}

/** A change of a PCR: `digests` are its new values, one a bank that holds it. */
export type PcrEvent =
  | { readonly type: 'PcrExtended'; readonly pcr: number; readonly digests: readonly TpmtHa[] }
  | { readonly type: 'PcrReset'; readonly pcr: number }
  | { readonly type: 'PcrAuthSet'; readonly auth: Secret }
  | { readonly type: 'PcrPolicySet'; readonly policy: TpmtHa | null }
  | { readonly type: 'PcrsAllocated'; readonly allocation: Readonly<Record<HashAlg, number>> };

type Of<K extends PcrEvent['type']> = Extract<PcrEvent, { type: K }>;

/** What each fact does to the PCR. */
export const pcrEvolvers = {
  PcrExtended: (pcrs: Pcrs, { pcr, digests }: Of<'PcrExtended'>): Pcrs =>
    countChange(withValues(pcrs, pcr, digests), pcr, digests.length),
  PcrReset: (pcrs: Pcrs, { pcr }: Of<'PcrReset'>): Pcrs => {
    const digests = activeBanks(pcrs).map((hashAlg) => ({
      hashAlg,
      digest: new Uint8Array(DIGEST_SIZE[hashAlg]),
    }));
    return countChange(withValues(pcrs, pcr, digests), pcr, 1);
  },
  PcrAuthSet: (pcrs: Pcrs, { auth }: Of<'PcrAuthSet'>): Pcrs => ({ ...pcrs, auth }),
  PcrPolicySet: (pcrs: Pcrs, { policy }: Of<'PcrPolicySet'>): Pcrs => ({ ...pcrs, policy }),
  PcrsAllocated: (pcrs: Pcrs, { allocation }: Of<'PcrsAllocated'>): Pcrs => ({
    ...pcrs,
    nextAllocation: allocation,
  }),
};

function countChange(pcrs: Pcrs, pcr: number, count: number): Pcrs {
  if (!pcrAttributes(pcr).isCounted) return pcrs;
  return { ...pcrs, updateCounter: (pcrs.updateCounter + count) >>> 0 };
}

/** The PCR with new values of one register; banks that do not hold it are left alone. */
export function withValues(pcrs: Pcrs, pcr: number, digests: readonly TpmtHa[]): Pcrs {
  const banks = { ...pcrs.banks };
  for (const { hashAlg, digest } of digests) {
    const bank = banks[hashAlg];
    if (bank !== undefined) banks[hashAlg] = bank.with(pcr, digest);
  }
  return { ...pcrs, banks };
}
