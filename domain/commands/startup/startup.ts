import { TPM_SU } from '../../structures/base.ts';
import { Secret } from '../../structures/secret.ts';
import { refuse } from '../../structures/tpmError.ts';
import { clockAt, nextClockUpdate } from '../../tpm/clock.ts';
import type { StartupKind } from '../../tpm/startup.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { command, done } from '../command.ts';

const SEED_SIZE = 64;
/** The startup locality of a platform that measured itself before Startup. */
const MEASURED = 4;

/**
 * Begins work after _TPM_Init: a TPM Reset, a Restart or a Resume, as the last Shutdown and
 * `startupType` say. Refuses with INITIALIZE when it was begun already, whatever comes behind its
 * code, LOCALITY from others than locality 0 and 3 or when a Resume comes from another than the
 * state, VALUE when there is no state to resume or the platform measured itself only one of the two
 * times; the TPM then waits on.
 */
export const startup = command({
  code: 0x144,
  section: 'Part 3, 9.3 TPM2_Startup',
  handles: {},
  parameters: { startupType: TPM_SU },
  response: {},
  isNv: true,
  hasNoSessions: true,
  isOnlyBeforeStartup: true,
  decide: ({ startupType }, tpm, { locality, nowMs, entropy }) => {
    const { measuredBeforeStartup, orderly } = tpm.lifecycle;
    if (locality !== 0 && locality !== 3) refuse('LOCALITY');
    const from = measuredBeforeStartup === null ? locality : MEASURED;
    if (startupType === 'STATE') checkResume(tpm, from);
    const kind = kindOf(orderly, startupType);
    const event = {
      type: 'StartedUp',
      kind,
      locality: from,
      safeAtMs: safeAt(tpm, nowMs),
      failedTries: failedTriesAfter(tpm),
    } as const;
    if (kind !== 'reset') return done(event);
    const nullSeed = new Secret(entropy(SEED_SIZE));
    return done({ ...event, nullSeed, nullProof: new Secret(entropy(SEED_SIZE)) });
  },
});

/** A state comes back only to a platform that started as the one that saved it. */
function checkResume({ lifecycle }: Tpm, from: number): void {
  const { orderly, startupLocality } = lifecycle;
  if (orderly !== 'state') refuse('VALUE', { parameter: 1 });
  const isMeasuredAlike = (from === MEASURED) === (startupLocality === MEASURED);
  if (!isMeasuredAlike) refuse('VALUE', { parameter: 1 });
  if (from !== startupLocality) refuse('LOCALITY');
}

function kindOf(orderly: Tpm['lifecycle']['orderly'], startupType: 'CLEAR' | 'STATE'): StartupKind {
  if (orderly !== 'state') return 'reset';
  return startupType === 'STATE' ? 'resume' : 'restart';
}

/** Without a Shutdown nobody knows how far Clock had come: it is safe after the next update. */
function safeAt({ clock, lifecycle }: Tpm, nowMs: number): bigint | null {
  return lifecycle.orderly === 'none' ? nextClockUpdate(clockAt(clock, nowMs)) : clock.safeAtMs;
}

/**
 * A power cut may hide a failed try from a chip's memory, so one is added after an unorderly end if
 * protected values had been used at all. Part 1, 19.8 Dictionary Attack Protection
 */
function failedTriesAfter({ dictionaryAttack, lifecycle }: Tpm): number {
  const { failedTries, maxTries, recoveryTimeS, isUsed } = dictionaryAttack;
  const mayHideOne = lifecycle.orderly === 'none' && isUsed && recoveryTimeS !== 0;
  return mayHideOne && failedTries < maxTries ? failedTries + 1 : failedTries;
}
