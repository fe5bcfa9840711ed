import type { TpmtHa } from '../structures/base.ts';
import { TPM_RH } from '../structures/handles.ts';
import { EMPTY_SECRET, type Secret } from '../structures/secret.ts';

/**
 * A hierarchy: what its keys derive from and who may use it.
 *
 * `seed` (64 octets) is what primary keys derive from; `proof` (64 octets) is what tickets and
 * saved contexts are bound to. Part 1, 14 TPM Control Domains and Hierarchies
 */
export type Hierarchy = {
  readonly isEnabled: boolean;
  readonly seed: Secret;
  readonly proof: Secret;
  readonly auth: Secret;
  readonly policy: TpmtHa | null;
};

/** The hierarchies by name; `null` is the NULL hierarchy, new at each TPM Reset. */
export type HierarchyName = 'owner' | 'endorsement' | 'platform' | 'null';

/** All hierarchies with the authorizations that stand beside them. */
export type Hierarchies = Readonly<Record<HierarchyName, Hierarchy>> & {
  readonly lockout: { readonly auth: Secret; readonly policy: TpmtHa | null };
  /** phEnableNV: NV indices with PLATFORMCREATE can be used. */
  readonly isPlatformNvEnabled: boolean;
  /** disableClear: TPM2_Clear is refused. */
  readonly isClearDisabled: boolean;
  /** A copy has been made and not yet re-founded on its own identity: no use of endorsement. */
  readonly isEndorsementHeld: boolean;
};

const BY_HANDLE: ReadonlyMap<number, HierarchyName> = new Map([
  [TPM_RH.OWNER, 'owner'],
  [TPM_RH.ENDORSEMENT, 'endorsement'],
  [TPM_RH.PLATFORM, 'platform'],
  [TPM_RH.NULL, 'null'],
]);

/** The hierarchy's name by its permanent handle, or null when the handle is none. */
export function hierarchyName(handle: number): HierarchyName | null {
  return BY_HANDLE.get(handle) ?? null;
}

/** The hierarchy of a permanent handle; the handle must be one (a programmer's error else). */
export function hierarchyAt(hierarchies: Hierarchies, handle: number): Hierarchy {
  const name = hierarchyName(handle);
  if (name === null) throw new Error(`handle ${handle.toString(16)} is no hierarchy`);
  return hierarchies[name];
}

/** True when the hierarchy may be used: it is switched on and, for endorsement, not held. */
export function isHierarchyUsable(hierarchies: Hierarchies, handle: number): boolean {
  if (handle === TPM_RH.ENDORSEMENT && hierarchies.isEndorsementHeld) return false;
  return hierarchyAt(hierarchies, handle).isEnabled;
}

/** The facts about a single hierarchy; `hierarchy` is its permanent handle. */
export type HierarchyEvent =
  | { readonly type: 'HierarchyAuthChanged'; readonly hierarchy: number; readonly auth: Secret }
  | {
      readonly type: 'HierarchyPolicySet';
      readonly hierarchy: number;
      readonly policy: TpmtHa | null;
    }
  | { readonly type: 'ClearControlled'; readonly isDisabled: boolean };

type Of<K extends HierarchyEvent['type']> = Extract<HierarchyEvent, { type: K }>;

/** What each fact does to the hierarchies. */
export const hierarchyEvolvers = {
  HierarchyAuthChanged: (
    hierarchies: Hierarchies,
    { hierarchy, auth }: Of<'HierarchyAuthChanged'>,
  ) => withAuthorization(hierarchies, hierarchy, { auth }),
  HierarchyPolicySet: (hierarchies: Hierarchies, { hierarchy, policy }: Of<'HierarchyPolicySet'>) =>
    withAuthorization(hierarchies, hierarchy, { policy }),
  ClearControlled: (hierarchies: Hierarchies, { isDisabled }: Of<'ClearControlled'>) => ({
    ...hierarchies,
    isClearDisabled: isDisabled,
  }),
};

function withAuthorization(
  hierarchies: Hierarchies,
  handle: number,
  change: { readonly auth?: Secret; readonly policy?: TpmtHa | null },
): Hierarchies {
  if (handle === TPM_RH.LOCKOUT) {
    return { ...hierarchies, lockout: { ...hierarchies.lockout, ...change } };
  }
  return withHierarchy(hierarchies, handle, change);
}

/** The hierarchies with some fields of one of them changed. */
export function withHierarchy(
  hierarchies: Hierarchies,
  handle: number,
  change: Partial<Hierarchy>,
): Hierarchies {
  const name = hierarchyName(handle);
  if (name === null) throw new Error(`handle ${handle.toString(16)} is no hierarchy`);
  return { ...hierarchies, [name]: { ...hierarchies[name], ...change } };
}

/** No authorization value and no policy: what a hierarchy starts with. */
export const NO_AUTHORIZATION = { auth: EMPTY_SECRET, policy: null } as const;
