import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { connectTo, exchange, opened, until } from '../client.ts';
import { ANSWER, COMMAND, FAILURE, octets } from '../recordingPort.ts';

const PREFIX = '00000008 03 0000000c';
const COMMAND_SIZE = '80010000000a00000142';

/** A command of this size with zeros for a body. */
function commandOf(size: number): string {
  return `8001${size.toString(16).padStart(8, '0')}0000017b${'00'.repeat(size - 10)}`;
}

describe('the data channel of swtpm', () => {
  it('answers a raw command with a raw response, at locality 0', async () => {
    const { endpoint, port } = await opened('swtpm');
    expect(await exchange(endpoint.listen, COMMAND)).toBe(ANSWER);
    expect(port.commands).toEqual([`0:${COMMAND}`]);
  });

  it('answers a prefixed command within its envelope, at the locality of the prefix', async () => {
    const { endpoint, port } = await opened('swtpm');
    expect(await exchange(endpoint.listen, PREFIX + COMMAND)).toBe(`00000016${ANSWER}00000000`);
    expect(port.commands).toEqual([`3:${COMMAND}`]);
  });

  it('keeps the locality of a prefix for later commands, on other connections too', async () => {
    const { endpoint, port } = await opened('swtpm');
    await exchange(endpoint.listen, PREFIX + COMMAND + COMMAND);
    await exchange(endpoint.listen, COMMAND);
    expect(port.commands.map((command) => command.slice(0, 2))).toEqual(['3:', '3:', '3:']);
  });

  it('takes a locality that does not exist for 0', async () => {
    const { endpoint, port } = await opened('swtpm');
    await exchange(endpoint.listen, `00000008 07 0000000c ${COMMAND}`);
    expect(port.commands).toEqual([`0:${COMMAND}`]);
  });

  it('does not mind at which octet commands are split', async () => {
    const { endpoint, port } = await opened('swtpm');
    const client = await connectTo(endpoint.listen);
    const stream = (COMMAND + PREFIX + COMMAND).replaceAll(' ', '');
    for (let at = 2; at < stream.length; at += 2) {
      await client.send(stream.slice(0, at));
      await setImmediate();
      const early = at >= COMMAND.length ? await client.receive(22) : '';
      const late = await client.ask(stream.slice(at), early === '' ? 52 : 30);
      expect(early + late).toBe(`${ANSWER}00000016${ANSWER}00000000`);
    }
    expect(new Set(port.commands.map((command) => command.slice(2)))).toEqual(new Set([COMMAND]));
  });

  it('answers glued commands one after the other, in their order', async () => {
    const { endpoint, port } = await opened('swtpm');
    let running = 0;
    port.respond = async (request) => {
      const octet = request[11] ?? 0;
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      running -= 1;
      return octets(`80010000000b00000000${octet.toString(16).padStart(2, '0')}`);
    };
    const commands = [5, 6, 7].map((octet) => `80010000000c0000017b000${octet}`);
    expect(await exchange(endpoint.listen, commands.join(''))).toBe(
      [5, 6, 7].map((octet) => `80010000000b000000000${octet}`).join(''),
    );
  });

  it('serves a command of 4096 octets and refuses 4097, keeping the connection', async () => {
    const { endpoint, port } = await opened('swtpm');
    const client = await connectTo(endpoint.listen);
    expect(await client.ask(commandOf(4096), 22)).toBe(ANSWER);
    expect(await client.ask(commandOf(4097), 10)).toBe(COMMAND_SIZE);
    expect(await client.ask(COMMAND, 22)).toBe(ANSWER);
    expect(port.commands).toHaveLength(2);
  });

  it('refuses a prefixed command that is too large within the envelope', async () => {
    const { endpoint } = await opened('swtpm');
    const request = `00000008 00 00001001 ${commandOf(4097)}`;
    expect(await exchange(endpoint.listen, request, COMMAND)).toBe(
      `0000000a${COMMAND_SIZE}00000000${ANSWER}`,
    );
  });

  it('refuses and closes when a size is beyond what it will read and throw away', async () => {
    const { endpoint, port } = await opened('swtpm');
    const client = await connectTo(endpoint.listen);
    await client.send('8001ffffffff0000017b0008');
    expect(await client.receiveAll()).toBe(COMMAND_SIZE);
    expect(port.commands).toEqual([]);
  });

  it.each([
    ['8001000000090000017b0008', COMMAND_SIZE],
    [`00000008 00 0000000d ${COMMAND} 00`, `0000000a${COMMAND_SIZE}00000000`],
    ['00000008 00 00000004 80010000', '0000000a80010000000a0000009a00000000'],
    ['00000008 00 00000000', '0000000a80010000000a0000009a00000000'],
  ])('refuses %s, whose sizes do not agree', async (request, response) => {
    const { endpoint, port } = await opened('swtpm');
    const client = await connectTo(endpoint.listen);
    expect(await client.ask(request, response.length / 2)).toBe(response);
    expect(await client.ask(COMMAND, 22)).toBe(ANSWER);
    expect(port.commands).toEqual([`0:${COMMAND}`]);
  });

  it('passes a command with the tag of TPM 1.2 to the TPM', async () => {
    const { endpoint, port } = await opened('swtpm');
    await exchange(endpoint.listen, '00c10000000a00000050');
    expect(port.commands).toEqual(['0:00c10000000a00000050']);
  });

  it('passes on what a TPM without power answers', async () => {
    const { endpoint, port } = await opened('swtpm');
    port.isPowered = false;
    expect(await exchange(endpoint.listen, COMMAND)).toBe(FAILURE);
  });

  it('writes a response in one piece', async () => {
    const { endpoint } = await opened('swtpm');
    const client = await connectTo(endpoint.listen);
    const chunks: number[] = [];
    client.socket.on('data', (chunk: Buffer) => chunks.push(chunk.length));
    await client.ask(PREFIX + COMMAND, 30);
    expect(chunks).toEqual([30]);
  });

  it('ends a cancel with the command that it was meant for', async () => {
    const { endpoint, port } = await opened('swtpm');
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    port.respond = () => promise;
    const client = await connectTo(endpoint.listen);
    await client.send(COMMAND);
    await until(() => port.commands.length === 1);
    expect(await exchange(endpoint.controlListen, '00000009')).toBe('00000000');
    expect(port.signals).toEqual([{ type: 'Cancel', isAsserted: true }]);
    resolve(octets('80010000000a00000909'));
    expect(await client.receive(10)).toBe('80010000000a00000909');
    expect(port.signals).toEqual([
      { type: 'Cancel', isAsserted: true },
      { type: 'Cancel', isAsserted: false },
    ]);
  });
});
