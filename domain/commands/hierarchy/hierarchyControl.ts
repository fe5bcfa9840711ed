import { TPMI_YES_NO } from '../../structures/base.ts';
import { TPMI_RH_ENABLES, TPMI_RH_HIERARCHY, TPM_RH } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { hierarchyAt } from '../../tpm/hierarchies.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { command, done } from '../command.ts';

/**
 * Switches a hierarchy, or the use of the platform's NV indices, on or off until Startup; switching
 * off flushes its objects. Refuses with AUTH_TYPE when others than the platform do more than switch
 * their own hierarchy off.
 */
export const hierarchyControl = command({
  code: 0x121,
  section: 'Part 3, 24.2 TPM2_HierarchyControl',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_HIERARCHY, auth: 'USER' } },
  parameters: { enable: TPMI_RH_ENABLES, state: TPMI_YES_NO },
  response: {},
  isNv: true,
  isExtensive: true,
  decide: ({ authHandle, enable, state }, tpm) => {
    const isPlatform = authHandle === TPM_RH.PLATFORM;
    const isBefore = isEnabled(tpm, enable);
    const isOwnEnd = authHandle === enable && !(state && !isBefore);
    if (!isPlatform && !isOwnEnd) refuse('AUTH_TYPE');
    if (state === isBefore) return done();
    return done({ type: 'HierarchyControlled', enable, isEnabled: state });
  },
});

function isEnabled({ hierarchies }: Tpm, enable: number): boolean {
  if (enable === TPM_RH.PLATFORM_NV) return hierarchies.isPlatformNvEnabled;
  return hierarchyAt(hierarchies, enable).isEnabled;
}
