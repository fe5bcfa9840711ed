import { describe, expect, it } from 'vitest';
import { connectTo } from '../reception/client.ts';
import { extendCommand } from '../../support/engines.ts';
import { TestEngine } from './programs.ts';

const STARTUP = '80010000000c000001440000';
const OK = '80010000000a00000000';
const RETRY = '80010000000a00000922';

type Shown = {
  readonly state: string;
  readonly tpm: { readonly incarnation: string; readonly version: number };
};

describe('the life of a machine by the command line', () => {
  it('shows a machine with the keys that clients rely on', async () => {
    const engine = await TestEngine.start();
    const made = await engine.json('machine', 'create', 'web', '--account', 'shop');
    expect(Object.keys(made)).toEqual(
      expect.arrayContaining(['name', 'account', 'host', 'state', 'tpm', 'snapshots']),
    );
    expect(Object.keys(made['tpm'] as object)).toEqual(
      expect.arrayContaining([
        'incarnation',
        'stream',
        'version',
        'lineage',
        'generation',
        'parent',
        'lineageCounter',
        'lineageRegister',
        'endorsement',
      ]),
    );
    expect(await engine.json('machine', 'show', 'web')).toEqual(made);
    const { stdout } = await engine.run('machine', 'show', 'web');
    expect(stdout).toMatch(/^name +web\naccount +shop\n/);
  });

  it('serves a TPM, remembers it, copies it and goes back', async () => {
    const engine = await TestEngine.start();
    await engine.json('machine', 'create', 'web');
    await engine.json('machine', 'power', 'web', 'on');
    const { listen } = await engine.json<{ listen: string }>(
      ...['endpoint', 'open', 'web', '--protocol', 'swtpm', '--listen', 'tcp:127.0.0.1:0'],
    );
    const guest = await connectTo(listen);
    expect(await guest.ask(STARTUP, 10)).toBe(OK);
    await engine.json('machine', 'snapshot', 'web', 'booted');
    await guest.ask(extendCommand(7), 19);

    await engine.json('machine', 'pause', 'web');
    expect(await guest.ask(extendCommand(7), 10)).toBe(RETRY);
    await engine.json('machine', 'resume', 'web');

    const copy = await engine.json<Shown>(
      'machine',
      'clone',
      'web',
      'copy',
      '--snapshot',
      'booted',
    );
    expect(copy).toMatchObject({ state: 'running', tpm: { generation: 1 } });
    const before = await engine.json<Shown>('machine', 'show', 'web');
    const after = await engine.json<Shown>('machine', 'rollback', 'web', '--to', 'booted');
    expect(after.tpm.incarnation).not.toBe(before.tpm.incarnation);

    const { stdout } = await engine.run('lineage', 'copy');
    expect(stdout.match(/retired|endorsed/g)).toEqual(['retired', 'endorsed', 'endorsed']);
    expect(stdout).toMatch(/^web .*\n├─ \* copy .* clone at 3 .*\n└─ web .* rollback at 3 /);

    // The endpoint leads to the incarnation that the machine runs now: PCR 10 is as it was.
    const pcr = await engine.json<{ pcrs: { banks: { SHA256: string[] } } }>('inspect', 'web');
    expect(pcr.pcrs.banks.SHA256[10]).toBe('00'.repeat(32));
    expect(await guest.ask(extendCommand(7), 19)).toMatch(/^800200000013000000000000/);

    const retired = await engine.json<Shown>('machine', 'retire', 'web');
    expect(retired.state).toBe('retired');
    expect(await guest.receiveAll()).toBe('');
    expect((await engine.json('endpoint', 'list'))['endpoints']).toEqual([]);
    const verdict = await engine.json('verify', '--all');
    expect(verdict).toMatchObject({ isRight: true });
  });

  it('makes and copies many at once, holds copies and ends a hold', async () => {
    const engine = await TestEngine.start();
    const made = await engine.json('machine', 'create', 'n', '--count', '3', '--no-tpm');
    expect(made['machines']).toHaveLength(3);
    await engine.json('machine', 'create', 'gold');
    const held = await engine.json<{ machines: { tpm: { endorsement: { status: string } } }[] }>(
      ...['machine', 'clone', 'gold', 'held', '--count', '2', '--hold'],
    );
    expect(held.machines.map(({ tpm }) => tpm.endorsement.status)).toEqual([
      'disabled',
      'disabled',
    ]);
    const endorsed = await engine.json('machine', 'endorse', 'held-2');
    expect(endorsed).toMatchObject({ tpm: { endorsement: { status: 'enabled' } } });
    const { stdout } = await engine.run('machine', 'list');
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'NAME',
      'gold',
      'held-1',
      'held-2',
      'n-1',
      'n-2',
      'n-3',
      '',
    ]);
  });

  it('closes one endpoint, or all of a machine', async () => {
    const engine = await TestEngine.start();
    await engine.json('machine', 'create', 'web');
    const place = `unix:${engine.data}/tpm`;
    const tcp = ['endpoint', 'open', 'web', '--protocol', 'swtpm', '--listen', 'tcp:127.0.0.1:0'];
    const { id } = await engine.json<{ id: string }>(...tcp);
    await engine.json(...tcp);
    const opened = await engine.json(
      ...['endpoint', 'open', 'web', '--protocol', 'swtpm', '--listen', place],
    );
    expect(opened).toMatchObject({ listen: place, control: `${place}.ctrl` });
    expect(await engine.json('endpoint', 'close', 'web', '--id', id)).toEqual({ closed: 1 });
    const left = await engine.json<{ endpoints: unknown[] }>('endpoint', 'list', 'web');
    expect(left.endpoints).toHaveLength(2);
    expect((await engine.run('endpoint', 'close', 'web')).stdout).toBe(
      'web: closed 2 endpoints.\n',
    );
  });
});
