import { isAudited } from '../commands/auditedCommands.ts';
import type { Circumstances } from '../commands/circumstances.ts';
import { hasCommand, type Command, type Decision } from '../commands/command.ts';
import { COMMANDS } from '../commands/index.ts';
import { SESSION, has } from '../structures/attributes.ts';
import { TAGS } from '../structures/base.ts';
import { TPM_HC, TPM_HT, handleType } from '../structures/handles.ts';
import { concat } from '../structures/octets.ts';
import { TpmError, positioned, refuse } from '../structures/tpmError.ts';
import { Reader } from '../structures/wire.ts';
import { requireEntity } from '../tpm/entities.ts';
import type { TpmEvent } from '../tpm/evolve.ts';
import { PROFILES } from '../tpm/profile.ts';
import type { Tpm } from '../tpm/tpm.ts';
import { recordCommandAudit, recordExclusive } from './audit.ts';
import { authorize } from './authorize.ts';
import { Ledger, namesOf, type Call } from './call.ts';
import { isPersistentFact } from './persistence.ts';
import { decryptParameter } from './parameterEncryption.ts';
import { marshalParameters, refusal, rollSessions, success } from './response.ts';
import { readSessions, requireEnough } from './sessionArea.ts';

const HEADER_SIZE = 10;
const TAG_NO_SESSIONS = 0x8001;
const TAG_SESSIONS = 0x8002;

const BY_CODE: ReadonlyMap<number, Command> = new Map(COMMANDS.map((row) => [row.code, row]));

/** What became of a request: its facts, the response, and the TPM after the facts. */
export type Outcome = {
  readonly events: readonly TpmEvent[];
  readonly response: Uint8Array;
  readonly tpm: Tpm;
};

/**
 * Decides one request, whatever its octets. The first check that fails ends it with one response
 * code; what a refused command leaves behind (a counted try) is kept.
 *
 * Throws KeyWanted when an RSA key must be made first; nothing has happened then.
 * Part 1, 18 Command/Response Structure
 */
export function execute(tpm: Tpm, octets: Uint8Array, circumstances: Circumstances): Outcome {
  const ledger = new Ledger(tpm);
  try {
    const response = perform(ledger, octets, circumstances);
    return { events: ledger.events, response, tpm: ledger.tpm };
  } catch (error) {
    if (!(error instanceof TpmError)) throw error;
    return { events: ledger.events, response: refusal(error), tpm: ledger.tpm };
  }
}

function perform(ledger: Ledger, octets: Uint8Array, circumstances: Circumstances): Uint8Array {
  const { launch, phase } = ledger.tpm.lifecycle;
  if (launch !== null && phase !== 'failed') ledger.record({ type: 'LaunchAbandoned' });
  const { command, hasSessions, reader } = readHeader(ledger.tpm, octets);
  const call = readCall(ledger.tpm, command, hasSessions, reader);
  authorize(ledger, call, circumstances);
  const input = readInput(ledger.tpm, call);
  const before = ledger.tpm;
  const rolled = rollSessions(before, call, circumstances);
  const decision = command.decide(input, before, circumstances);
  recordDecision(ledger, decision);
  const parameters = marshalParameters(call, decision);
  if (isAudited(before.audit, call.command)) recordCommandAudit(ledger, before, call, parameters);
  recordExclusive(ledger, call);
  return success(before, ledger, call, decision, parameters, rolled, circumstances);
}

/** Header, then mode: before Startup and in failure mode few commands are answered. */
function readHeader(
  tpm: Tpm,
  octets: Uint8Array,
): { readonly command: Command; readonly hasSessions: boolean; readonly reader: Reader } {
  if (octets.length < HEADER_SIZE) refuse('COMMAND_SIZE');
  const reader = new Reader(octets);
  const tag = reader.u16();
  if (!TAGS.includes(tag)) refuse('VALUE');
  if (tag !== TAG_NO_SESSIONS && tag !== TAG_SESSIONS) refuse('BAD_TAG');
  if (reader.u32() !== octets.length) refuse('COMMAND_SIZE');
  const command = BY_CODE.get(reader.u32()) ?? refuse('COMMAND_CODE');
  if (!hasCommand(tpm, command)) refuse('COMMAND_CODE');
  const { phase } = tpm.lifecycle;
  if (phase === 'off') refuse('FAILURE');
  if (phase === 'failed' && !command.isAllowedInFailureMode) refuse('FAILURE');
  if ((phase === 'initialized') !== command.isOnlyBeforeStartup) refuse('INITIALIZE');
  return { command, hasSessions: tag === TAG_SESSIONS, reader };
}

/** Handles, all read before any is looked up, then sessions. */
function readCall(tpm: Tpm, command: Command, hasSessions: boolean, reader: Reader): Call {
  const handles = command.handles.map(({ codec }, i) =>
    positioned({ handle: i + 1 }, () => inRange(tpm, codec.unmarshal(reader))),
  );
  handles.forEach((handle, i) => {
    requirePresent(tpm, handle, i + 1);
  });
  if (!hasSessions) requireEnough(command.handles, 0);
  const sessions = hasSessions ? readSessions(tpm, command, handles, reader) : [];
  // A password says nothing of the Names: they are worked out for those who do.
  const isHashed = sessions.some(({ session }) => session !== null);
  const isNamed = isHashed || tpm.audit.commands.includes(command.code);
  const names = isNamed ? namesOf(tpm, handles) : [];
  return { command, handles, names, sessions, parameters: reader.peekRest() };
}

/** A handle with a number that there can be; VALUE for transient ones beyond the slots. */
function inRange({ profile }: Tpm, handle: number): number {
  const isTransient = handleType(handle) === TPM_HT.TRANSIENT;
  const slot = handle - TPM_HC.TRANSIENT_FIRST;
  return isTransient && slot >= PROFILES[profile].transientSlots ? refuse('VALUE') : handle;
}

function requirePresent(tpm: Tpm, handle: number, number: number): void {
  positioned({ handle: number }, () => {
    requireEntity(tpm, handle);
  });
}

/** The handles and parameters by name; nothing may be left over. */
function readInput(tpm: Tpm, call: Call): Readonly<Record<string, unknown>> {
  const input: Record<string, unknown> = {};
  call.command.handles.forEach(({ name }, i) => {
    input[name] = call.handles[i];
  });
  const octets = clearParameters(tpm, call);
  const reader = new Reader(octets, 0, octets.length, PROFILES[tpm.profile].withheld);
  call.command.parameters.forEach(({ name, codec }, i) => {
    input[name] = positioned({ parameter: i + 1 }, () => {
      const value = codec.unmarshal(reader);
      return codec.name === 'TPMI_DH_CONTEXT' ? inRange(tpm, value as number) : value;
    });
  });
  if (reader.remaining > 0) refuse('SIZE');
  return input;
}

/** The parameter area with its first parameter's data decrypted where a session says so. */
function clearParameters(tpm: Tpm, call: Call): Uint8Array {
  const used = call.sessions.find(({ attributes }) => has(attributes, SESSION.decrypt));
  if (!used?.session) return call.parameters;
  const { session, entity, nonceCaller } = used;
  const reader = new Reader(call.parameters);
  // It is the session that cannot decrypt what is cut short.
  const position = { session: used.number };
  const size = positioned(position, () => reader.u16());
  const data = size > reader.remaining ? refuse('SIZE', position) : reader.octets(size);
  const clear = decryptParameter(tpm, session, entity, nonceCaller, data);
  return concat(call.parameters.subarray(0, 2), clear, reader.peekRest());
}

/** The facts of a decision; none that must persist while the platform keeps NV memory away. */
function recordDecision(ledger: Ledger, { events }: Decision<unknown>): void {
  const { tpm } = ledger;
  const isKept = (event: TpmEvent): boolean => isPersistentFact(tpm, event);
  if (!tpm.lifecycle.isNvAvailable && events.some(isKept)) refuse('NV_UNAVAILABLE');
  for (const event of events) ledger.record(event);
}
