import { memoryKeyRing } from '../../infrastructure/keys/fileKeyRing.ts';
import { startEngine, type Engine, type EngineParts } from '../../infrastructure/engine.ts';
import { memoryCache } from '../../infrastructure/store/keyValueCache/memoryCache.ts';
import { MemoryStore } from '../../infrastructure/store/memory/memoryStore.ts';
import type { Seat } from '../../domain/engine/seat.ts';
import { fromHex, toHex } from '../../domain/structures/octets.ts';

/** An engine in memory with what it was put together from, for tests that look behind it. */
export type TestEngine = Engine & { readonly parts: EngineParts; readonly errors: unknown[] };

/** An engine in memory; what is given replaces its parts. */
export function testEngine(change: Partial<EngineParts> = {}): TestEngine {
  const errors: unknown[] = [];
  const parts: EngineParts = {
    store: new MemoryStore(),
    blobs: memoryCache(),
    keyRing: memoryKeyRing(),
    report: (error) => errors.push(error),
    ...change,
  };
  return { ...startEngine(parts), parts, errors };
}

/** A machine that is powered on and started, and the seat of its TPM. */
export async function runningMachine(engine: Engine, name: string): Promise<Seat> {
  await engine.orchestrator.create({ name });
  await engine.orchestrator.power(name, 'on');
  const seat = await seatOf(engine, name);
  await send(seat, '80010000000c000001440000');
  return seat;
}

/** The seat of the TPM that a machine runs now. */
export async function seatOf(engine: Engine, name: string): Promise<Seat> {
  const seat = await engine.orchestrator.seatOf(await engine.machines.get(name));
  if (seat === null) throw new Error(`machine ${name} has no TPM`);
  return seat;
}

/** A command in hexadecimal; gives the response likewise. */
export async function send(seat: Seat, command: string, locality = 0): Promise<string> {
  return toHex(await seat.execute(fromHex(command), locality));
}

/** PCR_Extend of PCR 10 in the SHA-256 bank by 32 octets of this value, as a command. */
export function extendCommand(octet: number): string {
  const digest = octet.toString(16).padStart(2, '0').repeat(32);
  const authorization = '00000009400000090000010000';
  return `800200000041000001820000000a${authorization}00000001000b${digest}`;
}

/** PCR_Read of PCR 10 in the SHA-256 bank, as a command. */
export const READ_PCR_10 = '8001000000140000017e00000001000b03000400';
