import { COMMANDS } from '../../../domain/commands/index.ts';
import { Reader } from '../../../domain/structures/wire.ts';
import type { Plan, Use } from './plan.ts';

const BY_CODE = new Map(COMMANDS.map((row) => [row.code, row]));
const SESSIONS = 0x8002;

/** What a request is after a mutation: another command perhaps, with other handles or sessions. */
export function replanned(plan: Plan, request: Uint8Array): Plan {
  try {
    const reader = new Reader(request);
    const tag = reader.u16();
    reader.u32();
    const command = BY_CODE.get(reader.u32()) ?? plan.command;
    const handles = command.handles.map(() => reader.u32());
    const uses = tag === SESSIONS ? usesIn(new Reader(reader.octets(reader.u32()))) : [];
    return { ...plan, command, handles, uses, parameters: reader.peekRest() };
  } catch {
    return plan;
  }
}

function usesIn(area: Reader): readonly Use[] {
  const uses: Use[] = [];
  while (area.remaining > 0) {
    const handle = area.u32();
    const nonceCaller = area.octets(area.u16());
    const attributes = area.u8();
    const auth = area.octets(area.u16());
    uses.push({ handle, nonceCaller, attributes, auth, entity: null, session: null });
  }
  return uses;
}
