import { describe, expect, test } from 'vitest';
import { ed25519PublicKey } from '../../../domain/crypto/ed25519.ts';
import type { EventStore } from '../../../domain/engine/eventStore.ts';
import { tpmStream } from '../../../domain/engine/incarnation.ts';
import { exportHeads, openHeads } from '../../../domain/engine/heads.ts';
import { history } from '../../../domain/engine/history.ts';
import { verifyAll } from '../../../domain/engine/verification.ts';
import { MemoryStore } from '../../../infrastructure/store/memory/memoryStore.ts';
import {
  READ_PCR_10,
  extendCommand,
  runningMachine,
  seatOf,
  send,
  testEngine,
  type TestEngine,
} from '../../support/engines.ts';

async function problems(engine: TestEngine): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { problem } of verifyAll(engine.ports))
    if (problem !== null) found.push(problem);
  return found;
}

/** A copy of a store in which one stream lacks its last events. */
async function cutShort(store: EventStore, cut: string, missing: number): Promise<EventStore> {
  const copy = new MemoryStore();
  for await (const stream of store.streams()) {
    const events = [];
    for await (const event of store.read(stream)) events.push(event);
    await copy.append(stream, 0, stream === cut ? events.slice(0, -missing) : events);
  }
  return copy;
}

describe('orchestrator', () => {
  test('a clone goes on from its source and neither sees what the other does since', async () => {
    const engine = testEngine();
    const source = await runningMachine(engine, 'alpha');
    await send(source, extendCommand(1));
    const before = await send(source, READ_PCR_10);
    await engine.orchestrator.clone('alpha', { name: 'beta' });
    const copy = await seatOf(engine, 'beta');
    expect(await send(copy, READ_PCR_10)).toBe(before);
    await send(source, extendCommand(2));
    expect(await send(copy, READ_PCR_10)).toBe(before);
    await send(copy, extendCommand(3));
    expect(await send(copy, READ_PCR_10)).not.toBe(await send(source, READ_PCR_10));
    expect(await problems(engine)).toEqual([]);
  });

  test('a clone has another endorsement seed, the same storage seed, one count more', async () => {
    const engine = testEngine();
    const source = await (await runningMachine(engine, 'alpha')).capture();
    await engine.orchestrator.clone('alpha', { name: 'beta' });
    const copy = await (await seatOf(engine, 'beta')).capture();
    const seeds = (tpm: typeof source.tpm) => ({
      owner: [...tpm.hierarchies.owner.seed.octets],
      endorsement: [...tpm.hierarchies.endorsement.seed.octets],
    });
    expect(seeds(copy.tpm).owner).toEqual(seeds(source.tpm).owner);
    expect(seeds(copy.tpm).endorsement).not.toEqual(seeds(source.tpm).endorsement);
    expect(copy.tpm.identity.counter).toBe(source.tpm.identity.counter + 1n);
    expect(copy.tpm.identity.register).not.toEqual(source.tpm.identity.register);
  });

  test('a held clone refuses its endorsement hierarchy until it is endorsed', async () => {
    const engine = testEngine();
    await runningMachine(engine, 'alpha');
    await engine.orchestrator.clone('alpha', { name: 'beta', isHeld: true });
    const copy = await seatOf(engine, 'beta');
    const policy = '80020000001d000001294000000b000000094000000900000100000000';
    expect((await send(copy, policy)).slice(12, 20)).toBe('00000185');
    await engine.orchestrator.endorse('beta');
    expect((await send(copy, policy)).slice(12, 20)).not.toBe('00000185');
  });

  test('a rollback goes back, and what it leaves answers no more', async () => {
    const engine = testEngine();
    const abandoned = await runningMachine(engine, 'alpha');
    await send(abandoned, extendCommand(1));
    const then = await send(abandoned, READ_PCR_10);
    await engine.orchestrator.snapshot('alpha', 'clean');
    await send(abandoned, extendCommand(2));
    await engine.orchestrator.rollback('alpha', 'clean');
    expect(await send(await seatOf(engine, 'alpha'), READ_PCR_10)).toBe(then);
    expect(await send(abandoned, READ_PCR_10)).toBe('80010000000a00000101');
    expect(await problems(engine)).toEqual([]);
  });

  test('everything is there again in another engine on the store, without mementos', async () => {
    const engine = testEngine();
    const seat = await runningMachine(engine, 'alpha');
    await send(seat, extendCommand(1));
    await engine.orchestrator.clone('alpha', { name: 'beta' });
    await send(await seatOf(engine, 'beta'), extendCommand(2));
    const { store, keyRing } = engine.parts;
    const again = testEngine({ store, keyRing });
    for (const name of ['alpha', 'beta']) {
      const expected = await send(await seatOf(engine, name), READ_PCR_10);
      expect(await send(await seatOf(again, name), READ_PCR_10)).toBe(expected);
      const [left, right] = [await seatOf(engine, name), await seatOf(again, name)];
      expect((await right.capture()).tpm).toEqual((await left.capture()).tpm);
    }
  });

  test('the history of a fork begins with that of its parent', async () => {
    const engine = testEngine();
    await send(await runningMachine(engine, 'alpha'), extendCommand(1));
    const clone = await engine.orchestrator.clone('alpha', { name: 'beta' });
    const types: string[] = [];
    const versions: number[] = [];
    for await (const entry of history(engine.parts.store, clone.incarnation ?? '')) {
      types.push(entry.fact.type);
      versions.push(entry.version);
    }
    expect(types).toEqual([
      'TpmManufactured',
      'Initialized',
      'StartedUp',
      'PcrExtended',
      'TpmForked',
      'Reendorsed',
      'LineageExtended',
    ]);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('a memento of what the log does not hold is not used', async () => {
    const engine = testEngine();
    const seat = await runningMachine(engine, 'alpha');
    await send(seat, extendCommand(1));
    const then = await send(seat, READ_PCR_10);
    await send(seat, extendCommand(2));
    await engine.close();
    const { store, blobs, keyRing } = engine.parts;
    const older = await cutShort(store, tpmStream(seat.incarnation), 1);
    const again = await seatOf(testEngine({ store: older, blobs, keyRing }), 'alpha');
    expect(await send(again, READ_PCR_10)).toBe(then);
    expect(await send(again, extendCommand(3))).toMatch(/^8002.{8}00000000/);
  });

  test('a name is used once', async () => {
    const engine = testEngine();
    await engine.orchestrator.create({ name: 'alpha', hasTpm: false });
    const again = engine.orchestrator.create({ name: 'alpha' });
    await expect(again).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('a bad name is refused with its field', async () => {
    const refused = testEngine().orchestrator.create({ name: 'Alpha' });
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', field: 'name' });
  });

  test('two engines on one store never lose a command of either', async () => {
    const engine = testEngine();
    const left = await runningMachine(engine, 'alpha');
    const { store, keyRing } = engine.parts;
    const right = await seatOf(testEngine({ store, keyRing }), 'alpha');
    for (let i = 0; i < 20; i += 1) {
      await Promise.all([send(left, extendCommand(i)), send(right, extendCommand(100 + i))]);
    }
    const extends_: number[] = [];
    for await (const { fact } of history(store, left.incarnation)) {
      if (fact.type === 'PcrExtended') extends_.push(1);
    }
    expect(extends_).toHaveLength(40);
    expect(await problems(engine)).toEqual([]);
  });
});

describe('heads', () => {
  test('are signed, and name a history that was cut since', async () => {
    const engine = testEngine();
    const seat = await runningMachine(engine, 'alpha');
    await send(seat, extendCommand(1));
    const { store, keyRing } = engine.parts;
    const { heads, publicKey } = openHeads(await exportHeads(store, keyRing), null);
    expect(publicKey).toEqual(await keyRing.publicKey());
    const cut = new MemoryStore();
    for (const { stream, version } of heads) {
      const kept = [];
      for await (const event of store.read(stream, 1, version - 1)) kept.push(event);
      if (kept.length > 0) await cut.append(stream, 0, kept);
    }
    const found: string[] = [];
    for await (const { problem } of verifyAll({ store: cut, rest: engine.ports.rest }, heads)) {
      if (problem !== null) found.push(problem);
    }
    expect(found).toHaveLength(heads.length);
    expect(found[0]).toMatch(/is cut|is missing/);
  });

  test('that somebody else signed are refused', async () => {
    const engine = testEngine();
    await engine.orchestrator.create({ name: 'alpha' });
    const { store, keyRing } = engine.parts;
    const note = await exportHeads(store, keyRing);
    const other = ed25519PublicKey(new Uint8Array(32));
    expect(() => openHeads(note, other)).toThrow('signature');
    expect(() => openHeads(note.replace(' 1 ', ' 2 '), null)).toThrow('signature');
  });
});
