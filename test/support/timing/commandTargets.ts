import type { Command } from '../../../domain/commands/command.ts';
import { hierarchyChangeAuth } from '../../../domain/commands/hierarchy/hierarchyChangeAuth.ts';
import { activateCredential } from '../../../domain/commands/object/activateCredential.ts';
import { load } from '../../../domain/commands/object/load.ts';
import { makeCredential } from '../../../domain/commands/object/makeCredential.ts';
import { execute } from '../../../domain/processor/execute.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { toHex } from '../../../domain/structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../../../domain/structures/secret.ts';
import { objectAt } from '../../../domain/tpm/entities.ts';
import { DrivenTpm } from '../drivenTpm.ts';
import { password, requestOctets, type Authorization } from '../generator/request.ts';
import { withChild, withPrimary } from '../objects.ts';
import { randomOctets } from '../randomness.ts';
import { HMAC_SESSION, withSession } from '../sessions.ts';
import { hmacKey } from '../templates.ts';
import { after, circumstances, started } from '../tpms.ts';
import { wrongAt } from './inputs.ts';
import type { Target } from './measurement.ts';

const MAC_SIZE = 32;
const NONE = new Uint8Array(0);
const CIRCUMSTANCES = circumstances();

const OWNER_AUTH = randomOctets(MAC_SIZE).with(MAC_SIZE - 1, 1);

function furnishedTpm() {
  const hierarchy = TPM_RH.OWNER;
  const parent = withPrimary(started());
  const child = withChild(parent.tpm, parent.handle, hmacKey());
  const auth = new Secret(OWNER_AUTH);
  const owned = after(child.tpm, { type: 'HierarchyAuthChanged', hierarchy, auth });
  const sessionKey = new Secret(randomOctets(MAC_SIZE));
  return { child, parent, tpm: withSession(owned, 'HMAC', {}, { sessionKey }) };
}

const { tpm, parent, child } = furnishedTpm();

/**
 * A whole command that is refused since one of 32 octets is wrong, the first or the last of them.
 * They begin at `near`, or where the octets that it holds are found.
 */
function commandTarget(
  name: string,
  command: Command,
  input: Readonly<Record<string, unknown>>,
  authorizations: readonly Authorization[],
  near: Uint8Array | number,
): Target {
  const octets = requestOctets(tpm, command, input, authorizations);
  const at =
    typeof near === 'number' ? near : toHex(octets).indexOf(toHex(near.subarray(0, MAC_SIZE))) / 2;
  return {
    name: `TPM2_${command.name}${name}`,
    classes: ['the first octet wrong', 'the last octet wrong'],
    share: 1,
    repeats: 1,
    prepare: (isSecond) => {
      const request = wrongAt(isSecond ? 'last' : 'first', octets, at, MAC_SIZE);
      return () => toHex(execute(tpm, request, CIRCUMSTANCES).response);
    },
  };
}

const changeAuth = { authHandle: TPM_RH.OWNER, newAuth: EMPTY_SECRET };
const session: Authorization = {
  handle: HMAC_SESSION,
  attributes: 1,
  nonceCaller: new Uint8Array(16),
  auth: OWNER_AUTH,
};
/** Header, handle, size of the sessions; then the session's handle, nonce, attributes and size. */
const HMAC_AT = 10 + 4 + 4 + (4 + 2 + 16 + 1 + 2);

function credentialTarget(): Target {
  const handles = { activateHandle: child.handle, keyHandle: parent.handle };
  const objectName = objectAt(tpm, child.handle).name;
  const given = { handle: parent.handle, credential: randomOctets(MAC_SIZE), objectName };
  const { response } = new DrivenTpm(tpm).do(makeCredential, given);
  const integrity = (response['credentialBlob'] as Uint8Array).subarray(2);
  const passwords = [password(NONE), password(NONE)];
  const input = { ...handles, ...response };
  const target = commandTarget('', activateCredential, input, passwords, integrity);
  return { ...target, share: 1 / 2 };
}

const { inPrivate, inPublic } = child;
const halves = { parentHandle: parent.handle, inPrivate, inPublic };

/** Whole commands, from request to response. */
export const COMMAND_TARGETS: readonly Target[] = [
  commandTarget(
    ' by a password',
    hierarchyChangeAuth,
    changeAuth,
    [password(OWNER_AUTH)],
    OWNER_AUTH,
  ),
  commandTarget(' by an HMAC', hierarchyChangeAuth, changeAuth, [session], HMAC_AT),
  commandTarget('', load, halves, [password(NONE)], inPrivate.subarray(2)),
  credentialTarget(),
];
