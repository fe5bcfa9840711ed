import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest } from '../../domain/crypto/hash.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { EngineProcess } from './engineProcess.ts';
import { Story } from './story.ts';

/** How the demo is run: where it keeps what it made, if it is to, and where it writes to. */
export type DemoOptions = {
  /** A folder for the data, which is left behind; null for one that is removed at the end. */
  readonly keep: string | null;
  readonly print: (line: string) => void;
};

const MEASURED_PCR = 7;
const SECRET = 'the key of the disk';
const EXTENDS_BEFORE_KILL = 200;

/**
 * Tells the whole story on an engine of its own, with guests at real sockets. Throws when it fails.
 */
export async function runDemo({ keep, print }: DemoOptions): Promise<void> {
  const data = keep ?? (await mkdtemp(join(tmpdir(), 'stemma-demo-')));
  const engine = await EngineProcess.start(data);
  const story = new Story(engine, print);
  try {
    await theOriginal(story);
    await theClone(story);
    await theHeldClone(story);
    await theWayBack(story);
    await thePowerCut(story);
    await theAccount(story);
    const left = keep === null ? '' : ` What was made is in ${keep}.`;
    story.say(`The whole story took ${story.seconds()} s.${left}`);
  } finally {
    await story.end();
    if (keep === null) await rm(data, { recursive: true, force: true });
  }
}

/** A machine measures its boot, seals a secret, and is remembered as it is. */
async function theOriginal(story: Story): Promise<void> {
  story.chapter('A machine with a TPM');
  await story.create('alpha');
  const guest = await story.enter('alpha');
  await guest.startup();
  for (const stage of ['firmware', 'boot loader', 'kernel']) {
    await guest.extend(MEASURED_PCR, measurement(stage));
  }
  story.say(`alpha booted and measured: PCR ${MEASURED_PCR} is ${short(await story.pcr('alpha'))}`);
  await story.seal('alpha', SECRET);
  story.say(`alpha sealed "${SECRET}" to its storage root key`);
  const { name, counter } = await story.identity('alpha');
  story.say(`its endorsement key is ${short(name)}, its lineage counter ${counter}`);
  await story.engine.api('POST', '/machines/alpha/snapshots', { name: 'golden' });
  story.say('snapshot "golden" is taken');
}

/** A copy keeps what it needs to boot, and is somebody else. */
async function theClone(story: Story): Promise<void> {
  story.chapter('A clone');
  await story.clone('alpha', 'beta');
  await story.enter('beta');
  story.expect((await story.unseal('beta', 'alpha')) === SECRET, 'the clone unseals the secret');
  const [source, clone] = [await story.identity('alpha'), await story.identity('beta')];
  story.expect(clone.name !== source.name, `its endorsement key is another: ${short(clone.name)}`);
  story.expect(
    clone.counter > source.counter,
    `its lineage counter is ${clone.counter}, above the ${source.counter} of its source`,
  );
}

/** Between copying and re-founding a copy can sign as nobody. */
async function theHeldClone(story: Story): Promise<void> {
  story.chapter('A clone that is held before it is re-founded');
  await story.clone('alpha', 'gamma', { hold: true });
  await story.enter('gamma');
  const unsealed = await story.unseal('gamma', 'alpha');
  story.expect(unsealed === SECRET, 'its disks unlock: it unseals the secret');
  const refusal = await story.endorsementRefusal('gamma');
  story.expect(
    refusal === 'TPM_RC_HIERARCHY',
    `the endorsement key of its source is refused: ${refusal}`,
  );
  await story.engine.api('POST', '/machines/gamma/endorse');
  const { name } = await story.identity('gamma');
  story.say(`endorsed, it has an endorsement key of its own: ${short(name)}`);
}

/** Going back does not bring back an identity that has been elsewhere. */
async function theWayBack(story: Story): Promise<void> {
  story.chapter('A rollback');
  const then = await story.pcr('alpha');
  const { name } = await story.identity('alpha');
  await story.guest('alpha').extend(MEASURED_PCR, measurement('a bad update'));
  story.say(
    `alpha measured a bad update: PCR ${MEASURED_PCR} is ${short(await story.pcr('alpha'))}`,
  );
  await story.engine.api('POST', '/machines/alpha/rollbacks', { to: 'golden' });
  await story.enter('alpha');
  const now = await story.pcr('alpha');
  story.expect(now === then, `rolled back to "golden": PCR ${MEASURED_PCR} is ${short(now)} again`);
  const after = await story.identity('alpha');
  story.expect(after.name !== name, `and its endorsement key a new one: ${short(after.name)}`);
}

/** What was acknowledged survives the death of the engine. */
async function thePowerCut(story: Story): Promise<void> {
  story.chapter('A power cut');
  await story.create('delta');
  const guest = await story.enter('delta');
  await guest.startup();
  const before = await extendUntilKilled(story);
  story.say(`the engine was killed with SIGKILL after ${before.acknowledged} extends`);
  await story.restart();
  await story.enter('delta');
  const value = await story.pcr('delta');
  const isThere = value === before.value || value === before.next;
  const inFlight = value === before.next ? ', and the one in flight made it, too' : '';
  story.expect(isThere, `started again: all ${before.acknowledged} are there${inFlight}`);
}

type Extended = { acknowledged: number; value: string; next: string };

/** Extends one after the other; kills the engine while one is on its way. */
async function extendUntilKilled(story: Story): Promise<Extended> {
  const guest = story.guest('delta');
  let value: Uint8Array = new Uint8Array(32);
  for (let acknowledged = 0; ; acknowledged += 1) {
    const measured = measurement(`event ${acknowledged}`);
    const next = digest('SHA256', value, measured);
    const answer = guest.extend(MEASURED_PCR, measured).then(
      () => true,
      () => false,
    );
    if (acknowledged >= EXTENDS_BEFORE_KILL) void story.engine.kill();
    if (!(await answer)) return { acknowledged, value: toHex(value), next: toHex(next) };
    value = next;
  }
}

/** Who descends from whom, and whether every event is as it was written. */
async function theAccount(story: Story): Promise<void> {
  story.chapter('The account');
  for (const line of await story.family('alpha')) story.say(line);
  const verdict = await story.verify();
  story.expect(
    verdict.isRight,
    `all ${verdict.events} events of ${verdict.streams} streams are whole`,
  );
}

function measurement(of: string): Uint8Array {
  return digest('SHA256', new TextEncoder().encode(of));
}

/** The first octets of a value in hexadecimal: enough to tell two apart. */
function short(hex: string): string {
  return `${hex.slice(0, 16)}…`;
}
