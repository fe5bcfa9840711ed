import { NV, NV_TYPES, has } from '../../domain/structures/attributes.ts';
import type { TpmsCapabilityData } from '../../domain/structures/capabilityData.ts';
import type { TpmsNvPublic } from '../../domain/structures/nvPublic.ts';
import { TPM_HT } from '../../domain/structures/handles.ts';
import { nvType } from '../../domain/tpm/nv.ts';
import type { Indicated, Sent } from '../support/generator/guest.ts';
import type { Answered } from './twin.ts';

type History = readonly (Sent | Indicated)[];

/** A difference that is meant: which it is, and why. */
export type Allowed = {
  readonly reason: string;
  /** Behind it the two are no longer in the same state. */
  readonly isLast: boolean;
  readonly is: (sent: Sent, theirs: Answered, before: History) => boolean;
};

const OBJECT_MEMORY = 0x902;
const FAILURE = 0x101;
const LOCKOUT = 0x921;
const NV_SPACE = 0x14b;
const BINDING = 0x0a5;
const AUTH_UNAVAILABLE = 0x12f;
const POLICY = 0x126;
const COUNTER_SIZE = 8;
const LOCKOUT_COUNTER = 0x20e;

function isClear(one: Sent | Indicated): boolean {
  return 'command' in one && one.command.name === 'Clear' && one.response.code === 0;
}

function isOrderlyCounter(one: Sent | Indicated): boolean {
  if (!('command' in one) || one.command.name !== 'NV_DefineSpace') return false;
  const publicInfo = one.input['publicInfo'] as TpmsNvPublic;
  return has(publicInfo.attributes, NV.ORDERLY) && nvType(publicInfo) === NV_TYPES.COUNTER;
}

function isStateShutdown(one: Sent | Indicated): boolean {
  if (!('command' in one) || one.command.name !== 'Shutdown') return false;
  return one.input['shutdownType'] === 'STATE' && one.response.code === 0;
}

function isRefusedStartup(one: Sent | Indicated): boolean {
  return 'command' in one && one.command.name === 'Startup' && one.response.code !== 0;
}

/** True when PCR were allocated, then TPM2_Clear done, and then power came back. */
function isAllocationCleared(before: History): boolean {
  const isAllocation = (one: Sent | Indicated): boolean =>
    'command' in one && one.command.name === 'PCR_Allocate' && one.response.code === 0;
  const isInit = (one: Sent | Indicated): boolean => 'signal' in one && one.signal.type === 'Init';
  const behind = (is: (one: Sent | Indicated) => boolean, history: History): History =>
    history.some(is) ? history.slice(history.findIndex(is) + 1) : [];
  return behind(isClear, behind(isAllocation, before)).some(isInit);
}

/** The number of failed tries that a list of properties tells. */
function failedTries({ values }: Sent['response']): number | undefined {
  const told = values['capabilityData'] as TpmsCapabilityData | undefined;
  if (told?.capability !== 'TPM_PROPERTIES') return undefined;
  return told.tpmProperties.find(({ property }) => property === LOCKOUT_COUNTER)?.value;
}

function isPersistent(handle: number): boolean {
  return handle >>> 24 === TPM_HT.PERSISTENT;
}

/** TPM_RC_HANDLE at a handle, as for a persistent object that there is not. */
function isAbsent(code: number): boolean {
  return (code & 0xf8ff) === 0x08b;
}

/** TPM_RC_REFERENCE_H0 and on: where the reference sees a persistent object in the slot. */
function isReference(code: number): boolean {
  return code >= 0x910 && code <= 0x912;
}

/** As narrow as can be; each is counted in the report. */
export const ALLOWED: readonly Allowed[] = [
  {
    reason: 'the reference fails for good when a number is above the modulus of an RSA key',
    isLast: true,
    is: ({ plan }, { code }) => /^RSA_(En|De)crypt$/.test(plan.command.name) && code === FAILURE,
  },
  {
    reason: 'persistent objects are used where they are, and take no slot of the transient ones',
    isLast: true,
    is: ({ plan, response }, { code }) =>
      (code === OBJECT_MEMORY && (plan.handles.some(isPersistent) || isAbsent(response.code))) ||
      (plan.handles.some(isPersistent) && isReference(response.code)),
  },
  {
    reason: 'commitments count on over a resume: the reference makes the last ones again',
    isLast: true,
    is: ({ plan }, { parting }, before) =>
      /^(Commit|EC_Ephemeral)$/.test(plan.command.name) &&
      parting?.where === 'counter' &&
      Number(parting.ours) > Number(parting.theirs) &&
      before.some(isStateShutdown),
  },
  {
    reason: 'a Startup that is refused makes the reference forget that a protected value was tried',
    isLast: true,
    is: ({ response }, theirs, before) =>
      before.some(isRefusedStartup) &&
      (response.code === LOCKOUT ||
        (failedTries(response) ?? 0) === (failedTries(theirs) ?? 0) + 1),
  },
  {
    reason: 'the reference imports RSA keys to whose exponent there is no private one',
    isLast: true,
    is: ({ plan, response }, { code }) =>
      /^(Import|Load|LoadExternal)$/.test(plan.command.name) &&
      response.code === BINDING &&
      code === 0,
  },
  {
    reason: 'the reference fails for good when a session stands for a key without a private part',
    isLast: true,
    is: ({ response }, { code }) => response.code === AUTH_UNAVAILABLE && code === FAILURE,
  },
  {
    reason: 'time stands still on our side when a policy compares it',
    isLast: true,
    is: ({ plan, response }, { code }) =>
      plan.command.name === 'PolicyCounterTimer' &&
      [response.code, code].sort().join() === `0,${POLICY}`,
  },
  {
    reason: 'behind a wrong size or octet come random ones, which are refused where they are wrong',
    isLast: false,
    is: ({ edits, mutation, response }, { code, isRequestSame }) =>
      (edits.length > 0 || mutation !== null) &&
      !isRequestSame &&
      response.code !== 0 &&
      code !== 0,
  },
  {
    reason: 'the reference takes back with TPM2_Clear what PCR_Allocate did for the next _TPM_Init',
    isLast: true,
    is: ({ plan }, _, before) =>
      /^(PCR_|Quote$|PolicyPCR$|GetCapability$|Create)/.test(plan.command.name) &&
      isAllocationCleared(before),
  },
  {
    reason: 'NV memory is full in the reference, which counts octets and not indices',
    isLast: true,
    is: (_, { code }) => code === NV_SPACE,
  },
  {
    reason: 'a counter starts above orderly ones that TPM2_Clear took, which the reference forgets',
    isLast: false,
    is: ({ plan, response }, { parting }, before) =>
      plan.command.name === 'NV_Read' &&
      parting?.where === 'data' &&
      response.values['data'] instanceof Uint8Array &&
      response.values['data'].length === COUNTER_SIZE &&
      BigInt(`0x${parting.ours}`) > BigInt(`0x${parting.theirs}`) &&
      before.some(isClear) &&
      before.some(isOrderlyCounter),
  },
];
