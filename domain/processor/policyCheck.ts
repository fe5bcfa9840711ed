import { digest } from '../crypto/hash.ts';
import { NV, has } from '../structures/attributes.ts';
import { TPM_HT, handleType } from '../structures/handles.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { sameOctets } from '../structures/octets.ts';
import { refuse } from '../structures/tpmError.ts';
import { Reader } from '../structures/wire.ts';
import type { Circumstances } from '../commands/circumstances.ts';
import { entityPolicy, nvIndexAt } from '../tpm/entities.ts';
import { isPast } from '../tpm/policy.ts';
import type { PolicyState, Session } from '../tpm/sessions.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { cpHash, type Call, type UsedSession } from './call.ts';

/**
 * Refuses the use of an entity when its policy is not satisfied: MODE where a command that needs
 * the authorization value comes without it, then PCR_CHANGED, POLICY_FAIL, EXPIRED, POLICY_CC,
 * LOCALITY or PP, in this order. Part 1, 19.7.5 Policy Authorization
 */
export function checkPolicy(
  tpm: Tpm,
  call: Call,
  used: UsedSession,
  session: Session,
  circumstances: Circumstances,
): void {
  const { policy } = session;
  if (policy === null || used.entity === null) throw new Error('no policy session to check');
  if (call.command.needsAuthValue && policy.authorization === 'none') refuse('MODE');
  const isPcrChecked = policy.pcrUpdateCounter !== null;
  if (isPcrChecked && policy.pcrUpdateCounter !== tpm.pcrs.updateCounter) refuse('PCR_CHANGED');
  const expected = entityPolicy(tpm, used.entity);
  if (expected?.hashAlg !== session.authHash) refuse('POLICY_FAIL');
  if (!sameOctets(expected.digest, policy.digest)) refuse('POLICY_FAIL');
  checkExpiry(tpm, session, policy, circumstances.nowMs);
  checkCommand(policy, call, used);
  checkLocality(policy, circumstances.locality);
  if (policy.isPhysicalPresenceRequired && !tpm.lifecycle.isPhysicallyPresent) refuse('PP');
  if (!isBoundAsPromised(policy, call, session.authHash)) refuse('POLICY_FAIL');
  checkNvWritten(tpm, policy, used.entity);
}

function checkExpiry(
  { clock, lifecycle }: Tpm,
  session: Session,
  { timeoutMs }: PolicyState,
  nowMs: number,
): void {
  if (timeoutMs === null) return;
  if (!lifecycle.isNvAvailable) refuse('NV_UNAVAILABLE');
  if (isPast(clock, session, timeoutMs, nowMs)) refuse('EXPIRED');
}

/** ADMIN and DUP need a policy that names the command. */
function checkCommand(policy: PolicyState, call: Call, { role }: UsedSession): void {
  if (policy.commandCode === null) {
    if (role !== 'USER') refuse('POLICY_FAIL');
    return;
  }
  if (policy.commandCode !== call.command.code) refuse('POLICY_CC');
}

function checkLocality({ localities }: PolicyState, locality: number): void {
  if (localities === null) return;
  const isAllowed =
    localities < 32 ? ((localities >>> locality) & 1) === 1 : localities === locality;
  if (!isAllowed || (localities < 32 && locality > 4)) refuse('LOCALITY');
}

function isBoundAsPromised({ bound }: PolicyState, call: Call, hashAlg: HashAlg): boolean {
  if (bound === null) return true;
  switch (bound.kind) {
    case 'cpHash':
      return sameOctets(bound.digest, cpHash(call, hashAlg));
    case 'nameHash':
      return sameOctets(bound.digest, digest(hashAlg, ...call.names));
    case 'template': {
      const template = templateOf(call);
      return template !== null && sameOctets(bound.digest, digest(hashAlg, template));
    }
  }
}

/** The octets of the template of a command that creates; its first parameter may be encrypted. */
function templateOf({ command, parameters }: Call): Uint8Array | null {
  if (command.parameters[1]?.name !== 'inPublic') return null;
  const reader = new Reader(parameters);
  reader.octets(reader.u16());
  return reader.octets(reader.u16());
}

function checkNvWritten(tpm: Tpm, { nvWritten }: PolicyState, entity: number): void {
  if (nvWritten === null) return;
  if (handleType(entity) !== TPM_HT.NV_INDEX) refuse('POLICY_FAIL');
  const { attributes } = nvIndexAt(tpm, entity).publicArea;
  if (has(attributes, NV.WRITTEN) !== nvWritten) refuse('POLICY_FAIL');
}
