import { hierarchyChangeAuth } from '../../../domain/commands/hierarchy/hierarchyChangeAuth.ts';
import { hmac } from '../../../domain/crypto/hash.ts';
import { authorize } from '../../../domain/processor/authorize.ts';
import { Ledger, cpHash, namesOf, type Call } from '../../../domain/processor/call.ts';
import { isCommandHmacRight } from '../../../domain/processor/sessionHmac.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { concat } from '../../../domain/structures/octets.ts';
import { Secret } from '../../../domain/structures/secret.ts';
import { sessionAt } from '../../../domain/tpm/entities.ts';
import { randomOctets } from '../randomness.ts';
import { HMAC_SESSION, withSession } from '../sessions.ts';
import { after, circumstances, started } from '../tpms.ts';
import { answerOf, fixedOrRandom, wrongAt } from './inputs.ts';
import type { Target } from './measurement.ts';

const AUTH_SIZE = 32;
const CONTINUE = 1;

/** A TPM whose owner has a password of 32 octets, and a session. */
function ownedTpm() {
  // Zeros at its end would not count.
  const auth = randomOctets(AUTH_SIZE).with(AUTH_SIZE - 1, 1);
  const hierarchy = TPM_RH.OWNER;
  const owned = after(started(), {
    type: 'HierarchyAuthChanged',
    hierarchy,
    auth: new Secret(auth),
  });
  const sessionKey = new Secret(randomOctets(32));
  return { tpm: withSession(owned, 'HMAC', {}, { sessionKey }), auth };
}

const { tpm, auth: OWNER_AUTH } = ownedTpm();
const CIRCUMSTANCES = circumstances();

/** TPM2_HierarchyChangeAuth of the owner, authorized by a password or by the session. */
function callWith(handle: number, auth: Uint8Array, nonceCaller: Uint8Array): Call {
  const session = handle === HMAC_SESSION ? sessionAt(tpm, handle) : null;
  const [entity, role] = [TPM_RH.OWNER, 'USER'] as const;
  const attributes = CONTINUE;
  return {
    command: hierarchyChangeAuth,
    handles: [entity],
    names: namesOf(tpm, [entity]),
    sessions: [{ number: 1, handle, session, nonceCaller, attributes, auth, entity, role }],
    parameters: new Uint8Array(2),
  };
}

/** The authorization of a call, in which nothing is right. */
function authorization(call: Call): () => unknown {
  return () => answerOf(() => authorize(new Ledger(tpm), call, CIRCUMSTANCES));
}

function passwordWork(given: Uint8Array): () => unknown {
  return authorization(callWith(TPM_RH.PW, given, new Uint8Array(0)));
}

/** Everything of a password but its last octet is right, or nothing is. */
const passwordPrefix: Target = {
  name: 'password: its beginning',
  classes: ['31 of 32 octets right', 'none right'],
  share: 1,
  repeats: 1,
  prepare: (isSecond) => {
    const given = fixedOrRandom(isSecond, OWNER_AUTH);
    // Whatever the class, the last octet is wrong, and not zero.
    given[AUTH_SIZE - 1] = 2;
    return passwordWork(given);
  },
};

const passwordLength: Target = {
  name: 'password: its length',
  classes: ['as long as the right one', 'half as long'],
  share: 1,
  repeats: 1,
  prepare: (isSecond) => {
    const given = new Uint8Array(isSecond ? AUTH_SIZE / 2 : AUTH_SIZE).fill(3);
    return passwordWork(given);
  },
};

/** The right HMAC of a call by the session. */
function rightHmac(call: Call, nonceCaller: Uint8Array): Uint8Array {
  const { authHash, sessionKey, nonceTPM } = sessionAt(tpm, HMAC_SESSION);
  const key = concat(sessionKey.octets, OWNER_AUTH);
  const attributes = new Uint8Array([CONTINUE]);
  return hmac(authHash, key, cpHash(call, authHash), nonceCaller, nonceTPM, attributes);
}

const sessionHmac: Target = {
  name: 'HMAC of a session',
  classes: ['the last octet wrong', 'all octets random'],
  share: 1,
  repeats: 1,
  prepare: (isSecond) => {
    const nonceCaller = randomOctets(16);
    const right = rightHmac(callWith(HMAC_SESSION, new Uint8Array(0), nonceCaller), nonceCaller);
    const given = fixedOrRandom(isSecond, wrongAt('last', right));
    const call = callWith(HMAC_SESSION, given, nonceCaller);
    const [used] = call.sessions;
    if (!used?.session) throw new Error('there is no session');
    const { session } = used;
    return () => isCommandHmacRight(tpm, call, used, session);
  },
};

/** The checks by which commands are authorized. */
export const AUTHORIZATION_TARGETS: readonly Target[] = [
  passwordPrefix,
  passwordLength,
  sessionHmac,
];
