import { NV, NV_TYPES } from '../../domain/structures/attributes.ts';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import type { TpmsNvPublic } from '../../domain/structures/nvPublic.ts';
import { EMPTY } from '../../domain/structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../../domain/structures/secret.ts';
import type { TpmEvent } from '../../domain/tpm/evolve.ts';
import { emptyContents } from '../../domain/tpm/nvAccess.ts';

/** The index that tests define when nothing else is said. */
export const INDEX = 0x01800000;

/** Attributes with which the owner reads and writes an index of a type. */
export function ownedAttributes(type: keyof typeof NV_TYPES, more = 0): number {
  return ((NV_TYPES[type] << 4) | NV.OWNERWRITE | NV.OWNERREAD | NV.NO_DA | more) >>> 0;
}

/** A public area: an ordinary index of eight octets of the owner's, but for what is said. */
export function nvPublic(change: Partial<TpmsNvPublic> = {}): TpmsNvPublic {
  const nameAlg: HashAlg = 'SHA256';
  const attributes = ownedAttributes('ORDINARY');
  return { nvIndex: INDEX, nameAlg, attributes, authPolicy: EMPTY, dataSize: 8, ...change };
}

/** The fact that an index was defined. */
export function defined(change: Partial<TpmsNvPublic> = {}): TpmEvent {
  const publicArea = nvPublic(change);
  const data = new Secret(emptyContents(publicArea));
  return { type: 'NvIndexDefined', index: { publicArea, auth: EMPTY_SECRET, data } };
}

/** The facts that an index was defined and then written whole. */
export function written(
  octets: Uint8Array,
  change: Partial<TpmsNvPublic> = {},
): readonly TpmEvent[] {
  const { nvIndex, attributes } = nvPublic({ ...change, dataSize: octets.length });
  return [
    defined({ ...change, dataSize: octets.length }),
    {
      type: 'NvWritten',
      nvIndex,
      attributes: (attributes | NV.WRITTEN) >>> 0,
      offset: 0,
      data: new Secret(octets),
    },
  ];
}
