import type { TpmPort } from '../../../domain/engine/tpmPort.ts';
import {
  HEADER_SIZE,
  RC_COMMAND_SIZE,
  enclose,
  localityOf,
  refusal,
  refusalOfFrame,
  tooLarge,
  uint32At,
} from '../framing.ts';
import type { Conversation } from '../conversation.ts';
import type { Line } from './line.ts';

const PATIENCE_MS = 5_000;

/** TPM2_SEND_COMMAND: a command with its locality, the only signal this channel knows. */
const SEND_COMMAND = 8;
/** SEND_COMMAND, locality, size. */
const PREFIX_SIZE = 9;

/**
 * The data channel of swtpm: raw commands and responses. A command may have the prefix u32 8,
 * u8 locality, u32 size; its response then stands between its size and a u32 0.
 */
export function dataConversation(port: TpmPort, line: Line): Conversation {
  return {
    patienceMs: PATIENCE_MS,
    measure: (octets) => measure(octets, line.commandSizeMax),
    answer: (request) => {
      if (isPrefixed(request)) return answerPrefixed(request, port, line);
      return refusalOfFrame(request) ?? execute(request, port, line);
    },
    refuse: (head) => {
      const response = refusal(RC_COMMAND_SIZE);
      return isPrefixed(head) ? enclose(response) : response;
    },
  };
}

function measure(octets: Uint8Array, commandSizeMax: number): number {
  if (octets.length < PREFIX_SIZE) return 0;
  if (isPrefixed(octets)) {
    const size = uint32At(octets, 5);
    return size > commandSizeMax ? tooLarge(PREFIX_SIZE + size) : PREFIX_SIZE + size;
  }
  if (octets.length < HEADER_SIZE) return 0;
  const size = uint32At(octets, 2);
  // No one can say where such a command ends; as swtpm, take what is there for it.
  if (size < HEADER_SIZE) return octets.length;
  return size > commandSizeMax ? tooLarge(size) : size;
}

function isPrefixed(octets: Uint8Array): boolean {
  return octets[0] === 0 && uint32At(octets, 0) === SEND_COMMAND;
}

function answerPrefixed(
  request: Uint8Array,
  port: TpmPort,
  line: Line,
): Uint8Array | Promise<Uint8Array> {
  line.locality = localityOf(request[4]);
  const command = request.subarray(PREFIX_SIZE);
  const response = refusalOfFrame(command) ?? execute(command, port, line);
  return response instanceof Uint8Array ? enclose(response) : response.then(enclose);
}

function execute(command: Uint8Array, port: TpmPort, line: Line): Uint8Array | Promise<Uint8Array> {
  const response = port.execute(command, line.locality);
  return response instanceof Uint8Array ? response : whileInFlight(response, port, line);
}

/** A cancel ends with the command it was meant for: the next one must not be cancelled by it. */
async function whileInFlight(
  response: Promise<Uint8Array>,
  port: TpmPort,
  line: Line,
): Promise<Uint8Array> {
  line.inFlight += 1;
  try {
    return await response;
  } finally {
    line.inFlight -= 1;
    if (line.isCancelling) {
      line.isCancelling = false;
      await port.signal({ type: 'Cancel', isAsserted: false });
    }
  }
}
