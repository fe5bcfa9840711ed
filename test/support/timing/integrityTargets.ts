import { equalOctets } from '../../../domain/crypto/constantTime.ts';
import { digest, hmac } from '../../../domain/crypto/hash.ts';
import { TPM_RH } from '../../../domain/structures/handles.ts';
import { concat } from '../../../domain/structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../../../domain/structures/secret.ts';
import { unwrapInner, wrapInner, type InnerKey } from '../../../domain/tpm/duplication.ts';
import { objectAt } from '../../../domain/tpm/entities.ts';
import { objectName } from '../../../domain/tpm/names.ts';
import { privateToSensitive, unwrap, wrap } from '../../../domain/tpm/privateBlob.ts';
import { SAVED_OBJECT, unwrapContext, wrapContext } from '../../../domain/tpm/savedContexts.ts';
import { verifySignature } from '../../../domain/tpm/signing.ts';
import { isTicketGenuine, makeTicket } from '../../../domain/tpm/tickets.ts';
import { outsideHmac } from '../keys.ts';
import { withChild, withPrimary } from '../objects.ts';
import { randomOctets } from '../randomness.ts';
import { hmacKey } from '../templates.ts';
import { started } from '../tpms.ts';
import { answerOf, fixedOrRandom, wrongAt } from './inputs.ts';
import type { Target } from './measurement.ts';

const MAC_SIZE = 32;
/** Where the integrity begins in what is wrapped: behind its size. */
const MAC_AT = 2;

const parent = withPrimary(started());
const child = withChild(parent.tpm, parent.handle, hmacKey());
const { tpm } = child;

/** A comparison of something in which the first octet is wrong, or the last one. */
function firstOrLast(
  name: string,
  right: Uint8Array,
  work: (given: Uint8Array) => unknown,
  repeats = 1,
): Target {
  const size = Math.min(MAC_SIZE, right.length);
  const from = right.length > MAC_SIZE ? MAC_AT : 0;
  return {
    name,
    classes: ['the first octet wrong', 'the last octet wrong'],
    share: 1,
    repeats,
    prepare: (isSecond) => {
      const given = wrongAt(isSecond ? 'last' : 'first', right, from, size);
      return () => answerOf(() => work(given));
    },
  };
}

const SECRET_VALUE = randomOctets(MAC_SIZE);

const equality: readonly Target[] = [
  firstOrLast('equalOctets', SECRET_VALUE, (given) => equalOctets(given, SECRET_VALUE), 8),
  {
    name: 'equalOctets',
    classes: ['the same octets', 'random octets'],
    share: 1,
    repeats: 8,
    prepare: (isSecond) => {
      const given = fixedOrRandom(isSecond, SECRET_VALUE);
      return () => {
        equalOctets(given, SECRET_VALUE);
      };
    },
  },
];

function privateBlob(): Target {
  const object = objectAt(tpm, parent.handle);
  const name = objectName(child.inPublic);
  return firstOrLast('integrity of a private blob', child.inPrivate, (given) =>
    privateToSensitive(object, name, given),
  );
}

function credential(): Target {
  const sym = { algorithm: 'AES', keyBits: 128, mode: 'CFB' } as const;
  const protection = { hashAlg: 'SHA256', sym, seed: randomOctets(32) } as const;
  const name = concat(Uint8Array.of(0, 0x0b), randomOctets(32));
  const blob = wrap(protection, name, randomOctets(34), null);
  return firstOrLast('integrity of a credential', blob, (given) =>
    unwrap(protection, name, given, false),
  );
}

function context(): Target {
  const head = { sequence: 1n, savedHandle: SAVED_OBJECT, hierarchy: TPM_RH.OWNER };
  const blob = wrapContext(tpm, head, randomOctets(300), randomOctets);
  return firstOrLast('integrity of a saved context', blob, (given) =>
    unwrapContext(tpm, head, given),
  );
}

/** Under CFB an octet of the first block that is changed changes itself, and the next block. */
function innerWrapper(): Target {
  const sym = { algorithm: 'AES', keyBits: 128, mode: 'CFB' } as const;
  const inner: InnerKey = { sym, key: randomOctets(16) };
  const sensitive = {
    authValue: EMPTY_SECRET,
    seedValue: new Secret(randomOctets(32)),
    sensitiveType: 'KEYEDHASH',
    sensitive: new Secret(randomOctets(32)),
  } as const;
  const name = concat(Uint8Array.of(0, 0x0b), randomOctets(32));
  const blob = wrapInner(sensitive, name, 'SHA256', inner);
  return firstOrLast('integrity of an inner wrapper', blob, (given) =>
    unwrapInner(given, name, 'SHA256', inner),
  );
}

function ticket(): Target {
  const part = randomOctets(32);
  const right = makeTicket(tpm, 'VERIFIED', TPM_RH.OWNER, part);
  return firstOrLast('ticket', right.digest, (given) =>
    isTicketGenuine(tpm, { ...right, digest: given }, part),
  );
}

function hmacSignature(): Target {
  const key = randomOctets(32);
  const { inPrivate: sensitive, inPublic: publicArea } = outsideHmac(key);
  const object = { ...objectAt(tpm, child.handle), publicArea, sensitive };
  const hashed = digest('SHA256', key);
  return firstOrLast('signature by an HMAC key', hmac('SHA256', key, hashed), (given) => {
    verifySignature(object, hashed, { sigAlg: 'HMAC', hash: 'SHA256', digest: given });
  });
}

/** The comparisons of what the TPM itself has made with what it is given. */
export const INTEGRITY_TARGETS: readonly Target[] = [
  ...equality,
  privateBlob(),
  credential(),
  context(),
  innerWrapper(),
  ticket(),
  hmacSignature(),
];
