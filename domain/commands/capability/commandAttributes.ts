import type { Command } from '../command.ts';

/** TPMA_CC of a command: everything in it follows from the row. Part 2, 8.9 TPMA_CC */
export function commandAttributes(command: Command): number {
  const flags =
    (command.isNv ? 1 << 22 : 0) |
    (command.isExtensive ? 1 << 23 : 0) |
    (command.isFlushed ? 1 << 24 : 0) |
    (command.handles.length << 25) |
    (command.responseHandle === null ? 0 : 1 << 28);
  return (command.code | flags) >>> 0;
}
