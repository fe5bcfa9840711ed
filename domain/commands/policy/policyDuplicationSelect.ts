import { digest } from '../../crypto/hash.ts';
import { TPMI_YES_NO } from '../../structures/base.ts';
import { TPM2B_NAME } from '../../structures/buffers.ts';
import { TPMI_SH_POLICY } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { extendedDigest, policyChanged, policySessionAt } from '../../tpm/policy.ts';
import { commandOfTable } from '../commandOfTable.ts';
import { done } from '../command.ts';

const CODE = 0x188;

/**
 * The policy will authorize the duplication of this object to this new parent only. Refuses with
 * CPHASH when the policy is bound to anything, COMMAND_CODE when it names a command.
 */
export const policyDuplicationSelect = commandOfTable({
  code: CODE,
  section: 'Part 3, 23.15 TPM2_PolicyDuplicationSelect',
  handles: { policySession: { codec: TPMI_SH_POLICY } },
  parameters: {
    objectName: TPM2B_NAME,
    newParentName: TPM2B_NAME,
    includeObject: TPMI_YES_NO,
  },
  response: {},
  decide: ({ policySession, objectName, newParentName, includeObject }, tpm, _, table) => {
    const session = policySessionAt(tpm, policySession);
    if (session.policy.bound !== null) refuse('CPHASH');
    if (session.policy.commandCode !== null) refuse('COMMAND_CODE');
    const duplicate = table.find(({ name }) => name === 'Duplicate');
    if (duplicate === undefined) throw new Error('the table has no Duplicate');
    const included = includeObject ? objectName : EMPTY;
    const flag = new Uint8Array([includeObject ? 1 : 0]);
    const nameHash = digest(session.authHash, objectName, newParentName);
    const change = {
      digest: extendedDigest(session, CODE, included, newParentName, flag),
      bound: { kind: 'nameHash', digest: nameHash },
      commandCode: duplicate.code,
    } as const;
    return done(policyChanged(policySession, session, change));
  },
});
