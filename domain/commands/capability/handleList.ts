import { PCR_COUNT, TPM_HT, TPM_RH, handleType } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import type { Tpm } from '../../tpm/tpm.ts';

const { OWNER, NULL, PW, LOCKOUT, ENDORSEMENT, PLATFORM, PLATFORM_NV } = TPM_RH;
const PERMANENT: readonly number[] = [OWNER, NULL, PW, LOCKOUT, ENDORSEMENT, PLATFORM, PLATFORM_NV];

/** The permanent handles that can have a policy, in their order. */
export const POLICY_HANDLES: readonly number[] = [OWNER, LOCKOUT, ENDORSEMENT, PLATFORM];

const HMAC_FIRST = TPM_HT.HMAC_SESSION << 24;
/** What is left of a session's handle without its kind. */
const SESSION_MASK = 0xffffff;

/**
 * The handles of the kind of `first` that are in use, from `first` on, in their order. HMAC_SESSION
 * asks for loaded sessions of both kinds, POLICY_SESSION for saved ones, which are told as the
 * former. Refuses with HANDLE any other kind. Part 2, 7.2 TPM_HT
 */
export function handlesFrom(tpm: Tpm, first: number): readonly number[] {
  switch (handleType(first)) {
    case TPM_HT.PCR:
      return sorted(Array.from({ length: PCR_COUNT }, (_, pcr) => pcr)).filter((h) => h >= first);
    case TPM_HT.NV_INDEX:
      return sorted(tpm.nv.indices.keys()).filter((h) => h >= first);
    case TPM_HT.HMAC_SESSION:
      return sessionsFrom(tpm.sessions.loaded.keys(), first);
    case TPM_HT.POLICY_SESSION:
      return sessionsFrom(tpm.sessions.saved.keys(), first).map(
        (h) => HMAC_FIRST | (h & SESSION_MASK),
      );
    case TPM_HT.PERMANENT:
      return PERMANENT.filter((h) => h >= first);
    case TPM_HT.TRANSIENT:
      return sorted(tpm.objects.transient.keys()).filter((h) => h >= first);
    case TPM_HT.PERSISTENT:
      return sorted(tpm.objects.persistent.keys()).filter((h) => h >= first);
    default:
      return refuse('HANDLE', { parameter: 2 });
  }
}

/** Sessions of both kinds share their numbers: they are told in the order of these. */
function sessionsFrom(handles: Iterable<number>, first: number): readonly number[] {
  return [...handles]
    .filter((h) => (h & SESSION_MASK) >= (first & SESSION_MASK))
    .sort((a, b) => (a & SESSION_MASK) - (b & SESSION_MASK));
}

function sorted(handles: Iterable<number>): readonly number[] {
  return [...handles].sort((a, b) => a - b);
}
