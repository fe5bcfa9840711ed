import { describe, expect, test } from 'vitest';
import { StoreError, type StoreErrorKind } from '../../../domain/engine/eventStore.ts';
import { MemoryStore } from '../../../infrastructure/store/memory/memoryStore.ts';
import {
  READ_PCR_10,
  extendCommand,
  runningMachine,
  seatOf,
  send,
  testEngine,
} from '../../support/engines.ts';

type Fault = { readonly kind: StoreErrorKind; readonly isWritten: boolean };

/** A store whose next appends fail, with and without having happened. */
class FaultyStore extends MemoryStore {
  readonly faults: Fault[] = [];

  override async append(...append: Parameters<MemoryStore['append']>) {
    const fault = this.faults.shift();
    if (fault === undefined) return super.append(...append);
    if (fault.isWritten) await super.append(...append);
    throw new StoreError(fault.kind, 'The store fails now.');
  }
}

const NV_UNAVAILABLE = '80010000000a00000923';

describe('a seat whose store fails', () => {
  const lost: Fault = { kind: 'unknown-outcome', isWritten: true };
  const unsent: Fault = { kind: 'unknown-outcome', isWritten: false };
  const refused: Fault = { kind: 'unavailable', isWritten: false };

  test.each([[[lost]], [[unsent]], [[unsent, lost, unsent]]])(
    'answers when the events are there at last',
    async (faults) => {
      const store = new FaultyStore();
      const engine = testEngine({ store });
      const seat = await runningMachine(engine, 'alpha');
      store.faults.push(...faults);
      expect(await send(seat, extendCommand(1))).toMatch(/^8002.{8}00000000/);
      const { keyRing } = engine.parts;
      const other = await seatOf(testEngine({ store, keyRing }), 'alpha');
      expect(await send(other, READ_PCR_10)).toBe(await send(seat, READ_PCR_10));
    },
  );

  test.each([[[refused]], [[unsent, refused]], [[lost, refused]], [Array<Fault>(5).fill(lost)]])(
    'refuses when it cannot know, and then answers from what is stored',
    async (faults) => {
      const store = new FaultyStore();
      const engine = testEngine({ store });
      const seat = await runningMachine(engine, 'alpha');
      store.faults.push(...faults);
      expect(await send(seat, extendCommand(1))).toBe(NV_UNAVAILABLE);
      const { keyRing } = engine.parts;
      const other = await seatOf(testEngine({ store, keyRing }), 'alpha');
      expect(await send(seat, READ_PCR_10)).toBe(await send(other, READ_PCR_10));
      expect(await send(seat, extendCommand(2))).toMatch(/^8002.{8}00000000/);
    },
  );
});
