import { describe, expect, it } from 'vitest';
import { sealingKey } from '../../../domain/crypto/sealing.ts';
import { link, splitLink, withLink } from '../../../domain/engine/chain.ts';
import { enclose, type Fact } from '../../../domain/engine/envelope.ts';
import type { NewEvent } from '../../../domain/engine/eventStore.ts';
import { history } from '../../../domain/engine/history.ts';
import { loadIncarnation, tpmStream } from '../../../domain/engine/incarnation.ts';
import { machineStream } from '../../../domain/engine/machineLog.ts';
import { verifyStream } from '../../../domain/engine/verification.ts';
import { strangerIn } from '../../../domain/engine/vocabulary.ts';
import { encodeBody } from '../../../domain/engine/body.ts';
import { randomOctets } from '../../support/randomness.ts';
import { memoryCache } from '../../../infrastructure/store/keyValueCache/memoryCache.ts';
import {
  READ_PCR_10,
  extendCommand,
  runningMachine,
  send,
  testEngine,
  type TestEngine,
} from '../../support/engines.ts';
import { generate } from '../../support/generator/generate.ts';

/** TPM_RC_NV_UNAVAILABLE as a response. */
const UNAVAILABLE = '80010000000a00000923';
const OCTETS = new Uint8Array(32);
const NAMED = 'which this version does not know: the TPM can be looked at, but not run.';

/** Facts as a later version may write them, with what this one must say of each. */
const LATER: readonly (readonly [string, Fact & Readonly<Record<string, unknown>>])[] = [
  ['is a MoonPhaseMeasured', { type: 'MoonPhaseMeasured', phase: 3 }],
  [
    '(PcrExtended) names the algorithm SHA3_256',
    { type: 'PcrExtended', pcr: 10, digests: [{ hashAlg: 'SHA3_256', digest: OCTETS }] },
  ],
  [
    '(ObjectLoaded) names the algorithm KYBER',
    { type: 'ObjectLoaded', handle: 1, object: { publicArea: { type: 'KYBER', nameAlg: 'NULL' } } },
  ],
  [
    '(SessionStarted) names the algorithm SM4',
    { type: 'SessionStarted', handle: 1, session: { symmetric: { algorithm: 'SM4' } } },
  ],
  [
    '(ObjectLoaded) names the curve NIST_P1024',
    { type: 'ObjectLoaded', handle: 1, object: { parameters: { curveID: 'NIST_P1024' } } },
  ],
  [
    '(PresenceCommandsSet) names the command 0x1ff',
    { type: 'PresenceCommandsSet', commands: [0x12d, 0x1ff] },
  ],
  [
    '(PcrsAllocated) names the algorithm SHA3_512',
    { type: 'PcrsAllocated', allocation: { SHA1: 1, SHA3_512: 2 } },
  ],
];

/** A running machine to whose TPM another version has appended a fact; nobody has it in memory. */
async function visited(fact: Fact, format?: number) {
  const other = testEngine();
  const seat = await runningMachine(other, 'alpha');
  await send(seat, extendCommand(1));
  await other.orchestrator.snapshot('alpha', 'before');
  const { head, key } = await seat.capture();
  const stream = tpmStream(seat.incarnation);
  const sealer = { key: sealingKey(key), draw: randomOctets };
  const batch = { facts: [fact], atMs: 1_800_000_000_000 };
  const made = enclose(stream, head, batch, sealer, () => crypto.randomUUID());
  const before = { stream, version: head.version + 1, link: head.link };
  const events = format === undefined ? made.events : made.events.map(ofFormat(format, before));
  await other.parts.store.append(stream, head.version, events);
  const { store, keyRing } = other.parts;
  return { engine: testEngine({ store, keyRing }), incarnation: seat.incarnation, stream, head };
}

type Place = { readonly stream: string; readonly version: number; readonly link: string };

/** The event as it is in another format, linked to the one before it. */
function ofFormat(format: number, { stream, version, link: before }: Place) {
  return (event: NewEvent): NewEvent => {
    const own = splitLink(event.metadata)?.metadata ?? '';
    const metadata = own.replace('"format":1', `"format":${format}`);
    return {
      ...event,
      metadata: withLink(metadata, link(before, { ...event, metadata, stream, version })),
    };
  };
}

async function versionOf({ parts }: TestEngine, stream: string): Promise<number> {
  return (await parts.store.last(stream))?.version ?? 0;
}

describe.each(LATER)('a TPM of which an event %s', (what, fact) => {
  it('is not run, and nothing is appended to it; others go on', async () => {
    const { engine, stream, head } = await visited(fact);
    const { orchestrator } = engine;
    const before = [head.version + 1, await versionOf(engine, machineStream('alpha'))];
    for (const change of [
      () => orchestrator.power('alpha', 'off'),
      () => orchestrator.snapshot('alpha', 'now'),
      () => orchestrator.clone('alpha', { name: 'beta' }),
      () => orchestrator.endorse('alpha'),
      () => orchestrator.rollback('alpha', 'before'),
      () => orchestrator.retire('alpha'),
    ]) {
      await expect(change()).rejects.toMatchObject({
        kind: 'too-new',
        message: `Event ${head.version + 1} of stream ${stream} ${what}, ${NAMED}`,
      });
    }
    const after = [
      await versionOf(engine, stream),
      await versionOf(engine, machineStream('alpha')),
    ];
    expect(after).toEqual(before);
    const bystander = await runningMachine(engine, 'gamma');
    expect(await send(bystander, extendCommand(2))).toMatch(/^800200000013 ?00000000/);
  });

  it('can be looked at: its history, its state before, its chain', async () => {
    const { engine, incarnation, stream, head } = await visited(fact);
    const entries = [];
    for await (const entry of history(engine.parts.store, incarnation)) entries.push(entry);
    expect(entries.at(-1)).toMatchObject({ version: head.version + 1, fact });
    const loaded = await loadIncarnation(engine.ports, incarnation, head.version);
    expect(loaded?.head).toEqual(head);
    const verdict = await verifyStream(engine.ports, stream);
    expect(verdict).toEqual({ stream, events: head.version + 1, problem: null });
  });

  it('can be copied as it was before', async () => {
    const { engine } = await visited(fact);
    const copy = { name: 'beta', snapshot: 'before' };
    expect(await engine.orchestrator.clone('alpha', copy)).toMatchObject({ isPoweredOn: true });
  });
});

describe('a later version', () => {
  it('leaves mementos that are not used: they may hold what only it understands', async () => {
    const [, fact] = LATER[0] ?? [];
    if (fact === undefined) throw new Error('there are facts of a later version');
    const { engine, incarnation, head } = await visited(fact);
    const { store, keyRing } = engine.parts;
    const blobs = memoryCache();
    const old = testEngine({ store, keyRing, blobs });
    const loaded = await loadIncarnation(old.ports, incarnation, head.version);
    if (loaded === null) throw new Error('the TPM is there');
    const memento = { shape: 2, version: head.version + 1, vocabulary: '0123456789abcdef' };
    const octets = new TextEncoder().encode(JSON.stringify(memento));
    await blobs.put(`memento/${incarnation}`, octets);
    await expect(loadIncarnation(old.ports, incarnation)).rejects.toMatchObject({
      kind: 'too-new',
    });
  });

  it('writes events of a later format, which are not read', async () => {
    const { engine, incarnation, stream, head } = await visited({ type: 'PoweredOff' }, 2);
    const what = `Event ${head.version + 1} (PoweredOff) of stream ${stream}`;
    const later = {
      kind: 'too-new',
      message: `${what} was written by a later version of Stemma.`,
    };
    await expect(loadIncarnation(engine.ports, incarnation)).rejects.toMatchObject(later);
    const entries = history(engine.parts.store, incarnation);
    for (let version = 1; version <= head.version; version += 1) {
      expect((await entries.next()).value).toMatchObject({ version });
    }
    await expect(entries.next()).rejects.toMatchObject(later);
  });

  it('goes on with a TPM that is in memory here, which then answers nothing any more', async () => {
    const engine = testEngine();
    const seat = await runningMachine(engine, 'alpha');
    const { head, key } = await seat.capture();
    const stream = tpmStream(seat.incarnation);
    const batch = { facts: [{ type: 'MoonPhaseMeasured' }], atMs: 1_800_000_000_000 };
    const sealer = { key: sealingKey(key), draw: randomOctets };
    const { events } = enclose(stream, head, batch, sealer, () => crypto.randomUUID());
    await engine.parts.store.append(stream, head.version, events);
    for (const command of [extendCommand(1), READ_PCR_10, extendCommand(2)]) {
      expect(await send(seat, command)).toBe(UNAVAILABLE);
    }
    expect(await versionOf(engine, stream)).toBe(head.version + 1);
    expect(engine.errors[0]).toMatchObject({ kind: 'too-new' });
  });

  it('changes machines in ways that are not known, which stops them alone', async () => {
    const { engine } = await visited({ type: 'MoonPhaseMeasured' });
    const stream = machineStream('alpha');
    const last = await engine.parts.store.last(stream);
    const link = (JSON.parse(last?.metadata ?? '{}') as { readonly link: string }).link;
    const head = { version: last?.version ?? 0, link };
    const batch = { facts: [{ type: 'MachineTeleported' }], atMs: 1 };
    const { events } = enclose(stream, head, batch, null, () => crypto.randomUUID());
    await engine.parts.store.append(stream, head.version, events);
    const what = `Event ${head.version + 1} of stream ${stream} is a MachineTeleported`;
    await expect(engine.machines.get('alpha')).rejects.toMatchObject({
      kind: 'too-new',
      message: `${what}, which this version does not know.`,
    });
    await runningMachine(engine, 'gamma');
  });
});

it('knows everything in histories of its own', () => {
  for (const { events } of generate(7, 600).steps) {
    for (const { type, ...fields } of events) {
      const { text: data } = encodeBody(fields);
      expect(strangerIn({ data }), `${type}: ${data}`).toBeNull();
    }
  }
});
