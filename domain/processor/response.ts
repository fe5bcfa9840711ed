import type { Decision } from '../commands/command.ts';
import { SESSION, has, withBits, withoutBits } from '../structures/attributes.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import { EMPTY } from '../structures/octets.ts';
import type { TpmError } from '../structures/tpmError.ts';
import { Writer } from '../structures/wire.ts';
import type { Circumstances } from '../commands/circumstances.ts';
import { timeAt } from '../tpm/clock.ts';
import { emptyPolicy, type Session } from '../tpm/sessions.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { auditedDigest } from './audit.ts';
import type { Call, Ledger, UsedSession } from './call.ts';
import { encryptParameter } from './parameterEncryption.ts';
import { includesAuth, responseHmac } from './sessionHmac.ts';

const TAG_NO_SESSIONS = 0x8001;
const TAG_SESSIONS = 0x8002;
const HEADER_SIZE = 10;

/** The response to a command that was refused: a header and nothing else. Part 1, 18.3 Response */
export function refusal(error: TpmError): Uint8Array {
  return withHeader(TAG_NO_SESSIONS, error.code, EMPTY);
}

function withHeader(tag: number, code: number, body: Uint8Array): Uint8Array {
  const size = HEADER_SIZE + body.length;
  const response = new Uint8Array(size);
  response[0] = tag >>> 8;
  response[1] = tag;
  for (let i = 0; i < 4; i += 1) {
    response[2 + i] = size >>> (24 - 8 * i);
    response[6 + i] = code >>> (24 - 8 * i);
  }
  response.set(body, HEADER_SIZE);
  return response;
}

/** The parameters of a response, in the clear. */
export function marshalParameters(call: Call, decision: Decision<unknown>): Uint8Array {
  const writer = new Writer();
  const response = decision.response as Readonly<Record<string, unknown>>;
  for (const { name, codec } of call.command.response) codec.marshal(writer, response[name]);
  return writer.toOctets();
}

/** A session's share in a response: the fresh nonce, and whether its HMAC includes authValue. */
type Rolled = {
  readonly used: UsedSession;
  readonly session: Session;
  readonly nonceTPM: Uint8Array;
  readonly isAuthIncluded: boolean;
};

/**
 * What each session of the command was before it: sessions roll their nonces, and whether they
 * include the authorization value is decided by the TPM as it was then.
 */
export function rollSessions(
  before: Tpm,
  call: Call,
  circumstances: Circumstances,
): readonly Rolled[] {
  return call.sessions.flatMap((used) => {
    const { session } = used;
    if (session === null) return [];
    const nonceTPM = circumstances.entropy(session.nonceTPM.length);
    return [
      { used, session, nonceTPM, isAuthIncluded: includesAuth(before, session, used.entity) },
    ];
  });
}

/** The response to a command that succeeded; what its sessions become is recorded on the way. */
export function success(
  before: Tpm,
  ledger: Ledger,
  call: Call,
  decision: Decision<unknown>,
  plain: Uint8Array,
  rolled: readonly Rolled[],
  circumstances: Circumstances,
): Uint8Array {
  if (call.sessions.length === 0 && decision.handle === undefined) {
    return withHeader(TAG_NO_SESSIONS, 0, plain);
  }
  const writer = new Writer();
  if (decision.handle !== undefined) writer.u32(decision.handle);
  if (call.sessions.length === 0) {
    writer.octets(plain);
    return withHeader(TAG_NO_SESSIONS, 0, writer.toOctets());
  }
  const tpm = call.command.isFlushed ? withSpent(before, ledger.tpm) : ledger.tpm;
  const parameters = encryptFirst(tpm, plain, rolled);
  writer.u32(parameters.length);
  writer.octets(parameters);
  for (const used of call.sessions) {
    const roll = rolled.find((candidate) => candidate.used === used);
    if (roll === undefined) writePassword(writer);
    else writeSession(writer, tpm, call, roll, parameters);
  }
  for (const roll of rolled) recordUse(ledger, call, roll, parameters, circumstances);
  return withHeader(TAG_SESSIONS, 0, writer.toOctets());
}

/** The TPM with the objects that the command used up: their values are in the keys still. */
function withSpent(before: Tpm, { objects, ...rest }: Tpm): Tpm {
  const transient = new Map([...before.objects.transient, ...objects.transient]);
  return { ...rest, objects: { ...objects, transient } };
}

/** The first parameter's data is encrypted where a session asks for it. */
function encryptFirst(tpm: Tpm, plain: Uint8Array, rolled: readonly Rolled[]): Uint8Array {
  const roll = rolled.find(({ used }) => has(used.attributes, SESSION.encrypt));
  if (roll === undefined) return plain;
  const { used, session, nonceTPM } = roll;
  const size = ((plain[0] ?? 0) << 8) | (plain[1] ?? 0);
  const nonces = { nonceTPM, nonceCaller: used.nonceCaller };
  const data = plain.subarray(2, 2 + size);
  const encrypted = plain.slice();
  encrypted.set(encryptParameter(tpm, session, used.entity, nonces, data), 2);
  return encrypted;
}

/** The answer to a password: no nonce, continueSession, no HMAC. Part 1, 19.5 Password */
function writePassword(writer: Writer): void {
  writer.u16(0);
  writer.u8(SESSION.continueSession);
  writer.u16(0);
}

function exclusiveness(attributes: number, isExclusive: boolean): number {
  const withOrWithout = isExclusive ? withBits : withoutBits;
  return withOrWithout(attributes, SESSION.auditExclusive);
}

function writeSession(
  writer: Writer,
  tpm: Tpm,
  call: Call,
  { used, session, nonceTPM, isAuthIncluded }: Rolled,
  parameters: Uint8Array,
): void {
  const attributes = has(used.attributes, SESSION.audit)
    ? exclusiveness(used.attributes, tpm.sessions.exclusiveAudit === used.handle)
    : used.attributes;
  const isPassword = session.policy?.authorization === 'password';
  const answer = { parameters, nonceTPM, attributes };
  const mac = isPassword ? EMPTY : responseHmac(tpm, call, used, session, isAuthIncluded, answer);
  writer.u16(nonceTPM.length);
  writer.octets(nonceTPM);
  writer.u8(attributes);
  writer.u16(mac.length);
  writer.octets(mac);
}

/** The session after the command: gone, or with a new nonce, a longer audit, a policy anew. */
function recordUse(
  ledger: Ledger,
  call: Call,
  { used, session, nonceTPM }: Rolled,
  parameters: Uint8Array,
  circumstances: Circumstances,
): void {
  if (!ledger.tpm.sessions.loaded.has(used.handle)) return;
  if (!has(used.attributes, SESSION.continueSession)) {
    ledger.record({ type: 'SessionFlushed', handle: used.handle });
    return;
  }
  const isAudit = has(used.attributes, SESSION.audit);
  // Whatever it was used for: what it collected is spent.
  const isPolicyUsed = session.policy !== null;
  const { clock } = ledger.tpm;
  const started = { startTimeMs: timeAt(clock, circumstances.nowMs), epoch: clock.epoch };
  ledger.record({
    type: 'SessionUsed',
    handle: used.handle,
    nonceTPM,
    ...(isAudit ? { auditDigest: auditedDigest(call, used, session, parameters) } : {}),
    ...(isPolicyUsed ? { policy: emptyPolicy(DIGEST_SIZE[session.authHash]), ...started } : {}),
  });
}
