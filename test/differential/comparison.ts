import type { TpmsCapabilityData } from '../../domain/structures/capabilityData.ts';
import { toHex } from '../../domain/structures/octets.ts';

/** A place in a response where the two part, or null. */
export type Parting = { readonly where: string; readonly ours: string; readonly theirs: string };

/** Whether octets, in hexadecimal, were given out by both sides in the same place. */
export type AreTwins = (ours: string, theirs: string) => boolean;

/** Response parameters that no random number and no clock has a part in, by their commands. */
const DETERMINISTIC: Readonly<Record<string, readonly string[]>> = {
  ActivateCredential: ['certInfo'],
  ECC_Parameters: ['parameters'],
  EventSequenceComplete: ['results'],
  GetTestResult: ['outData', 'testResult'],
  Hash: ['outHash'],
  NV_Read: ['data'],
  NV_ReadPublic: ['nvPublic', 'nvName'],
  PCR_Allocate: ['allocationSuccess', 'maxPCR', 'sizeNeeded', 'sizeAvailable'],
  PCR_Event: ['digests'],
  PCR_Read: ['pcrUpdateCounter', 'pcrSelectionOut', 'pcrValues'],
  PolicyGetDigest: ['policyDigest'],
  RSA_Decrypt: ['message'],
  ReadClock: ['currentTime.clockInfo.resetCount', 'currentTime.clockInfo.restartCount'],
  ReadPublic: ['outPublic', 'name'],
  Unseal: ['outData'],
};

/** Properties of the room that is left. */
const OWN_PROPERTIES: ReadonlySet<number> = new Set([0x209, 0x20b]);
const PT_VAR = 0x200;

/**
 * Where the response parameters differ that must not: `areTwins` says of octets whether the two
 * sides gave them out in the same place before.
 */
export function parting(
  command: string,
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
  areTwins: AreTwins,
): Parting | null {
  if (command === 'GetCapability') {
    const [own, other] = [ours, theirs].map((values) => comparable(values['capabilityData']));
    return difference('capabilityData', own, other, areTwins);
  }
  for (const path of DETERMINISTIC[command] ?? []) {
    const found = difference(path, at(path, ours), at(path, theirs), areTwins);
    if (found !== null) return found;
  }
  return null;
}

/** What of a capability is the state of the TPM, and neither its maker's nor its size. */
function comparable(data: unknown): unknown {
  const told = data as TpmsCapabilityData;
  switch (told.capability) {
    case 'TPM_PROPERTIES':
      return told.tpmProperties.filter(
        ({ property }) => property >= PT_VAR && !OWN_PROPERTIES.has(property),
      );
    case 'ALGS':
    case 'COMMANDS':
      return null;
    default:
      return told;
  }
}

function at(path: string, values: unknown): unknown {
  return path.split('.').reduce((value, name) => fields(value)[name], values);
}

function difference(
  where: string,
  ours: unknown,
  theirs: unknown,
  areTwins: AreTwins,
): Parting | null {
  const isLeaf = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || value instanceof Uint8Array;
  if (isLeaf(ours) || isLeaf(theirs)) {
    const [own, other] = [shown(ours), shown(theirs)];
    return own === other || areTwins(own, other) ? null : { where, ours: own, theirs: other };
  }
  const [own, other] = [fields(ours), fields(theirs)];
  for (const name of new Set([...Object.keys(own), ...Object.keys(other)])) {
    const found = difference(`${where}.${name}`, own[name], other[name], areTwins);
    if (found !== null) return found;
  }
  return null;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return value as Readonly<Record<string, unknown>>;
}

function shown(value: unknown): string {
  return value instanceof Uint8Array ? toHex(value) : String(value);
}
