import type { TpmPort } from '../../../domain/engine/tpmPort.ts';
import type { Signal, SignalOutcome } from '../../../domain/processor/signals.ts';
import { concat, u32, u64 } from '../../../domain/structures/octets.ts';
import { COMMAND_SIZE_MAX, tooLarge, uint32At } from '../framing.ts';
import { information } from './information.ts';
import type { Conversation, Reply } from '../conversation.ts';
import type { Line } from './line.ts';

/** As swtpm: a request that stays incomplete so long closes the connection. */
const PATIENCE_MS = 500;

const BUFFER_SIZE_MIN = 2808;
const INFO_PART_SIZE_MAX = 3072;
const LOCALITY_MAX = 4;

const SUCCESS = 0x00;
const BAD_PARAMETER = 0x03;
const FAIL = 0x09;
const BAD_ORDINAL = 0x0a;
const BAD_LOCALITY = 0x3d;

const RESULTS: Readonly<Record<SignalOutcome, number>> = {
  done: SUCCESS,
  notPowered: BAD_ORDINAL,
  badLocality: BAD_LOCALITY,
  unavailable: FAIL,
};

/** What a control command can reach. */
type Desk = {
  readonly port: TpmPort;
  readonly line: Line;
  readonly onShutdown: () => void;
};

/** One control command: the capability bit it stands for, its size, what it does. */
type Row = {
  readonly capability?: number;
  /** Octets of the body, from the whole request as far as it is in hand; 0 while not known. */
  readonly bodySize: number | ((request: Uint8Array) => number);
  readonly bodySizeMax?: number;
  /** The result for a body that is too large. */
  readonly oversize?: number;
  /** Some clients send the locality in an octet, some in a struct with three more. */
  readonly isPadded?: true;
  readonly answer: (body: Uint8Array, desk: Desk) => Reply | Promise<Reply>;
};

/** The prefix on the data channel, which no control command stands for. */
const SEND_COMMAND_HEADER = 15;

const unsupported = (): Reply => u32(BAD_ORDINAL);

/** The control commands of swtpm by code; capabilities derive from here. */
const ROWS: Readonly<Record<number, Row | undefined>> = {
  /** GET_CAPABILITY */
  0x01: { bodySize: 0, answer: () => u64(CAPABILITIES) },
  /** INIT: a power cycle. Its flag concerns a saved volatile state, which does not exist here. */
  0x02: { capability: 0, bodySize: 4, answer: (_, { port }) => signal(port, { type: 'Init' }) },
  /** SHUTDOWN */
  0x03: { capability: 1, bodySize: 0, answer: shutdown },
  /** GET_TPMESTABLISHED */
  0x04: { capability: 2, bodySize: 0, answer: getEstablished },
  /** SET_LOCALITY */
  0x05: { capability: 3, bodySize: 1, isPadded: true, answer: setLocality },
  /** HASH_START */
  0x06: {
    capability: 4,
    bodySize: 0,
    answer: (_, { port }) => signal(port, { type: 'HashStart' }),
  },
  /** HASH_DATA */
  0x07: {
    capability: 4,
    bodySize: (request) => sizedBody(request, 4),
    bodySizeMax: 4 + COMMAND_SIZE_MAX,
    oversize: BAD_PARAMETER,
    answer: (body, { port }) => signal(port, { type: 'HashData', data: body.slice(4) }),
  },
  /** HASH_END */
  0x08: { capability: 4, bodySize: 0, answer: (_, { port }) => signal(port, { type: 'HashEnd' }) },
  /** CANCEL_TPM_CMD */
  0x09: { capability: 5, bodySize: 0, answer: cancel },
  /** STORE_VOLATILE */
  0x0a: { bodySize: 0, answer: unsupported },
  /** RESET_TPMESTABLISHED */
  0x0b: {
    capability: 7,
    bodySize: 1,
    isPadded: true,
    answer: ([locality = 0], { port }) => signal(port, { type: 'EstablishmentReset', locality }),
  },
  /** GET_STATEBLOB */
  0x0c: { bodySize: 12, answer: unsupported },
  /** SET_STATEBLOB */
  0x0d: {
    bodySize: (request) => sizedBody(request, 12),
    bodySizeMax: 12,
    oversize: BAD_ORDINAL,
    answer: unsupported,
  },
  /** STOP */
  0x0e: {
    capability: 10,
    bodySize: 0,
    answer: (_, { port }) => signal(port, { type: 'PowerOff' }),
  },
  /** GET_CONFIG: neither of the keys that swtpm takes as options. */
  0x0f: { capability: 11, bodySize: 0, answer: () => concat(u32(SUCCESS), u32(0)) },
  /** SET_DATAFD */
  0x10: { bodySize: 0, answer: unsupported },
  /** SET_BUFFERSIZE */
  0x11: { capability: 13, bodySize: 4, answer: setBufferSize },
  /** GET_INFO */
  0x12: { capability: 14, bodySize: 16, answer: getInfo },
  /** LOCK_STORAGE: the store arbitrates between writers by itself. */
  0x13: { capability: 16, bodySize: 4, answer: () => u32(SUCCESS) },
};

const CAPABILITIES = Object.values(ROWS).reduce(
  (bits, row) => (row?.capability === undefined ? bits : bits | (1n << BigInt(row.capability))),
  1n << BigInt(SEND_COMMAND_HEADER),
);

/** The control channel of swtpm: u32 command and body; the response begins with a u32 result. */
export function controlConversation(
  port: TpmPort,
  line: Line,
  { onShutdown }: { readonly onShutdown: () => void },
): Conversation {
  const desk: Desk = { port, line, onShutdown };
  let isPaddingDue = false;
  return {
    patienceMs: PATIENCE_MS,
    measure: (octets) => (isPaddingDue && isPadding(octets) ? 3 : measure(octets)),
    answer: (request) => {
      if (isPaddingDue && request.length === 3) {
        isPaddingDue = false;
        return NOTHING;
      }
      const row = ROWS[uint32At(request, 0)];
      isPaddingDue = row?.isPadded === true;
      return row === undefined ? unsupported() : row.answer(request.subarray(4), desk);
    },
    refuse: (head) => {
      isPaddingDue = false;
      return u32(ROWS[uint32At(head, 0)]?.oversize ?? BAD_ORDINAL);
    },
    isRest: (octets) => isPaddingDue && octets.length <= 3 && octets.every((octet) => octet === 0),
  };
}

const NOTHING = new Uint8Array(0);

/** Three zeros are padding when a fourth follows: no command has the code 0. */
function isPadding(octets: Uint8Array): boolean {
  return octets.length >= 4 && uint32At(octets, 0) === 0;
}

function measure(octets: Uint8Array): number {
  if (octets.length < 4) return 0;
  const row = ROWS[uint32At(octets, 0)];
  // No one can say where an unknown command ends; as swtpm, take what is there for it.
  if (row === undefined) return octets.length;
  const { bodySize } = row;
  if (typeof bodySize === 'number') return 4 + bodySize;
  const size = bodySize(octets);
  return size > (row.bodySizeMax ?? size) ? tooLarge(4 + size) : 4 + size;
}

/** The size of a body that has its own length in the u32 which ends its first `fixed` octets. */
function sizedBody(request: Uint8Array, fixed: number): number {
  return request.length < 4 + fixed ? fixed : fixed + uint32At(request, fixed);
}

async function signal(port: TpmPort, one: Signal): Promise<Reply> {
  return u32(RESULTS[await port.signal(one)]);
}

async function shutdown(_: Uint8Array, { port, onShutdown }: Desk): Promise<Reply> {
  const outcome = await port.signal({ type: 'PowerOff' });
  const last = u32(RESULTS[outcome]);
  return outcome === 'unavailable' ? last : { last, afterwards: onShutdown };
}

async function getEstablished(_: Uint8Array, { port }: Desk): Promise<Reply> {
  const { isPowered, isEstablished } = await port.status();
  if (!isPowered) return u32(BAD_ORDINAL);
  return concat(u32(SUCCESS), new Uint8Array([isEstablished ? 1 : 0, 0, 0, 0]));
}

function setLocality([locality = 0]: Uint8Array, { line }: Desk): Reply {
  if (locality > LOCALITY_MAX) return u32(BAD_LOCALITY);
  line.locality = locality;
  return u32(SUCCESS);
}

/** Reaches only a command that is being executed; without one there is nothing to cancel. */
async function cancel(_: Uint8Array, { port, line }: Desk): Promise<Reply> {
  if (line.inFlight > 0) {
    line.isCancelling = true;
    return signal(port, { type: 'Cancel', isAsserted: true });
  }
  const { isPowered } = await port.status();
  return u32(isPowered ? SUCCESS : BAD_ORDINAL);
}

async function setBufferSize(body: Uint8Array, { port, line }: Desk): Promise<Reply> {
  const size = uint32At(body, 0);
  if (size !== 0) {
    const { isPowered } = await port.status();
    if (isPowered) return u32(BAD_ORDINAL);
    line.commandSizeMax = Math.min(Math.max(size, BUFFER_SIZE_MIN), COMMAND_SIZE_MAX);
  }
  const sizes = [line.commandSizeMax, BUFFER_SIZE_MIN, COMMAND_SIZE_MAX];
  return concat(u32(SUCCESS), ...sizes.map(u32));
}

function getInfo(body: Uint8Array): Reply {
  const flags = (BigInt(uint32At(body, 0)) << 32n) | BigInt(uint32At(body, 4));
  const all = information(flags);
  const offset = uint32At(body, 8);
  if (offset >= all.length) return u32(BAD_PARAMETER);
  const part = all.subarray(offset, offset + INFO_PART_SIZE_MAX);
  return concat(u32(SUCCESS), u32(all.length), u32(part.length), part);
}
