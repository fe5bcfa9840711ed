import type { TpmPort } from '../../../domain/engine/tpmPort.ts';
import type { Signal } from '../../../domain/processor/signals.ts';
import { EMPTY, concat, u32 } from '../../../domain/structures/octets.ts';
import {
  COMMAND_SIZE_MAX,
  RC_COMMAND_SIZE,
  enclose,
  localityOf,
  refusal,
  refusalOfFrame,
  tooLarge,
  uint32At,
} from '../framing.ts';
import { ACKNOWLEDGED, acknowledge, goodbye, stop } from './acknowledgement.ts';
import { codeOf, count } from './statistics.ts';
import type { Conversation, Reply } from '../conversation.ts';
import type { Ending } from './acknowledgement.ts';
import type { Statistics } from './statistics.ts';

const PATIENCE_MS = 5_000;

/** The simulator's own buffer; what claims to be larger closes the connection. */
const LENGTH_MAX = 2 ** 20;

const SERVER_VERSION = 1;
/** A platform is there, commands are passed on as they are, physical presence can be asserted. */
const SERVER_FLAGS = 0x1 | 0x4 | 0x8;

const RC_INITIALIZE = 0x100;
const RC_FAILURE = 0x101;

/** What a request of this port can reach. */
type Desk = {
  readonly port: TpmPort;
  readonly statistics: Statistics;
  readonly ending: Ending;
};

/** One request: octets after its code, up to the length of what follows where that varies. */
type Row = {
  readonly size: number;
  /** Octets that may follow; the fixed part then ends with their number. */
  readonly lengthMax?: number;
  readonly answer: (body: Uint8Array, desk: Desk) => Reply | Promise<Reply>;
};

const SEND_COMMAND = 8;

/** The requests of the command port by code; anything else closes the connection. */
const ROWS: Readonly<Record<number, Row | undefined>> = {
  /** SIGNAL_HASH_START */
  5: { size: 0, answer: (_, desk) => signal(desk, { type: 'HashStart' }) },
  /** SIGNAL_HASH_DATA */
  6: {
    size: 4,
    lengthMax: LENGTH_MAX,
    answer: (body, desk) => signal(desk, { type: 'HashData', data: body.slice(4) }),
  },
  /** SIGNAL_HASH_END */
  7: { size: 0, answer: (_, desk) => signal(desk, { type: 'HashEnd' }) },
  /** SEND_COMMAND */
  [SEND_COMMAND]: { size: 5, lengthMax: COMMAND_SIZE_MAX, answer: sendCommand },
  /** REMOTE_HANDSHAKE */
  15: { size: 4, answer: handshake },
  /** SET_ALTERNATIVE_RESULT */
  16: { size: 4, answer: () => ACKNOWLEDGED },
  /** SESSION_END */
  20: { size: 0, answer: () => goodbye },
  /** STOP */
  21: { size: 0, answer: (_, { ending }) => stop(ending) },
};

/** The command port of the Microsoft simulator. */
export function commandConversation(
  port: TpmPort,
  statistics: Statistics,
  ending: Ending,
): Conversation {
  const desk: Desk = { port, statistics, ending };
  return {
    patienceMs: PATIENCE_MS,
    measure,
    answer: (request) => {
      const row = ROWS[uint32At(request, 0)];
      return row === undefined ? goodbye : row.answer(request.subarray(4), desk);
    },
    refuse: (head) => {
      const isCommand = uint32At(head, 0) === SEND_COMMAND;
      if (!isCommand || uint32At(head, 5) > LENGTH_MAX) return goodbye;
      return enclose(refusal(RC_COMMAND_SIZE));
    },
  };
}

function measure(octets: Uint8Array): number {
  if (octets.length < 4) return 0;
  const row = ROWS[uint32At(octets, 0)];
  if (row === undefined) return 4;
  const fixed = 4 + row.size;
  if (row.lengthMax === undefined || octets.length < fixed) return fixed;
  const length = uint32At(octets, fixed - 4);
  return length > row.lengthMax ? tooLarge(fixed + length) : fixed + length;
}

async function signal({ port }: Desk, one: Signal): Promise<Reply> {
  return acknowledge(await port.signal(one));
}

function handshake(body: Uint8Array): Reply {
  if (uint32At(body, 0) === 0) return goodbye;
  return concat(u32(SERVER_VERSION), u32(SERVER_FLAGS), ACKNOWLEDGED);
}

function sendCommand(body: Uint8Array, { port, statistics }: Desk): Reply | Promise<Reply> {
  const command = body.subarray(5);
  const refused = refusalOfFrame(command);
  if (refused !== undefined) return enclose(refused);
  const code = codeOf(command);
  const finish = (response: Uint8Array): Reply | Promise<Reply> => {
    if (isPerhapsOff(response)) return encloseIfPowered(response, port);
    count(statistics, code, command.length, response.length);
    return enclose(response);
  };
  const response = port.execute(command, localityOf(body[0]));
  return response instanceof Uint8Array ? finish(response) : response.then(finish);
}

/** Only with these codes can a TPM without power have answered. */
function isPerhapsOff(response: Uint8Array): boolean {
  const code = uint32At(response, 6);
  return code === RC_FAILURE || code === RC_INITIALIZE;
}

/** The simulator gives an empty response when its power is off. */
async function encloseIfPowered(response: Uint8Array, port: TpmPort): Promise<Reply> {
  const { isPowered } = await port.status();
  return enclose(isPowered ? response : EMPTY);
}
