import { NV, NV_TYPES, has, withBits, withoutBits } from '../structures/attributes.ts';
import type { TpmsNvPublic } from '../structures/nvPublic.ts';
import { Secret } from '../structures/secret.ts';

/**
 * An NV index: its public area with the attributes of the moment, its authorization value and its
 * data (as long as dataSize; what was not written yet is filled).
 *
 * Part 1, 37 NV Memory
 */
export type NvIndex = {
  readonly publicArea: TpmsNvPublic;
  readonly auth: Secret;
  readonly data: Secret;
};

/** All NV indices, and the highest value that any counter ever had: new counters start above it. */
export type Nv = {
  readonly indices: ReadonlyMap<number, NvIndex>;
  readonly maxCounter: bigint;
};

/** The kind of an index: one of NV_TYPES. */
export function nvType({ attributes }: TpmsNvPublic): number {
  return (attributes >>> 4) & 0xf;
}

/** The facts about NV indices. */
export type NvEvent =
  | { readonly type: 'NvIndexDefined'; readonly index: NvIndex }
  | { readonly type: 'NvIndexUndefined'; readonly nvIndex: number; readonly maxCounter: bigint }
  /** Data and attributes after a write: `data` replaces what stands at `offset`. */
  | {
      readonly type: 'NvWritten';
      readonly nvIndex: number;
      readonly attributes: number;
      readonly offset: number;
      readonly data: Secret;
    }
  | { readonly type: 'NvAttributesChanged'; readonly nvIndex: number; readonly attributes: number }
  | { readonly type: 'NvGloballyLocked' }
  | { readonly type: 'NvAuthChanged'; readonly nvIndex: number; readonly auth: Secret };

type Of<K extends NvEvent['type']> = Extract<NvEvent, { type: K }>;

/** The data of an index with new octets at an offset. The result belongs to the caller. */
export function overlay(data: Secret, offset: number, part: Uint8Array): Uint8Array {
  const octets = data.octets.slice();
  octets.set(part, offset);
  return octets;
}

/** What each fact does to the NV indices. */
export const nvEvolvers = {
  NvIndexDefined: (nv: Nv, { index }: Of<'NvIndexDefined'>): Nv => withIndex(nv, index),
  NvIndexUndefined: (nv: Nv, { nvIndex, maxCounter }: Of<'NvIndexUndefined'>): Nv => {
    const indices = new Map(nv.indices);
    indices.delete(nvIndex);
    return { indices, maxCounter };
  },
  NvWritten: (nv: Nv, { nvIndex, attributes, offset, data }: Of<'NvWritten'>): Nv => {
    const index = indexOf(nv, nvIndex);
    const isWhole = offset === 0 && data.length === index.data.length;
    return withIndex(nv, {
      ...index,
      publicArea: { ...index.publicArea, attributes },
      data: isWhole ? data : new Secret(overlay(index.data, offset, data.octets)),
    });
  },
  NvAttributesChanged: (nv: Nv, { nvIndex, attributes }: Of<'NvAttributesChanged'>): Nv =>
    withAttributes(nv, nvIndex, attributes),
  NvGloballyLocked: (nv: Nv): Nv => ({
    ...nv,
    indices: new Map(
      [...nv.indices].map(([handle, index]) => [
        handle,
        has(index.publicArea.attributes, NV.GLOBALLOCK)
          ? {
              ...index,
              publicArea: {
                ...index.publicArea,
                attributes: withBits(index.publicArea.attributes, NV.WRITELOCKED),
              },
            }
          : index,
      ]),
    ),
  }),
  NvAuthChanged: (nv: Nv, { nvIndex, auth }: Of<'NvAuthChanged'>): Nv =>
    withIndex(nv, { ...indexOf(nv, nvIndex), auth }),
};

function indexOf(nv: Nv, nvIndex: number): NvIndex {
  const index = nv.indices.get(nvIndex);
  if (index === undefined) throw new Error(`NV index ${nvIndex.toString(16)} is not defined`);
  return index;
}

function withAttributes(nv: Nv, nvIndex: number, attributes: number): Nv {
  const index = indexOf(nv, nvIndex);
  return withIndex(nv, { ...index, publicArea: { ...index.publicArea, attributes } });
}

function withIndex(nv: Nv, index: NvIndex): Nv {
  return { ...nv, indices: new Map(nv.indices).set(index.publicArea.nvIndex, index) };
}

/** The indices after a startup: `change` gives each index as it is then. */
export function mapIndices(nv: Nv, change: (index: NvIndex) => NvIndex): Nv {
  return {
    ...nv,
    indices: new Map([...nv.indices].map(([handle, index]) => [handle, change(index)])),
  };
}

/** The indices for which `keep` holds; counters that go raise what new ones start above. */
export function keepIndices(nv: Nv, keep: (index: NvIndex) => boolean): Nv {
  let { maxCounter } = nv;
  for (const index of nv.indices.values()) {
    if (!keep(index)) maxCounter = maxCounterAfter(maxCounter, index);
  }
  return { indices: new Map([...nv.indices].filter(([, index]) => keep(index))), maxCounter };
}

/** The value that new counters start above once this index is deleted. */
export function maxCounterAfter(maxCounter: bigint, { publicArea, data }: NvIndex): bigint {
  const isCounter = nvType(publicArea) === NV_TYPES.COUNTER;
  if (!isCounter || !has(publicArea.attributes, NV.WRITTEN)) return maxCounter;
  const value = uint64(data.octets);
  return value > maxCounter ? value : maxCounter;
}

/** The number in the eight octets of a counter or of bits. */
export function uint64(octets: Uint8Array): bigint {
  return octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

/**
 * An orderly counter may have counted this far beyond what was last saved: TPM_PT_ORDERLY_COUNT.
 */
export const ORDERLY_COUNT = 0xff;

/**
 * An NV index after TPM2_Startup(CLEAR): what was not to outlive the power is unwritten, read locks
 * open, and write locks unless they are for good: what is unwritten is never locked. `isReset`: it
 * was a TPM Reset; `isOrderly`: after a Shutdown. An orderly counter that no Shutdown saved jumps
 * over what it may have counted. Part 1, 37.7 NV Index Values on Startup
 */
export function nvAfterClear(index: NvIndex, isReset: boolean, isOrderly: boolean): NvIndex {
  const { publicArea, data } = index;
  const isCounter = nvType(publicArea) === NV_TYPES.COUNTER;
  const isVolatile = isReset && has(publicArea.attributes, NV.ORDERLY);
  const isForgotten = has(publicArea.attributes, NV.CLEAR_STCLEAR) || (isVolatile && !isCounter);
  const left = withoutBits(publicArea.attributes, isForgotten ? NV.WRITTEN : 0);
  const isLockedForGood = has(left, NV.WRITEDEFINE | NV.WRITTEN);
  const locks = isLockedForGood ? NV.READLOCKED : NV.READLOCKED | NV.WRITELOCKED;
  const attributes = withoutBits(left, locks);
  const changed = { ...index, publicArea: { ...publicArea, attributes } };
  if (!isVolatile || !isCounter || isOrderly || !has(attributes, NV.WRITTEN)) return changed;
  const octets = data.octets.slice();
  octets[octets.length - 1] = ORDERLY_COUNT;
  return { ...changed, data: new Secret(octets) };
}
