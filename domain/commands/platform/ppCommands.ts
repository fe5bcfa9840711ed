import { TPML_CC } from '../../structures/base.ts';
import { TPMI_RH_PLATFORM } from '../../structures/handles.ts';
import { done } from '../command.ts';
import { commandOfTable } from '../commandOfTable.ts';

/**
 * Says which commands need physical presence when the platform authorizes them; this one always
 * does. What cannot need it is passed over.
 */
export const ppCommands = commandOfTable({
  code: 0x12d,
  section: 'Part 3, 26.2 TPM2_PP_Commands',
  isNv: true,
  presence: 'always',
  handles: { auth: { codec: TPMI_RH_PLATFORM, auth: 'USER' } },
  parameters: { setList: TPML_CC, clearList: TPML_CC },
  response: {},
  decide: ({ setList, clearList }, { platform }, _, table) => {
    const before = platform.presenceCommands;
    const commands = table
      .filter(({ presence }) => presence === 'configurable')
      .map(({ code }) => code)
      .filter((code) => before.includes(code) || setList.includes(code))
      .filter((code) => !clearList.includes(code));
    if (commands.join() === before.join()) return done();
    return done({ type: 'PresenceCommandsSet', commands });
  },
});
