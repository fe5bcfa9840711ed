import type { TpmtHa } from '../structures/base.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import type { Secret } from '../structures/secret.ts';
import type { Audit } from './audit.ts';
import type { Clock } from './clock.ts';
import type { Commits } from './commits.ts';
import type { DictionaryAttack } from './dictionaryAttack.ts';
import type { Hierarchies } from './hierarchies.ts';
import type { Nv } from './nv.ts';
import type { Objects, SequenceHash } from './objects.ts';
import type { Pcrs } from './pcrs.ts';
import type { PlatformSettings } from './platformSettings.ts';
import type { ProfileName } from './profile.ts';
import type { Sessions } from './sessions.ts';

/**
 * Where a TPM stands between power and work.
 *
 * `phase`: `off` without power, `initialized` after _TPM_Init and before TPM2_Startup, `started`,
 * `failed` in failure mode. `orderly` is how it was last shut down: anything that a later Startup
 * would have to know about clears it, and `saved` is what that shutdown kept beside the state
 * itself. `startupLocality` is 0 or 3, or 4 when the platform measured before Startup. `launch`
 * holds the running hashes of a hash sequence of the platform; `measuredBeforeStartup` what one
 * that ended before Startup makes of PCR 0. Part 1, 12 TPM Operational States
 */
export type Lifecycle = {
  readonly phase: 'off' | 'initialized' | 'started' | 'failed';
  readonly orderly: 'none' | 'clear' | 'state';
  readonly saved: AtShutdown | null;
  readonly startupLocality: number;
  readonly isFirstStartupOrderly: boolean;
  readonly isEstablished: boolean;
  readonly isPhysicallyPresent: boolean;
  readonly isNvAvailable: boolean;
  readonly measuredBeforeStartup: readonly TpmtHa[] | null;
  readonly launch: readonly SequenceHash[] | null;
};

/**
 * What TPM2_Shutdown keeps of values that go on changing without cancelling it: Time in ms, and the
 * counters from which a Resume or Restart goes on. Part 3, 9.4 TPM2_Shutdown
 */
export type AtShutdown = {
  readonly timeMs: bigint;
  readonly restartCount: number;
  readonly pcrUpdateCounter: number;
};

/**
 * Which incarnation this is and where it comes from.
 *
 * `lineage` is the incarnation that the family began with; `generation` counts the forks since;
 * `register` (SHA-256) and `counter` are the lineage register and counter, which are shown as NV
 * indices; a retired incarnation answers no further command.
 */
export type Identity = {
  readonly incarnation: string;
  readonly lineage: string;
  readonly generation: number;
  readonly register: Uint8Array;
  readonly counter: bigint;
  readonly parent: {
    readonly incarnation: string;
    readonly version: number;
    readonly link: string;
    readonly reason: 'clone' | 'rollback';
  } | null;
  /** How many events of its history lie in the streams of its ancestors. */
  readonly inheritedVersions: number;
  readonly isRetired: boolean;
};

/** Everything that a TPM remembers. Values of this type are never changed, only replaced. */
export type Tpm = {
  readonly profile: ProfileName;
  readonly identity: Identity;
  readonly lifecycle: Lifecycle;
  readonly hierarchies: Hierarchies;
  readonly pcrs: Pcrs;
  readonly objects: Objects;
  readonly sessions: Sessions;
  readonly nv: Nv;
  readonly dictionaryAttack: DictionaryAttack;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly platform: PlatformSettings;
  readonly commits: Commits;
  /** What TPM2_StirRandom left: mixed into what is drawn. Empty when nothing was stirred in. */
  readonly stirred: Secret;
};

/** The hash that saved contexts, tickets and obfuscation use: TPM_PT_CONTEXT_HASH. */
export const CONTEXT_HASH: HashAlg = 'SHA512';
