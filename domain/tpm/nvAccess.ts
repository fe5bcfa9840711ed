import { NV, NV_TYPES, has, withBits } from '../structures/attributes.ts';
import { TPM_RH } from '../structures/handles.ts';
import type { TpmsNvPublic } from '../structures/nvPublic.ts';
import { concat, u32 } from '../structures/octets.ts';
import { Secret } from '../structures/secret.ts';
import { refuse } from '../structures/tpmError.ts';
import { nvIndexAt } from './entities.ts';
import type { TpmEvent } from './evolve.ts';
import { LINEAGE_COUNTER, LINEAGE_REGISTER } from './lineageFacts.ts';
import { nvType, overlay, uint64, type NvIndex } from './nv.ts';
import { PROFILES } from './profile.ts';
import type { Tpm } from './tpm.ts';

/** The most octets that one command reads or writes: TPM_PT_NV_BUFFER_MAX. */
export const NV_BUFFER_MAX = 1024;

/** True for the lineage register and counter: no command changes, locks or deletes them. */
export function isLineageIndex(tpm: Tpm, nvIndex: number): boolean {
  if (!PROFILES[tpm.profile].hasLineageIndices) return false;
  return nvIndex === LINEAGE_REGISTER || nvIndex === LINEAGE_COUNTER;
}

/** Refuses with NV_AUTHORIZATION for what only lineage itself may change, whoever asks. */
export function checkNotLineage(tpm: Tpm, nvIndex: number): void {
  if (isLineageIndex(tpm, nvIndex)) refuse('NV_AUTHORIZATION');
}

/**
 * Gives the index at `nvIndex` that is to be written with the authorization of `authHandle`.
 * Refuses with NV_LOCKED when it is write locked, NV_AUTHORIZATION when its attributes do not let
 * this entity write. Part 3, 31.1 Introduction
 */
export function checkNvWrite(tpm: Tpm, authHandle: number, nvIndex: number): NvIndex {
  const index = nvIndexAt(tpm, nvIndex);
  const { attributes } = index.publicArea;
  if (has(attributes, NV.WRITELOCKED)) refuse('NV_LOCKED');
  checkNotLineage(tpm, nvIndex);
  checkEntity(authHandle, index, NV.OWNERWRITE, NV.PPWRITE);
  return index;
}

/**
 * Gives the index at `nvIndex` that is to be read with the authorization of `authHandle`. Refuses
 * with NV_LOCKED when it is read locked, NV_AUTHORIZATION when its attributes do not let this
 * entity read, NV_UNINITIALIZED when it was not written. Part 3, 31.1 Introduction
 */
export function checkNvRead(tpm: Tpm, authHandle: number, nvIndex: number): NvIndex {
  const index = nvIndexAt(tpm, nvIndex);
  const { attributes } = index.publicArea;
  if (has(attributes, NV.READLOCKED)) refuse('NV_LOCKED');
  checkNvReader(authHandle, index);
  if (!has(attributes, NV.WRITTEN)) refuse('NV_UNINITIALIZED');
  return index;
}

/** Refuses with NV_AUTHORIZATION an entity that the attributes of an index do not let read. */
export function checkNvReader(authHandle: number, index: NvIndex): void {
  checkEntity(authHandle, index, NV.OWNERREAD, NV.PPREAD);
}

/** The index itself was checked with its authorization; owner and platform need an attribute. */
function checkEntity(authHandle: number, index: NvIndex, owner: number, platform: number): void {
  const { nvIndex, attributes } = index.publicArea;
  const isAllowed =
    authHandle === TPM_RH.OWNER
      ? has(attributes, owner)
      : authHandle === TPM_RH.PLATFORM
        ? has(attributes, platform)
        : authHandle === nvIndex;
  if (!isAllowed) refuse('NV_AUTHORIZATION');
}

/**
 * `size` octets of an index from `offset` on (a view). `parameters` are the numbers of these two in
 * the command. Refuses with VALUE when either is too large in itself, NV_RANGE when together.
 */
export function nvContents(
  index: NvIndex,
  size: number,
  offset: number,
  parameters: { readonly size: number; readonly offset: number },
): Uint8Array {
  if (size > NV_BUFFER_MAX) refuse('VALUE', { parameter: parameters.size });
  checkNvRange(index, size, offset, parameters.offset);
  return index.data.octets.subarray(offset, offset + size);
}

/** Refuses with VALUE when the offset is behind the end, NV_RANGE when the octets go over it. */
export function checkNvRange(
  { publicArea }: NvIndex,
  size: number,
  offset: number,
  offsetParameter: number,
): void {
  if (offset > publicArea.dataSize) refuse('VALUE', { parameter: offsetParameter });
  if (size > publicArea.dataSize - offset) refuse('NV_RANGE');
}

/**
 * What an index holds before its first write: an ordinary one erased NV memory, unless it is
 * orderly and so in RAM; numbers, digests and PINs are zero.
 */
export function emptyContents(publicArea: TpmsNvPublic): Uint8Array {
  const isOrdinary = nvType(publicArea) === NV_TYPES.ORDINARY;
  const isErased = isOrdinary && !has(publicArea.attributes, NV.ORDERLY);
  return new Uint8Array(publicArea.dataSize).fill(isErased ? 0xff : 0x00);
}

/** The fact that octets were written at an offset: the first write fills the rest of the index. */
export function nvWritten(index: NvIndex, offset: number, octets: Uint8Array): TpmEvent {
  const { nvIndex, attributes } = index.publicArea;
  const event = {
    type: 'NvWritten',
    nvIndex,
    attributes: withBits(attributes, NV.WRITTEN),
  } as const;
  if (has(attributes, NV.WRITTEN)) return { ...event, offset, data: new Secret(octets.slice()) };
  const empty = new Secret(emptyContents(index.publicArea));
  return { ...event, offset: 0, data: new Secret(overlay(empty, offset, octets)) };
}

/** The value of a counter or bits index; zero before its first write. */
export function nvNumber({ publicArea, data }: NvIndex): bigint {
  return has(publicArea.attributes, NV.WRITTEN) ? uint64(data.octets) : 0n;
}

/** pinCount and pinLimit of a PIN index. Part 2, 13.3 TPMS_NV_PIN_COUNTER_PARAMETERS */
export function pinOf({ data }: NvIndex): { readonly count: number; readonly limit: number } {
  const number = uint64(data.octets);
  return { count: Number(number >> 32n), limit: Number(number & 0xffffffffn) };
}

/** The fact that the count of a PIN index is another one, by its use and not by a command. */
export function pinCounted({ publicArea, data }: NvIndex, count: number): TpmEvent {
  const { nvIndex, attributes } = publicArea;
  const counted = concat(u32(count), data.octets.subarray(4));
  return { type: 'NvWritten', nvIndex, attributes, offset: 0, data: new Secret(counted) };
}
