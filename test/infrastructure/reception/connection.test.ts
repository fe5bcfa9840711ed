import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectTo, exchange, opened, until } from './client.ts';
import { ANSWER, COMMAND, octets } from './recordingPort.ts';

/** A port whose commands are answered when the test says so. */
async function openedSlowly() {
  const { endpoint, port } = await opened('swtpm');
  const answers: ((response: Uint8Array) => void)[] = [];
  port.respond = () => new Promise((resolve) => answers.push(resolve));
  const answerAll = (): void => answers.splice(0).forEach((answer) => answer(octets(ANSWER)));
  return { endpoint, port, answers, answerAll };
}

function withFakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

describe('a connection', () => {
  it('has one request in flight and reads on meanwhile', async () => {
    const { endpoint, port, answers, answerAll } = await openedSlowly();
    const client = await connectTo(endpoint.listen);
    await client.send(COMMAND.repeat(3));
    await until(() => answers.length === 1);
    await client.send(COMMAND);
    for (const count of [1, 2, 3, 4]) {
      await until(() => answers.length === 1);
      expect(port.commands).toHaveLength(count);
      answerAll();
      expect(await client.receive(22)).toBe(ANSWER);
    }
  });

  it('takes thousands of requests sent ahead of their answers', async () => {
    const { endpoint, port, answerAll } = await openedSlowly();
    const client = await connectTo(endpoint.listen);
    await client.send(COMMAND.repeat(5000));
    const answered = client.receive(22 * 5000);
    while (port.commands.length < 5000) {
      const count = port.commands.length;
      answerAll();
      await until(() => port.commands.length > count);
    }
    answerAll();
    expect(await answered).toBe(ANSWER.repeat(5000));
  });

  it('lets a command complete whose client has vanished, and serves the next client', async () => {
    const { endpoint, port, answers, answerAll } = await openedSlowly();
    const first = await connectTo(endpoint.listen);
    await first.send(COMMAND + COMMAND);
    await until(() => answers.length === 1);
    await first.vanish();
    const second = await connectTo(endpoint.listen);
    await second.send(COMMAND);
    await until(() => answers.length === 2);
    answerAll();
    expect(await second.receive(22)).toBe(ANSWER);
    expect(port.commands).toHaveLength(2);
  });

  it('answers a client that has closed its side after asking', async () => {
    const { endpoint, answers, answerAll } = await openedSlowly();
    const client = await connectTo(endpoint.listen);
    await client.send(COMMAND);
    client.socket.end();
    await until(() => answers.length === 1);
    answerAll();
    expect(await client.receiveAll()).toBe(ANSWER);
  });

  it('drops an incomplete command after five seconds and serves the next client', async () => {
    withFakeTimers();
    const { endpoint, port } = await opened('swtpm');
    const first = await connectTo(endpoint.listen);
    expect(await first.ask(COMMAND + COMMAND.slice(0, 8), 22)).toBe(ANSWER);
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(4_999);
    expect(vi.getTimerCount()).toBe(1);
    const second = await connectTo(endpoint.listen);
    vi.advanceTimersByTime(1);
    expect(await first.receiveAll()).toBe('');
    expect(await second.ask(COMMAND, 22)).toBe(ANSWER);
    expect(port.commands).toHaveLength(2);
  });

  it('gives no more time to a request that arrives octet by octet', async () => {
    withFakeTimers();
    const { endpoint } = await opened('swtpm');
    const client = await connectTo(endpoint.listen);
    await client.send(COMMAND.slice(0, 2));
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(3_000);
    await client.send(COMMAND.slice(2, 4));
    expect(await exchange(endpoint.controlListen, '0000000f')).toHaveLength(16);
    vi.advanceTimersByTime(2_000);
    expect(await client.receiveAll()).toBe('');
  });

  it('leaves an idle client alone', async () => {
    withFakeTimers();
    const { endpoint } = await opened('swtpm');
    const client = await connectTo(endpoint.listen);
    expect(await client.ask(COMMAND, 22)).toBe(ANSWER);
    expect(vi.getTimerCount()).toBe(0);
    expect(client.hasEnded).toBe(false);
  });

  it('drops a client that does not read its answers', async () => {
    withFakeTimers();
    const { endpoint, port } = await opened('swtpm');
    port.respond = () => new Uint8Array(4096);
    const client = await connectTo(endpoint.listen);
    client.socket.pause();
    const requests = octets(COMMAND.repeat(1000));
    while (vi.getTimerCount() === 0) {
      client.socket.write(requests);
      await until(() => client.socket.writableLength < 1_000_000 || vi.getTimerCount() > 0);
      await new Promise(setImmediate);
    }
    const served = port.commands.length;
    vi.advanceTimersByTime(5_000);
    client.socket.resume();
    await until(() => client.hasEnded);
    expect(port.commands).toHaveLength(served);
  });

  it('drops a client whose request ends in an error, and tells the log', async () => {
    const error = vi.fn();
    const { endpoint, port } = await opened('swtpm', { logger: { debug: vi.fn(), error } });
    const mistake = new Error('a mistake');
    port.respond = () => {
      throw mistake;
    };
    expect(await exchange(endpoint.listen, COMMAND)).toBe('');
    port.respond = () => Promise.reject(mistake);
    expect(await exchange(endpoint.listen, COMMAND)).toBe('');
    expect(error.mock.calls.map(([fields]) => fields as unknown)).toEqual([
      { error: mistake },
      { error: mistake },
    ]);
    port.respond = undefined;
    expect(await exchange(endpoint.listen, COMMAND)).toBe(ANSWER);
  });
});
