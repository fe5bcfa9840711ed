import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { EMPTY_SECRET } from '../../domain/structures/secret.ts';
import { EngineProcess } from '../../infrastructure/demo/engineProcess.ts';
import { Script } from '../differential/script.ts';
import { fill, look, measure, probe, sessionInput } from '../differential/states/turns.ts';
import { Twin } from '../differential/twin.ts';
import { folder } from '../infrastructure/cli/programs.ts';
import { startEventStoreDbProcess } from '../support/eventStoreDbProcess.ts';
import { SimulatorTarget } from '../support/simulatorTarget.ts';

const NONE = new Uint8Array(0);
const VALUE = new Uint8Array([7, 7]);
const { OWNER, PLATFORM, LOCKOUT } = TPM_RH;

/** A life in parts: between any two of them the engine that serves the TPM is killed. */
type Life = readonly ((script: Script) => void)[];

function init(script: Script): void {
  script.indicate({ type: 'Init' });
}

/** All that a startup may keep or forget, with each of its moments once behind a kill. */
function turnLife(shutdownType: 'CLEAR' | 'STATE' | null, startupType: 'CLEAR' | 'STATE'): Life {
  let contexts: readonly unknown[] = [];
  return [
    init,
    (script) => {
      script.run('Startup', { startupType: 'CLEAR' }, { locality: 3 });
    },
    (script) => {
      contexts = fill(script);
    },
    look,
    (script) => {
      if (shutdownType !== null) script.run('Shutdown', { shutdownType });
    },
    init,
    (script) => {
      const { code } = script.run('Startup', { startupType }, { locality: 3 });
      if (code !== 0) script.run('Startup', { startupType: 'CLEAR' });
    },
    (script) => {
      probe(script, contexts);
    },
    look,
  ];
}

/** Hash sequences of the platform, before Startup and after, with a kill in the midst of them. */
function launchLife(): Life {
  const steps: Life = [
    (script) => {
      script.indicate({ type: 'HashStart' });
      script.indicate({ type: 'HashData', data: new Uint8Array(100).fill(5) });
    },
    (script) => {
      script.indicate({ type: 'HashData', data: new Uint8Array(70).fill(6) });
    },
    (script) => {
      script.indicate({ type: 'HashEnd' });
    },
  ];
  const start: Life = [(script) => script.run('Startup', { startupType: 'CLEAR' })];
  return [init, ...steps, ...start, ...steps, look, measure, look];
}

/** The platform's lines, which stay as they are while power stays on. */
function linesLife(): Life {
  const presence = { auth: PLATFORM, setList: [0x121], clearList: [] };
  const control = { authHandle: PLATFORM, enable: OWNER, state: true };
  return [
    init,
    (script) => {
      script.do('Startup', { startupType: 'CLEAR' });
      script.run('PP_Commands', presence);
      script.indicate({ type: 'PhysicalPresence', isAsserted: true });
    },
    (script) => {
      script.do('PP_Commands', presence);
      script.do('HierarchyControl', control);
      script.indicate({ type: 'PhysicalPresence', isAsserted: false });
    },
    (script) => {
      script.run('HierarchyControl', control);
      script.indicate({ type: 'NvAvailable', isAvailable: false });
    },
    (script) => {
      script.run('Shutdown', { shutdownType: 'CLEAR' });
      script.run('ClearControl', { auth: PLATFORM, disable: true });
      script.run('DictionaryAttackLockReset', { lockHandle: LOCKOUT }, { auths: [VALUE] });
      script.run('GetRandom', { bytesRequested: 8 });
      script.indicate({ type: 'NvAvailable', isAvailable: true });
    },
    (script) => {
      script.do('ClearControl', { auth: PLATFORM, disable: true });
      look(script);
    },
  ];
}

/** Sessions, a policy with an end, a sequence and failed tries, each under way at a kill. */
function sessionLife(): Life {
  let policySession = 0;
  let sequenceHandle = 0;
  let nonceTPM: unknown;
  return [
    (script) => {
      init(script);
      script.do('Startup', { startupType: 'CLEAR' });
      const session = script.do('StartAuthSession', sessionInput('POLICY'));
      policySession = session.handle;
      nonceTPM = session.values['nonceTPM'];
    },
    (script) => {
      const terms = { cpHashA: NONE, policyRef: NONE, expiration: -3600 };
      script.do('PolicySecret', { authHandle: OWNER, policySession, nonceTPM, ...terms });
      const start = { auth: EMPTY_SECRET, hashAlg: 'SHA256' };
      sequenceHandle = script.do('HashSequenceStart', start).handle;
    },
    (script) => {
      script.do('PolicyCommandCode', { policySession, code: 0x15e });
      script.do('SequenceUpdate', { sequenceHandle, buffer: VALUE });
      script.run('DictionaryAttackLockReset', { lockHandle: LOCKOUT }, { auths: [VALUE] });
    },
    (script) => {
      script.do('PolicyGetDigest', { policySession });
      script.do('SequenceComplete', { sequenceHandle, buffer: VALUE, hierarchy: TPM_RH.NULL });
      script.run('DictionaryAttackLockReset', { lockHandle: LOCKOUT });
      look(script);
    },
  ];
}

/** Serves one machine, from one process after the other. */
interface Service {
  /** Kills the process that serves, if one does; gives the port of the next one's endpoint. */
  readonly next: () => Promise<number>;
}

const ENDPOINT = { protocol: 'mssim', listen: 'tcp:127.0.0.1:0' };

async function begin(engine: EngineProcess): Promise<void> {
  await engine.api('POST', '/machines', { name: 'alpha' });
  await engine.api('POST', '/machines/alpha/power', { state: 'on' });
}

async function endpointOf(engine: EngineProcess): Promise<number> {
  const { listen } = await engine.api<{ readonly listen: string }>(
    'POST',
    '/machines/alpha/endpoints',
    ENDPOINT,
  );
  return Number(listen.split(':').at(-1));
}

/** One engine in a folder, which is killed and started again. */
function restarted(): Service {
  let data: string | null = null;
  let engine: EngineProcess | null = null;
  return {
    next: async () => {
      await engine?.kill();
      const isFirst = data === null;
      data ??= join(await folder(), 'data');
      const started = await EngineProcess.start(data);
      onTestFinished(() => started.kill());
      engine = started;
      if (isFirst) await begin(started);
      return endpointOf(started);
    },
  };
}

/** Nodes with the same keys on a shared store: when one is killed, another that waits goes on. */
function takenOver(): Service {
  let nodes: EngineProcess[] | null = null;
  let killed: Promise<void> = Promise.resolve();
  return {
    next: async () => {
      const isFirst = nodes === null;
      nodes ??= await threeNodes();
      if (isFirst) await begin(nodes[0]!);
      else killed = nodes.shift()!.kill();
      await killed;
      return endpointOf(nodes[0]!);
    },
  };
}

async function threeNodes(): Promise<EngineProcess[]> {
  const server = await startEventStoreDbProcess();
  onTestFinished(() => server.kill());
  const place = await folder();
  const nodes: EngineProcess[] = [];
  for (const name of ['a', 'b', 'c']) {
    const data = join(place, name);
    if (name !== 'a') {
      await mkdir(data, { mode: 0o700 });
      await copyFile(join(place, 'a', 'keys.json'), join(data, 'keys.json'));
    }
    const node = await EngineProcess.start(data, '--store', server.url);
    onTestFinished(() => node.kill());
    nodes.push(node);
  }
  return nodes;
}

/** Lives a life here in one go, and there with a kill between its parts: all answers agree. */
async function expectSame(life: Life, service: Service, killsAt: (part: number) => boolean) {
  const script = new Script('default');
  let target: SimulatorTarget | null = null;
  const twin = new Twin({
    send: (request) => target!.send(request),
    setLocality: (locality) => target!.setLocality(locality),
    indicate: (signal) => target!.indicate(signal),
    close: () => Promise.resolve(),
  });
  let done = 0;
  for (const [part, live] of life.entries()) {
    live(script);
    if (target === null || killsAt(part))
      target = await SimulatorTarget.connect(await service.next());
    for (const one of script.sent.slice(done)) {
      if ('signal' in one) await twin.indicate(one.signal);
      else {
        const { code, parting } = await twin.answer(one);
        const what = `part ${part}, ${one.command.name}`;
        expect([what, code, parting]).toEqual([what, one.response.code, null]);
      }
    }
    done = script.sent.length;
  }
}

const LIVES: Readonly<Record<string, Life>> = {
  'TPM Reset': turnLife('CLEAR', 'CLEAR'),
  'TPM Reset after a power cut': turnLife(null, 'CLEAR'),
  'TPM Restart': turnLife('STATE', 'CLEAR'),
  'TPM Resume': turnLife('STATE', 'STATE'),
  'hash sequences': launchLife(),
  'lines of the platform': linesLife(),
  'sessions and sequences under way': sessionLife(),
};

const TIME_MAX_MS = 240_000;

/** All lives where time is not short, else those that say most about a way of killing. */
function lives(...names: readonly string[]): readonly (readonly [name: string, life: Life])[] {
  const isWhole = process.env['STEMMA_INTEROP'] === 'all';
  return Object.entries(LIVES).filter(([name]) => isWhole || names.includes(name));
}

test.each(lives('TPM Resume', 'hash sequences', 'lines of the platform'))(
  '%s: as if nothing had been, when the engine is killed at every step',
  async (_, life) => {
    await expectSame(life, restarted(), () => true);
  },
  TIME_MAX_MS,
);

test.each(lives('TPM Reset after a power cut', 'TPM Restart', 'sessions and sequences under way'))(
  '%s: as if nothing had been, when other nodes take over',
  async (_, life) => {
    const thirds = [1, 2].map((third) => Math.round((third * life.length) / 3));
    await expectSame(life, takenOver(), (part) => thirds.includes(part));
  },
  TIME_MAX_MS,
);
