import { TPMI_ALG_HASH_OR_NULL } from '../../structures/algorithms.ts';
import { TPML_CC } from '../../structures/base.ts';
import { TPMI_RH_PROVISION } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { done, type Command } from '../command.ts';
import { commandOfTable } from '../commandOfTable.ts';

/**
 * Says which commands are audited from now on, or with which hash; not both at once, which is
 * refused with VALUE. Commands that there are not are passed over, and TPM2_Shutdown.
 */
export const setCommandCodeAuditStatus = commandOfTable({
  code: 0x140,
  section: 'Part 3, 21.2 TPM2_SetCommandCodeAuditStatus',
  presence: 'configurable',
  isNv: true,
  isAlwaysAudited: true,
  handles: { auth: { codec: TPMI_RH_PROVISION, auth: 'USER' } },
  parameters: { auditAlg: TPMI_ALG_HASH_OR_NULL, setList: TPML_CC, clearList: TPML_CC },
  response: {},
  decide: ({ auditAlg, setList, clearList }, { audit }, _, table) => {
    if (auditAlg !== 'NULL' && auditAlg !== audit.hashAlg) {
      if (setList.length + clearList.length > 0) refuse('VALUE', { parameter: 1 });
      const { commands } = audit;
      const configured = { type: 'CommandAuditConfigured', hashAlg: auditAlg, commands } as const;
      return done(configured, { type: 'CommandAuditReset' });
    }
    const isAdded = ({ code, name }: Command): boolean =>
      setList.includes(code) && name !== 'Shutdown';
    const commands = table
      .filter(({ isAlwaysAudited }) => !isAlwaysAudited)
      .filter((row) => audit.commands.includes(row.code) || isAdded(row))
      .map(({ code }) => code)
      .filter((code) => !clearList.includes(code));
    const isSame = commands.join() === audit.commands.join();
    if (isSame) return done();
    return done({ type: 'CommandAuditConfigured', hashAlg: audit.hashAlg, commands });
  },
});
