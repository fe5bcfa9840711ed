import { uint32At } from '../framing.ts';

/** The largest command and the largest response so far, as the simulator counts them. */
export type Statistics = {
  largestCommandSize: number;
  largestCommand: number;
  largestResponseSize: number;
  largestResponse: number;
};

export function createStatistics(): Statistics {
  return { largestCommandSize: 0, largestCommand: 0, largestResponseSize: 0, largestResponse: 0 };
}

export function count(statistics: Statistics, code: number, sent: number, received: number): void {
  if (sent > statistics.largestCommandSize) {
    statistics.largestCommandSize = sent;
    statistics.largestCommand = code;
  }
  if (received > statistics.largestResponseSize) {
    statistics.largestResponseSize = received;
    statistics.largestResponse = code;
  }
}

/** The commandCode of a whole command. */
export function codeOf(command: Uint8Array): number {
  return uint32At(command, 6);
}

/** The four numbers as a simulator on a PC sends them, least significant octet first; then zero. */
export function takeStatistics(statistics: Statistics): Uint8Array {
  const { largestCommandSize, largestCommand, largestResponseSize, largestResponse } = statistics;
  const numbers = [largestCommandSize, largestCommand, largestResponseSize, largestResponse];
  const octets = new Uint8Array(16);
  const view = new DataView(octets.buffer);
  numbers.forEach((number, index) => view.setUint32(4 * index, number, true));
  Object.assign(statistics, createStatistics());
  return octets;
}
