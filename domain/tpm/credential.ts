import { OBJECT, has } from '../structures/attributes.ts';
import type { RcPosition } from '../structures/responseCodes.ts';
import { refuse } from '../structures/tpmError.ts';
import type { TpmObject, Transient } from './objects.ts';

/** A key to which credentials can be given: TYPE for any but asymmetric storage keys. */
export function credentialKey(slot: Transient, position: RcPosition): TpmObject {
  if (slot.kind === 'sequence') refuse('TYPE', position);
  const { type, objectAttributes } = slot.publicArea;
  const isAsymmetric = type === 'RSA' || type === 'ECC';
  const isStorage = has(objectAttributes, OBJECT.decrypt | OBJECT.restricted);
  return isAsymmetric && isStorage ? slot : refuse('TYPE', position);
}
