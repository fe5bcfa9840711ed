import { COMMAND_SIZE_MAX } from '../framing.ts';

/** What the data and the control channel of one endpoint have in common. */
export type Line = {
  /** Locality of commands that bring none: whoever set it last, on either channel. It sticks. */
  locality: number;
  /** Octets of a command at most, as set by SET_BUFFERSIZE. */
  commandSizeMax: number;
  /** Commands whose answer is awaited. */
  inFlight: number;
  /** The cancel signal is asserted for a command in flight. */
  isCancelling: boolean;
};

export function createLine(): Line {
  return { locality: 0, commandSizeMax: COMMAND_SIZE_MAX, inFlight: 0, isCancelling: false };
}
