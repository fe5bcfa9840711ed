import { describe, expect, test } from 'vitest';
import { setCommandCodeAuditStatus } from '../../../../domain/commands/audit/setCommandCodeAuditStatus.ts';
import { auditedCommands } from '../../../../domain/commands/auditedCommands.ts';
import { COMMANDS } from '../../../../domain/commands/index.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { given } from '../../../support/given.ts';
import { after, started } from '../../../support/tpms.ts';

const command = setCommandCodeAuditStatus(() => COMMANDS);
const auth = TPM_RH.OWNER;
const GET_RANDOM = 0x17b;
const PCR_EXTEND = 0x182;
const OWN = 0x140;

describe('setCommandCodeAuditStatus', () => {
  test('sets and clears; itself is always audited', () => {
    const input = { auth, auditAlg: 'NULL', setList: [PCR_EXTEND, GET_RANDOM], clearList: [OWN] };
    const { tpm } = given(started()).when(command, input);
    expect(auditedCommands(tpm.audit, COMMANDS)).toEqual([OWN, GET_RANDOM, PCR_EXTEND]);
    const cleared = given(tpm).when(command, { ...input, setList: [], clearList: [PCR_EXTEND] });
    expect(auditedCommands(cleared.tpm.audit, COMMANDS)).toEqual([OWN, GET_RANDOM]);
  });

  test('passes over commands that there are not', () => {
    const input = { auth, auditAlg: 'SHA512', setList: [0x1ff], clearList: [] };
    given(started()).when(command, input).records();
  });

  test('changes the hash and begins the digest anew, but not with lists', () => {
    const digest = new Uint8Array(64);
    const audited = after(started(), { type: 'CommandAudited', digest, counter: 1n });
    const input = { auth, auditAlg: 'SHA384', setList: [], clearList: [] };
    const { tpm } = given(audited).when(command, input);
    expect(tpm.audit).toMatchObject({ hashAlg: 'SHA384', digest: null });
    given(audited)
      .when(command, { ...input, setList: [GET_RANDOM] })
      .refuses('VALUE', { parameter: 1 });
  });
});
