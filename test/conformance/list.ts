import { nameOf, type Case, type Valid } from './case.ts';
import { ASYMMETRIC } from './chapters/asymmetric.ts';
import { ATTESTATION } from './chapters/attestation.ts';
import { CAPABILITY_CASES } from './chapters/capabilities.ts';
import { DUPLICATION } from './chapters/duplication.ts';
import { HIERARCHY } from './chapters/hierarchy.ts';
import { MANAGEMENT } from './chapters/management.ts';
import { LOADING_CASES } from './chapters/loading.ts';
import { NON_VOLATILE } from './chapters/nv.ts';
import { NV_CASES } from './chapters/nvUse.ts';
import { OBJECTS } from './chapters/objects.ts';
import { ORDER_CASES } from './chapters/order.ts';
import { PCR } from './chapters/pcr.ts';
import { PLATFORM_CASES } from './chapters/platformUse.ts';
import { POLICY } from './chapters/policy.ts';
import { SEQUENCES } from './chapters/sequences.ts';
import { SESSIONS } from './chapters/sessions.ts';
import { POLICY_CASES } from './chapters/policyUse.ts';
import { SESSION_CASES } from './chapters/sessionUse.ts';
import { SIGNATURE_CASES } from './chapters/signatures.ts';
import { SIGNING } from './chapters/signing.ts';
import { STARTUP } from './chapters/startup.ts';
import { SYMMETRIC } from './chapters/symmetric.ts';
import { TEMPLATE_CASES } from './chapters/templates.ts';
import { derived } from './derive.ts';
import { elsewhere } from './elsewhere.ts';

/** A request of every command that succeeds. */
export const VALID: readonly Valid[] = [
  ...STARTUP,
  ...SESSIONS,
  ...OBJECTS,
  ...DUPLICATION,
  ...ASYMMETRIC,
  ...SYMMETRIC,
  ...SEQUENCES,
  ...ATTESTATION,
  ...SIGNING,
  ...PCR,
  ...POLICY,
  ...HIERARCHY,
  ...MANAGEMENT,
  ...NON_VOLATILE,
];

const HANDWRITTEN: readonly Case[] = [
  ...TEMPLATE_CASES,
  ...LOADING_CASES,
  ...NV_CASES,
  ...SIGNATURE_CASES,
  ...POLICY_CASES,
  ...SESSION_CASES,
  ...PLATFORM_CASES,
  ...CAPABILITY_CASES,
  ...ORDER_CASES,
];

/**
 * What swtpm does not answer in one way: the first ends swtpm 0.7.1 (it has no signer), the second
 * depends on whether a millisecond is over.
 */
const UNANSWERABLE = new Set(['CertifyX509: handle 2 is NULL', 'ClockSet: twice']);

/** Every case, each under a name of its own. */
export const CASES: readonly Case[] = uniquelyNamed([
  ...VALID.flatMap(derived),
  ...VALID.flatMap(elsewhere),
  ...HANDWRITTEN,
]).filter((one) => !UNANSWERABLE.has(nameOf(one)));

/** A case whose name is there before is told apart by its setting. */
function uniquelyNamed(cases: readonly Case[]): readonly Case[] {
  const names = new Set<string>();
  return cases.map((one) => {
    const unique = names.has(nameOf(one))
      ? { ...one, name: `${one.setting.name}, ${one.name}` }
      : one;
    if (names.has(nameOf(unique))) throw new Error(`two cases are called ${nameOf(unique)}`);
    names.add(nameOf(unique));
    return unique;
  });
}
