import { describe, expect, it, vi } from 'vitest';
import { connectTo, exchange, opened } from '../client.ts';
import { ANSWER, COMMAND, FAILURE, octets } from '../recordingPort.ts';
import type { Signal } from '../../../../domain/processor/signals.ts';

const ENVELOPE = '00000008 00 0000000c';
const SERVED = `00000016${ANSWER}00000000`;
const COMMAND_SIZE = '0000000a80010000000a0000014200000000';

describe('the command port of the Microsoft simulator', () => {
  it('answers a command within the envelope, at the locality it brings', async () => {
    const { endpoint, port } = await opened('mssim');
    expect(await exchange(endpoint.listen, `00000008 02 0000000c ${COMMAND}`)).toBe(SERVED);
    expect(await exchange(endpoint.listen, `00000008 09 0000000c ${COMMAND}`)).toBe(SERVED);
    expect(port.commands).toEqual([`2:${COMMAND}`, `0:${COMMAND}`]);
  });

  it('does not mind at which octet a command is split', async () => {
    const { endpoint } = await opened('mssim');
    const client = await connectTo(endpoint.listen);
    const request = (ENVELOPE + COMMAND).replaceAll(' ', '');
    for (let at = 2; at < request.length; at += 2) {
      await client.send(request.slice(0, at));
      expect(await client.ask(request.slice(at), 30)).toBe(SERVED);
    }
  });

  it('serves the small writes of IBM TSS and glued requests', async () => {
    const { endpoint, port } = await opened('mssim');
    const parts = ['00000008', '00', '0000000c', COMMAND];
    expect(await exchange(endpoint.listen, ...parts, parts.join('') + parts.join(''))).toBe(
      SERVED.repeat(3),
    );
    expect(port.commands).toHaveLength(3);
  });

  it('gives an empty response when the power is off', async () => {
    const { endpoint, port } = await opened('mssim');
    port.isPowered = false;
    expect(await exchange(endpoint.listen, ENVELOPE + COMMAND)).toBe('0000000000000000');
  });

  it('passes on the failure of a TPM that has power', async () => {
    const { endpoint, port } = await opened('mssim');
    port.respond = async () => octets(FAILURE);
    expect(await exchange(endpoint.listen, ENVELOPE + COMMAND)).toBe(`0000000a${FAILURE}00000000`);
  });

  it('refuses a command whose size does not agree with the envelope', async () => {
    const { endpoint, port } = await opened('mssim');
    const request = `00000008 00 0000000d ${COMMAND} 00`;
    expect(await exchange(endpoint.listen, request, ENVELOPE + COMMAND)).toBe(
      COMMAND_SIZE + SERVED,
    );
    expect(port.commands).toEqual([`0:${COMMAND}`]);
  });

  it('refuses a command above 4096 octets and closes above a megabyte', async () => {
    const { endpoint, port } = await opened('mssim');
    const client = await connectTo(endpoint.listen);
    expect(await client.ask(`00000008 00 00001001 ${'00'.repeat(4097)}`, 18)).toBe(COMMAND_SIZE);
    expect(await client.ask(`00000008 00 00100000 ${'00'.repeat(2 ** 20)}`, 18)).toBe(COMMAND_SIZE);
    expect(await client.ask(ENVELOPE + COMMAND, 30)).toBe(SERVED);
    await client.send('00000008 00 00100001');
    expect(await client.receiveAll()).toBe('');
    expect(port.commands).toHaveLength(1);
  });

  it('takes a hash sequence, with data up to a megabyte', async () => {
    const { endpoint, port } = await opened('mssim');
    const client = await connectTo(endpoint.listen);
    const data = `00000006 00100000 ${'5a'.repeat(2 ** 20)}`;
    expect(await client.ask(`00000005 ${data} 00000006 00000001 aa 00000007`, 16)).toBe(
      '00000000'.repeat(4),
    );
    const types = port.signals.map(({ type }) => type);
    expect(types).toEqual(['HashStart', 'HashData', 'HashData', 'HashEnd']);
    expect(port.signals[1]).toEqual({ type: 'HashData', data: new Uint8Array(2 ** 20).fill(0x5a) });
    expect(port.signals[2]).toEqual({ type: 'HashData', data: new Uint8Array([0xaa]) });
    await client.send('00000006 00100001');
    expect(await client.receiveAll()).toBe('');
  });

  it('acknowledges a hash sequence that has no effect without power', async () => {
    const { endpoint, port } = await opened('mssim');
    port.isPowered = false;
    expect(await exchange(endpoint.listen, '00000005')).toBe('00000000');
  });

  it('shakes hands with clients that have a version', async () => {
    const { endpoint } = await opened('mssim');
    expect(await exchange(endpoint.listen, '0000000f 00000001')).toBe('000000010000000d00000000');
    expect(await exchange(endpoint.listen, '0000000f 00000000')).toBe('');
  });

  it.each([
    ['SET_ALTERNATIVE_RESULT', '00000010 00000101', '00000000'],
    ['SESSION_END', '00000014', ''],
    ['a request of the platform port', '00000001', ''],
    ['an unknown request', '000000ff', ''],
  ])('answers %s (%s) with "%s"', async (_, request, response) => {
    const { endpoint, port } = await opened('mssim');
    expect(await exchange(endpoint.listen, request)).toBe(response);
    expect(port.signals).toEqual([] satisfies Signal[]);
  });

  it('closes at SESSION_END without an answer, while the client still listens', async () => {
    const { endpoint } = await opened('mssim');
    const client = await connectTo(endpoint.listen);
    expect(await client.ask(ENVELOPE + COMMAND, 30)).toBe(SERVED);
    await client.send('00000014');
    expect(await client.receiveAll()).toBe('');
  });

  it('asks the owner to end at STOP, without an answer', async () => {
    const onShutdown = vi.fn();
    const { endpoint } = await opened('mssim', { onShutdown });
    expect(await exchange(endpoint.listen, '00000015')).toBe('');
    expect(onShutdown).toHaveBeenCalledOnce();
  });
});
