import { expect, it, onTestFinished } from 'vitest';
import type { KeyRequest } from '../../../domain/commands/circumstances.ts';
import { toHex } from '../../../domain/structures/octets.ts';
import { Secret } from '../../../domain/structures/secret.ts';
import { RsaKeyFactory } from '../../../infrastructure/keys/rsaKeyFactory.ts';
import { RsaWorkers, type Urgency } from '../../../infrastructure/keys/rsaWorkers.ts';

const random: KeyRequest = { kind: 'random', bits: 2048, exponent: 65537 };

function derived(octet: number): KeyRequest {
  const seed = new Secret(new Uint8Array(32).fill(octet));
  return { ...random, kind: 'derived', seed, label: 'test', context: new Uint8Array(4) };
}

function keyFactory(): RsaKeyFactory {
  const factory = new RsaKeyFactory();
  onTestFinished(() => factory.close());
  return factory;
}

it('derives the same key every time, and another one from another seed', async () => {
  const factory = keyFactory();
  const made = await Promise.all([1, 1, 2].map((octet) => factory.make(derived(octet))));
  const [first, again, other] = made.map(({ p, q }) => `${toHex(p.octets)} ${toHex(q.octets)}`);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

it('has random keys ready once one was asked for, and gives each away once', async () => {
  const factory = keyFactory();
  expect(factory.take(random)).toBeNull();
  const taken: string[] = [];
  await expect
    .poll(
      () => {
        const primes = factory.take(random);
        if (primes !== null) taken.push(toHex(primes.p.octets));
        return taken.length;
      },
      { timeout: 25_000 },
    )
    .toBe(4);
  expect(new Set(taken).size).toBe(4);
});

it('makes keys that are waited for before those for the stock', async () => {
  const workers = new RsaWorkers();
  onTestFinished(() => workers.close());
  const done: string[] = [];
  const make = (request: KeyRequest, urgency: Urgency) =>
    workers.make(request, urgency).then(() => done.push(urgency));
  const stock = [1, 2, 3].map(() => make(random, 'stock'));
  const awaited = [1, 2, 3].map((octet) => make(derived(octet), 'awaited'));
  await Promise.all([...stock, ...awaited]);
  // The second one for the stock is not begun before all others are, and one of those may last.
  const second = done.indexOf('stock', done.indexOf('stock') + 1);
  expect(done.slice(0, second).filter((urgency) => urgency === 'awaited').length).toBeGreaterThan(
    1,
  );
});

it('makes no key for somebody who has gone', async () => {
  const factory = keyFactory();
  const gone = new AbortController();
  const busy = [1, 2].map((octet) => factory.make(derived(octet)));
  const never = factory.make(derived(3), gone.signal);
  gone.abort();
  await expect(never).rejects.toThrow('nobody waits for the key any more');
  await Promise.all(busy);
  await expect(factory.make(random, gone.signal)).rejects.toThrow('nobody waits for the key');
});

it('refuses what is asked of it once it is closed, and what it had not finished', async () => {
  const factory = new RsaKeyFactory();
  const unfinished = factory.make(derived(1));
  const refused = expect(unfinished).rejects.toThrow('the key factory is closed');
  await factory.close();
  await refused;
  await expect(factory.make(random)).rejects.toThrow('the key factory is closed');
});
