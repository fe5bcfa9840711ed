import { TPMI_YES_NO } from '../../structures/base.ts';
import {
  CAP_MAX,
  TPMS_CAPABILITY_DATA,
  TPM_CAP,
  type TpmsCapabilityData,
} from '../../structures/capabilityData.ts';
import { UINT32, type Of } from '../../structures/codec.ts';
import { TPM_HT, handleType } from '../../structures/handles.ts';
import { HASH_ALGS } from '../../structures/hashAlg.ts';
import { refuse } from '../../structures/tpmError.ts';
import { entityPolicy } from '../../tpm/entities.ts';
import { pcrSelection } from '../../tpm/pcrs.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { auditedCommands } from '../auditedCommands.ts';
import { answer, type Command } from '../command.ts';
import { commandOfTable } from '../commandOfTable.ts';
import { ALGORITHMS, CURVES } from './algorithmList.ts';
import { commandAttributes } from './commandAttributes.ts';
import { POLICY_HANDLES, handlesFrom } from './handleList.ts';
import { pcrProperties } from './pcrProperties.ts';
import { propertiesFrom } from './properties.ts';

/** Handles of authenticated countdown timers, which this TPM has none of. Part 2, 7.4 TPM_RH */
const ACT_FIRST = 0x40000110;
const ACT_LAST = 0x4000011f;

/** What was asked: elements from `property` on, at most `count`. */
type Query = {
  readonly capability: Of<typeof TPM_CAP>;
  readonly property: number;
  readonly count: number;
  readonly tpm: Tpm;
  readonly nowMs: number;
  readonly table: readonly Command[];
};

type Answer = { readonly moreData: boolean; readonly capabilityData: TpmsCapabilityData };

/**
 * What the TPM is and has. Refuses with VALUE a capability that there is not, or a property outside
 * its range; HANDLE a kind of handles that there is not. In failure mode only properties are told.
 */
export const getCapability = commandOfTable({
  code: 0x17a,
  section: 'Part 3, 30.2 TPM2_GetCapability',
  handles: {},
  parameters: { capability: TPM_CAP, property: UINT32, propertyCount: UINT32 },
  response: { moreData: TPMI_YES_NO, capabilityData: TPMS_CAPABILITY_DATA },
  isAllowedInFailureMode: true,
  decide: ({ capability, property, propertyCount: count }, tpm, { nowMs }, table) => {
    const isFailed = tpm.lifecycle.phase === 'failed';
    if (isFailed && capability !== 'TPM_PROPERTIES') refuse('FAILURE');
    return answer(LISTS[capability]({ capability, property, count, tpm, nowMs, table }));
  },
});

const LISTS: Readonly<Record<Of<typeof TPM_CAP>, (query: Query) => Answer>> = {
  ALGS: ({ property, count }) => {
    const all = ALGORITHMS.filter(({ alg }) => alg >= (property & 0xffff));
    const { page, moreData } = cut(all, count, CAP_MAX.ALGS);
    return { moreData, capabilityData: { capability: 'ALGS', algorithms: page } };
  },
  HANDLES: ({ property, count, tpm }) => {
    const { page, moreData } = cut(handlesFrom(tpm, property), count, CAP_MAX.HANDLES);
    return { moreData, capabilityData: { capability: 'HANDLES', handles: page } };
  },
  COMMANDS: ({ property, count, table }) => {
    const all = table.filter(({ code }) => code >= property).map(commandAttributes);
    const { page, moreData } = cut(all, count, CAP_MAX.COMMANDS);
    return { moreData, capabilityData: { capability: 'COMMANDS', command: page } };
  },
  PP_COMMANDS: ({ property, count, tpm, table }) => {
    const { presenceCommands } = tpm.platform;
    const all = table
      .filter(({ code, presence }) => presence === 'always' || presenceCommands.includes(code))
      .map(({ code }) => code);
    const { page, moreData } = cut(from(all, property), count, CAP_MAX.COMMANDS);
    return { moreData, capabilityData: { capability: 'PP_COMMANDS', ppCommands: page } };
  },
  AUDIT_COMMANDS: ({ property, count, tpm, table }) => {
    const { page, moreData } = cut(
      from(auditedCommands(tpm.audit, table), property),
      count,
      CAP_MAX.COMMANDS,
    );
    return { moreData, capabilityData: { capability: 'AUDIT_COMMANDS', auditCommands: page } };
  },
  PCRS: ({ property, count, tpm }) => {
    if (property !== 0) refuse('VALUE', { parameter: 2 });
    const all = HASH_ALGS.map((bank) => pcrSelection(bank, tpm.pcrs.allocated[bank]));
    const assignedPCR = count === 0 ? [] : all;
    return { moreData: count === 0, capabilityData: { capability: 'PCRS', assignedPCR } };
  },
  TPM_PROPERTIES: ({ property, count, ...facts }) => {
    const size = Math.min(count, CAP_MAX.PROPERTIES);
    const { page, moreData } = cut(propertiesFrom(property, size + 1, facts), size);
    return { moreData, capabilityData: { capability: 'TPM_PROPERTIES', tpmProperties: page } };
  },
  PCR_PROPERTIES: ({ property, count }) => {
    const all = pcrProperties().filter(({ tag }) => tag >= property);
    const { page, moreData } = cut(all, count, CAP_MAX.PROPERTIES);
    return { moreData, capabilityData: { capability: 'PCR_PROPERTIES', pcrProperties: page } };
  },
  ECC_CURVES: ({ property, count }) => {
    const { page, moreData } = cut(from(CURVES, property & 0xffff), count, CAP_MAX.CURVES);
    return { moreData, capabilityData: { capability: 'ECC_CURVES', eccCurves: page } };
  },
  AUTH_POLICIES: ({ property, count, tpm }) => {
    if (handleType(property) !== TPM_HT.PERMANENT) refuse('VALUE', { parameter: 2 });
    const all = from(POLICY_HANDLES, property).map((handle) => ({
      handle,
      policyHash: entityPolicy(tpm, handle),
    }));
    const { page, moreData } = cut(all, count, CAP_MAX.POLICIES);
    return { moreData, capabilityData: { capability: 'AUTH_POLICIES', authPolicies: page } };
  },
  ACT: ({ property }) => {
    if (property < ACT_FIRST || property > ACT_LAST) refuse('VALUE', { parameter: 2 });
    return { moreData: false, capabilityData: { capability: 'ACT', actData: [] } };
  },
  // There is such a capability, and this vendor has none of it.
  VENDOR_PROPERTY: () => refuse('VALUE', { parameter: 1 }),
};

/** As many as were asked for and as fit; `moreData` when that is not all. */
function cut<T>(
  all: readonly T[],
  count: number,
  max = count,
): { readonly page: readonly T[]; readonly moreData: boolean } {
  const size = Math.min(count, max);
  return { page: all.slice(0, size), moreData: all.length > size };
}

function from(numbers: readonly number[], first: number): readonly number[] {
  return numbers.filter((number) => number >= first);
}
