import { OBJECT, has } from '../structures/attributes.ts';
import { fromOctets, toOctets } from '../structures/codec.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import { TPM_RH } from '../structures/handles.ts';
import { TPMT_PUBLIC_OR_NULL, type TpmtPublic, type TpmtSensitive } from '../structures/public.ts';
import { positioned, refuse } from '../structures/tpmError.ts';
import { checkKeys, type Blame } from './keyValidation.ts';
import { handleName, objectName, qualifiedName } from './names.ts';
import type { TpmObject } from './objects.ts';
import { checkPublicArea, checkSchemes } from './templates.ts';

/** What an object stands under: a storage key, or a hierarchy by its permanent handle. */
export type ParentOrHierarchy = TpmObject | number;

/** Both areas with the Name; the public area no longer shares octets with the request. */
function named(given: TpmtPublic, sensitive: TpmtSensitive | null) {
  const publicArea = fromOctets(TPMT_PUBLIC_OR_NULL, toOctets(TPMT_PUBLIC_OR_NULL, given));
  return { kind: 'object', publicArea, sensitive, name: objectName(publicArea) } as const;
}

/** An object under a parent, or a primary one under a hierarchy. Part 1, 27.3 Object Structure */
export function loadedObject(
  under: ParentOrHierarchy,
  publicArea: TpmtPublic,
  sensitive: TpmtSensitive,
): TpmObject {
  const object = named(publicArea, sensitive);
  const isPrimary = typeof under === 'number';
  const qualifier = isPrimary ? handleName(under) : under.qualifiedName;
  const isStClear = has(publicArea.objectAttributes, OBJECT.stClear);
  return {
    ...object,
    qualifiedName: qualifiedName(publicArea.nameAlg, qualifier, object.name),
    hierarchy: isPrimary ? under : under.hierarchy,
    isPrimary,
    isExternal: false,
    isStClear: isStClear || (!isPrimary && under.isStClear),
  };
}

/** An object that came from outside: nobody's child, and never a parent. */
export function externalObject(
  hierarchy: number,
  publicArea: TpmtPublic,
  sensitive: TpmtSensitive | null,
): TpmObject {
  const object = named(publicArea, sensitive);
  return {
    ...object,
    qualifiedName: object.name,
    hierarchy,
    isPrimary: false,
    isExternal: true,
    isStClear: has(publicArea.objectAttributes, OBJECT.stClear),
  };
}

/**
 * Refuses areas that cannot be loaded under `parent` (null: from outside). What a key that never
 * leaves this TPM has wrapped was checked when it was made. Part 3, 12.2 TPM2_Load
 */
export function checkLoad(
  parent: TpmObject | null,
  publicArea: TpmtPublic,
  sensitive: TpmtSensitive | null,
  blame: Blame,
): void {
  const { nameAlg } = publicArea;
  if (sensitive === null || nameAlg === 'NULL') {
    positioned(blame.publicArea, () => checkSchemes(null, publicArea));
  } else {
    if (sensitive.seedValue.length > DIGEST_SIZE[nameAlg]) refuse('KEY_SIZE', blame.sensitive);
    positioned(blame.publicArea, () => checkPublicArea(parent, publicArea));
  }
  const isOwnWork = parent !== null && has(parent.publicArea.objectAttributes, OBJECT.fixedTPM);
  if (!isOwnWork) checkKeys(publicArea, sensitive, blame);
}

/**
 * Refuses areas that could not be loaded under `parent` later. Under a key that never leaves this
 * TPM this is the last look at them; under another one Load looks again. Part 3, 13.3 TPM2_Import
 */
export function checkImport(
  parent: TpmObject,
  publicArea: TpmtPublic,
  sensitive: TpmtSensitive,
  blame: Blame,
): void {
  if (!has(parent.publicArea.objectAttributes, OBJECT.fixedTPM)) return;
  checkLoad(parent, publicArea, sensitive, blame);
  checkKeys(publicArea, sensitive, blame);
}

/** True for what is gone with the power at the latest: nothing of it can be made persistent. */
export function isTemporary({ hierarchy, isStClear, sensitive }: TpmObject): boolean {
  return hierarchy === TPM_RH.NULL || isStClear || sensitive === null;
}
