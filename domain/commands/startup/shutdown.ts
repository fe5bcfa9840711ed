import { TPM_SU } from '../../structures/base.ts';
import { refuse } from '../../structures/tpmError.ts';
import { timeAt } from '../../tpm/clock.ts';
import { command, done } from '../command.ts';

/**
 * Prepares for the loss of power: STATE keeps what a Resume needs. Refuses with TYPE to keep the
 * state when a new allocation of PCR waits, which no Resume would survive.
 */
export const shutdown = command({
  code: 0x145,
  section: 'Part 3, 9.4 TPM2_Shutdown',
  handles: {},
  parameters: { shutdownType: TPM_SU },
  response: {},
  isNv: true,
  decide: ({ shutdownType }, tpm, { nowMs }) => {
    const isState = shutdownType === 'STATE';
    if (isState && tpm.pcrs.nextAllocation !== null) refuse('TYPE', { parameter: 1 });
    const timeMs = timeAt(tpm.clock, nowMs);
    return done({ type: 'ShutDown', shutdownType: isState ? 'state' : 'clear', timeMs });
  },
});
