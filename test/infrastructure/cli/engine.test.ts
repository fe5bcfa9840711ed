import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTo } from '../reception/client.ts';
import { Running, TestEngine, folder, stemma, stemmaWith } from './programs.ts';

const GET_RANDOM = '80010000000c0000017b0004';
const STARTUP = '80010000000c000001440000';

describe('the engine as a program', () => {
  it('says where it is, and ends when asked to', async () => {
    const { data, running } = await TestEngine.start();
    expect(running.ready).toBe(`ready socket=${data}/stemma.sock store=sqlite:${data}/stemma.db`);
    const { status, log } = await running.end('SIGINT');
    expect(status).toBe(0);
    for (const line of log.trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ level: 'info' });
    }
  });

  it('keeps all that it makes to its owner', async () => {
    const { data } = await TestEngine.start(undefined, '--http', '127.0.0.1:0');
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    for (const name of ['keys.json', 'token', 'stemma.db', 'views.db', 'stemma.sock']) {
      expect((await stat(join(data, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  it('finds machines, endpoints and power again after a restart', async () => {
    const engine = await TestEngine.start();
    await engine.post('/v1/machines', { name: 'web' });
    await engine.post('/v1/machines/web/power', { state: 'on' });
    const { listen, id } = await engine.json<{ listen: string; id: string }>(
      ...['endpoint', 'open', 'web', '--protocol', 'swtpm', '--listen', 'tcp:127.0.0.1:0'],
    );
    await (await connectTo(listen)).ask(STARTUP, 10);
    const shown = await engine.json('machine', 'show', 'web');
    await engine.running.end('SIGKILL');
    const again = await TestEngine.start(engine.data);
    expect(await again.json('machine', 'show', 'web')).toEqual(shown);
    expect(await again.json('endpoint', 'list')).toMatchObject({ endpoints: [{ id, listen }] });
    const guest = await connectTo(listen);
    expect(await guest.ask(GET_RANDOM, 16)).toMatch(/^800100000010000000000004/);
  });

  it('leaves what it serves whole when it is asked to end in the middle of it', async () => {
    const engine = await TestEngine.start();
    await engine.post('/v1/machines', { name: 'web' });
    const { listen } = await engine.json<{ listen: string }>(
      ...['endpoint', 'open', 'web', '--protocol', 'swtpm', '--listen', 'tcp:127.0.0.1:0'],
    );
    const guest = await connectTo(listen);
    const history = ['history', 'web', '--follow', '--json', '--data', engine.data];
    const follower = await Running.start(...history);
    expect(JSON.parse(follower.ready)).toMatchObject({ version: 1, type: 'TpmManufactured' });
    const making = engine.run('machine', 'create', 'n', '--count', '50', '--json');
    await engine.post('/v1/machines/web/power', { state: 'on' });
    const { status, log } = await engine.running.end();
    expect([status, log]).toEqual([0, expect.not.stringContaining('"level":"error"')]);
    await Promise.all([follower.ended(), guest.receiveAll()]);
    const { status: made, stdout } = await making;
    if (made === 0) expect(JSON.parse(stdout)).toHaveProperty('machines');
    const again = await TestEngine.start(engine.data);
    expect(await again.json('verify', '--all')).toMatchObject({ isRight: true });
  });

  it('refuses a folder that another engine holds, and does it no harm', async () => {
    const engine = await TestEngine.start();
    expect(await stemma('serve', '--data', engine.data)).toEqual({
      status: 1,
      stdout: '',
      stderr: `stemma: The data folder ${engine.data} is in use by another engine.\n`,
    });
    const simulator = ['simulator', '--listen', 'tcp:127.0.0.1:0', '--data', engine.data];
    expect((await stemma(...simulator)).status).toBe(1);
    await engine.post('/v1/machines', { name: 'web' });
  });

  it('refuses a folder that is none, a store that is none, and one of another kind', async () => {
    const data = await folder();
    const file = join(data, 'file');
    await writeFile(file, 'not a database, and no folder either');
    const sentences = [
      [['--data', file], /^stemma: The data folder .*file cannot be .*\.\n$/],
      [
        ['--data', join(file, 'in')],
        /^stemma: The data folder .*in cannot be made \(ENOTDIR\)\.\n$/,
      ],
      [['--data', join(data, 'x'.repeat(100))], /^stemma: The path .* is too long for a socket: /],
      [['--data', '/sys'], /^stemma: The data folder \/sys cannot be written to\.\n$/],
      [['--data', data, '--store', 'mongodb://u:hunter2@x'], /^stemma: The store .* is none/],
      [['--data', data, '--store', `sqlite:${file}`], /^stemma: .*file .*\.\n$/],
    ] as const;
    for (const [args, sentence] of sentences) {
      const { status, stderr } = await stemma('serve', ...args);
      expect(status).toBe(1);
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toContain('hunter2');
    }
    expect(await readFile(file, 'utf8')).toBe('not a database, and no folder either');
  });

  it('refuses a port in use, and TCP that others could listen to', async () => {
    const data = await folder();
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    const { port } = holder.address() as { port: number };
    const taken = await stemma('serve', '--data', data, '--http', `127.0.0.1:${port}`);
    expect([taken.status, taken.stdout]).toEqual([1, '']);
    expect(taken.stderr.split('\n').at(-2)).toBe(
      `stemma: 127.0.0.1:${port} is in use by another program.`,
    );
    const open = await stemma('serve', '--data', data, '--http', '0.0.0.0:0');
    expect([open.status, open.stderr]).toEqual([
      1,
      'stemma: --http 0.0.0.0:0 is not loopback: ' +
        'it needs TLS, by --tls-cert FILE and --tls-key FILE.\n',
    ]);
  });

  it('serves other machines when one is damaged, and says so once', async () => {
    const engine = await TestEngine.start();
    const open = ['--protocol', 'swtpm', '--listen', 'tcp:127.0.0.1:0'];
    for (const name of ['good', 'bad']) {
      await engine.post('/v1/machines', { name });
      await engine.json('endpoint', 'open', name, ...open);
    }
    await engine.post('/v1/machines/bad/power', { state: 'on' });
    // Killed, it keeps no memento that would stand for the events before it.
    await engine.running.end('SIGKILL');
    const database = new DatabaseSync(join(engine.data, 'stemma.db'));
    database
      .prepare("UPDATE events SET data = replace(data, 'clockMs', 'clockMz') WHERE type = ?")
      .run('Initialized');
    database.close();
    const again = await TestEngine.start(engine.data);
    const { status, stderr } = await again.run('machine', 'show', 'bad');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^stemma: Event 2 \(Initialized\) of stream tpm-\S+ is damaged: .*\n$/);
    const { endpoints } = await again.json<{ endpoints: { machine: string }[] }>(
      'endpoint',
      'list',
    );
    expect(endpoints.map(({ machine }) => machine)).toEqual(['good']);
    await again.json('machine', 'power', 'good', 'on');
    const { log } = await again.running.end();
    const told = log.split('\n').filter((line) => line.includes('a machine cannot be served'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('"machine":"bad"');
  });
});

describe('the program', () => {
  it('refuses a certificate that is none', async () => {
    const http = ['--http', '0.0.0.0:0', '--tls-cert', 'package.json'];
    expect(await stemma('serve', ...http, '--tls-key', 'package.json')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'stemma: package.json and package.json are not a certificate and its key in PEM.\n',
    });
    const { stderr } = await stemma('serve', ...http, '--tls-key', 'nowhere.pem');
    expect(stderr).toBe('stemma: nowhere.pem: no such file or folder.\n');
  });

  it('says how to start an engine when none answers', async () => {
    const data = join(await folder(), 'data');
    for (const run of [
      await stemma('machine', 'list', '--data', data),
      await stemmaWith({ STEMMA_DATA: data }, 'machine', 'list'),
    ]) {
      expect(run).toEqual({
        status: 1,
        stdout: '',
        stderr: [
          `stemma: No engine answers at ${data}/stemma.sock;`,
          `start it with: stemma serve --data ${data}\n`,
        ].join(' '),
      });
    }
  });

  it('tells its version and its verbs', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await stemma('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    const { stdout } = await stemma('--help');
    for (const verb of ['serve', 'simulator', 'machine', 'endpoint', 'lineage', 'verify', 'demo']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
    }
  });
});

describe('the simulator as a program', () => {
  it('serves one TPM, and finds it again in its folder', async () => {
    const data = join(await folder(), 'tpm');
    const args = [
      'simulator',
      '--listen',
      'tcp:127.0.0.1:0',
      '--protocol',
      'swtpm',
      '--data',
      data,
    ];
    const first = await Running.start(...args);
    const [, protocol, listen = ''] = first.ready.split(' ');
    expect(protocol).toBe('swtpm');
    expect(await (await connectTo(listen)).ask(STARTUP, 10)).toBe('80010000000a00000000');
    expect((await first.end()).status).toBe(0);
    const second = await Running.start(...args);
    const guest = await connectTo(second.ready.split(' ')[2] ?? '');
    expect(await guest.ask(GET_RANDOM, 10)).toBe('80010000000a00000100');
    expect(await guest.ask(STARTUP, 10)).toBe('80010000000a00000000');
  });

  it('ends when a client of the control channel asks it to', async () => {
    const simulator = await Running.start('simulator', '--listen', 'tcp:127.0.0.1:0');
    const control = await connectTo(simulator.ready.split(' ')[3] ?? '');
    const ended = simulator.ended();
    await control.send('00000003');
    expect(await ended).toBe(0);
  });

  it('refuses a place that is none, and leaves nothing running', async () => {
    const { status, stderr } = await stemma('simulator', '--listen', 'tcp:nowhere');
    expect([status, stderr]).toEqual([
      1,
      'stemma: "tcp:nowhere" is neither tcp:HOST:PORT nor unix:PATH.\n',
    ]);
  });
});
