import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connectTo, exchange, opened, until } from '../client.ts';
import { COMMAND, toHexOf } from '../recordingPort.ts';
import type { Signal } from '../../../../domain/processor/signals.ts';

const SPECIFICATION = '{"TPMSpecification":{"family":"2.0","level":0,"revision":159}}';

type Case = {
  readonly of: string;
  readonly request: string;
  readonly response: string;
  readonly isPowered?: boolean;
  readonly signals?: readonly Signal[];
};

const HASH_DATA: Signal = { type: 'HashData', data: new Uint8Array([0xaa, 0xbb]) };
const reset = (locality: number): Signal => ({ type: 'EstablishmentReset', locality });

const CASES: readonly Case[] = [
  { of: 'GET_CAPABILITY', request: '00000001', response: '000000000001ecbf' },
  { of: 'INIT', request: '0000000200000000', response: '00000000', signals: [{ type: 'Init' }] },
  { of: 'INIT with a flag', request: '0000000200000001', response: '00000000' },
  { of: 'SHUTDOWN', request: '00000003', response: '00000000', signals: [{ type: 'PowerOff' }] },
  { of: 'GET_TPMESTABLISHED', request: '00000004', response: '0000000000000000' },
  { of: 'GET_TPMESTABLISHED', request: '00000004', response: '0000000a', isPowered: false },
  { of: 'SET_LOCALITY', request: '0000000504', response: '00000000' },
  { of: 'SET_LOCALITY of QEMU', request: '0000000504000000', response: '00000000' },
  { of: 'SET_LOCALITY', request: '0000000505', response: '0000003d' },
  { of: 'SET_LOCALITY', request: '0000000501', response: '00000000', isPowered: false },
  { of: 'HASH_START', request: '00000006', response: '00000000', signals: [{ type: 'HashStart' }] },
  { of: 'HASH_START', request: '00000006', response: '0000000a', isPowered: false },
  { of: 'HASH_DATA', request: '0000000700000002aabb', response: '00000000', signals: [HASH_DATA] },
  { of: 'HASH_DATA', request: '0000000700000002aabb', response: '0000000a', isPowered: false },
  {
    of: 'HASH_DATA of 4097',
    request: `0000000700001001${'00'.repeat(4097)}`,
    response: '00000003',
  },
  { of: 'HASH_END', request: '00000008', response: '00000000', signals: [{ type: 'HashEnd' }] },
  { of: 'HASH_END', request: '00000008', response: '0000000a', isPowered: false },
  { of: 'CANCEL_TPM_CMD', request: '00000009', response: '00000000', signals: [] },
  { of: 'CANCEL_TPM_CMD', request: '00000009', response: '0000000a', isPowered: false },
  { of: 'STORE_VOLATILE', request: '0000000a', response: '0000000a' },
  { of: 'RESET_TPMESTABLISHED', request: '0000000b03', response: '00000000', signals: [reset(3)] },
  { of: 'RESET_TPMESTABLISHED', request: '0000000b04000000', response: '00000000' },
  { of: 'RESET_TPMESTABLISHED', request: '0000000b02', response: '0000003d', signals: [reset(2)] },
  { of: 'RESET_TPMESTABLISHED', request: '0000000b03', response: '0000000a', isPowered: false },
  { of: 'GET_STATEBLOB', request: '0000000c000000010000000200000000', response: '0000000a' },
  {
    of: 'SET_STATEBLOB',
    request: `0000000d000000010000000200000800${'00'.repeat(2048)}`,
    response: '0000000a',
  },
  { of: 'SET_STATEBLOB', request: '0000000d000000010000000200000000', response: '0000000a' },
  { of: 'STOP', request: '0000000e', response: '00000000', signals: [{ type: 'PowerOff' }] },
  { of: 'STOP', request: '0000000e', response: '00000000', isPowered: false },
  { of: 'GET_CONFIG', request: '0000000f', response: '0000000000000000' },
  { of: 'SET_DATAFD', request: '00000010', response: '0000000a' },
  {
    of: 'SET_BUFFERSIZE, asking',
    request: '0000001100000000',
    response: '000000000000100000000af800001000',
  },
  {
    of: 'SET_BUFFERSIZE',
    request: '0000001100000f80',
    response: '0000000000000f8000000af800001000',
    isPowered: false,
  },
  {
    of: 'SET_BUFFERSIZE, too small',
    request: '0000001100000001',
    response: '0000000000000af800000af800001000',
    isPowered: false,
  },
  {
    of: 'SET_BUFFERSIZE, too large',
    request: '0000001100100000',
    response: '000000000000100000000af800001000',
    isPowered: false,
  },
  { of: 'SET_BUFFERSIZE', request: '0000001100000f80', response: '0000000a' },
  {
    of: 'GET_INFO of nothing',
    request: `00000012${'00'.repeat(16)}`,
    response: '0000000000000003000000037b7d00',
  },
  {
    of: 'GET_INFO',
    request: '0000001200000000000000010000000000000000',
    response: `000000000000003f0000003f${toHexOf(SPECIFICATION)}00`,
  },
  {
    of: 'GET_INFO from an offset',
    request: '0000001200000000000000010000003d00000000',
    response: '000000000000003f000000027d00',
  },
  {
    of: 'GET_INFO from behind its end',
    request: '0000001200000000000000010000003f00000000',
    response: '00000003',
  },
  { of: 'LOCK_STORAGE', request: '0000001300000005', response: '00000000' },
  { of: 'an unknown command', request: '00000077', response: '0000000a' },
  { of: 'an unknown command with a body', request: '0000007700112233', response: '0000000a' },
  { of: 'the command 0', request: '00000000', response: '0000000a' },
];

describe('the control channel of swtpm', () => {
  it.each(CASES)('answers $of ($request) with $response', async (one) => {
    const { endpoint, port } = await opened('swtpm');
    port.isPowered = one.isPowered ?? true;
    expect(await exchange(endpoint.controlListen, one.request)).toBe(one.response);
    if (one.signals !== undefined) expect(port.signals).toEqual(one.signals);
  });

  it('tells of the establishment bit', async () => {
    const { endpoint, port } = await opened('swtpm');
    port.isEstablished = true;
    expect(await exchange(endpoint.controlListen, '00000004')).toBe('0000000001000000');
  });

  it('tells of its attributes', async () => {
    const { endpoint } = await opened('swtpm');
    const answer = await exchange(
      endpoint.controlListen,
      `00000012${'0'.repeat(15)}3${'0'.repeat(16)}`,
    );
    const information = Buffer.from(answer.slice(24, -2), 'hex').toString();
    expect(JSON.parse(information)).toEqual({
      ...(JSON.parse(SPECIFICATION) as object),
      TPMAttributes: {
        manufacturer: expect.stringMatching(/^id:[0-9A-F]{8}$/) as string,
        version: expect.stringMatching(/^id:[0-9A-F]{8}$/) as string,
        model: 'Stemma',
      },
    });
  });

  it('answers FAIL when facts could not be made durable', async () => {
    const { endpoint, port } = await opened('swtpm');
    port.outcome = 'unavailable';
    expect(await exchange(endpoint.controlListen, '0000000200000000')).toBe('00000009');
  });

  it('answers each known command at whichever octet it is split', async () => {
    const { endpoint, port } = await opened('swtpm');
    for (const { request, response, isPowered } of CASES) {
      if (request.length > 64 || /^000000(77|00|03)/.test(request)) continue;
      for (let at = 2; at < request.length; at += 2) {
        port.isPowered = isPowered ?? true;
        const answer = await exchange(
          endpoint.controlListen,
          request.slice(0, at),
          request.slice(at),
        );
        expect(answer).toBe(response);
      }
    }
  });

  it('answers glued commands in their order, with and without padded localities', async () => {
    const { endpoint, port } = await opened('swtpm');
    const glued = ['0000000502', '0000000f', '0000000503000000', '00000001', '0000000b04000000'];
    expect(await exchange(endpoint.controlListen, glued.join(''))).toBe(
      ['00000000', '0000000000000000', '00000000', '000000000001ecbf', '00000000'].join(''),
    );
    await exchange(endpoint.listen, COMMAND);
    expect(port.commands).toEqual([`3:${COMMAND}`]);
  });

  it('sets the locality of the data channel', async () => {
    const { endpoint, port } = await opened('swtpm');
    await exchange(endpoint.controlListen, '0000000502');
    await exchange(endpoint.listen, COMMAND);
    await exchange(endpoint.controlListen, '0000000509');
    await exchange(endpoint.listen, COMMAND);
    expect(port.commands).toEqual([`2:${COMMAND}`, `2:${COMMAND}`]);
  });

  it('sets the size of the commands that the data channel takes', async () => {
    const { endpoint, port } = await opened('swtpm');
    port.isPowered = false;
    await exchange(endpoint.controlListen, '0000001100000f80');
    const command = `800100000f810000017b${'00'.repeat(0xf81 - 10)}`;
    expect(await exchange(endpoint.listen, command)).toBe('80010000000a00000142');
  });

  it('asks the owner to end after the answer to SHUTDOWN, and only then', async () => {
    const onShutdown = vi.fn();
    const { endpoint } = await opened('swtpm', { onShutdown });
    await exchange(endpoint.controlListen, '0000000e');
    expect(onShutdown).not.toHaveBeenCalled();
    const client = await connectTo(endpoint.controlListen);
    await client.send('00000003');
    expect(await client.receiveAll()).toBe('00000000');
    expect(onShutdown).toHaveBeenCalledOnce();
  });

  it('stays when the facts of SHUTDOWN could not be made durable', async () => {
    const onShutdown = vi.fn();
    const { endpoint, port } = await opened('swtpm', { onShutdown });
    port.outcome = 'unavailable';
    expect(await exchange(endpoint.controlListen, '00000003')).toBe('00000009');
    expect(onShutdown).not.toHaveBeenCalled();
  });

  it('closes when a request stays incomplete for half a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { endpoint, port } = await opened('swtpm');
    const client = await connectTo(endpoint.controlListen);
    await client.send('0000000200');
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(499);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await client.receiveAll()).toBe('');
    expect(port.signals).toEqual([]);
  });

  it('does not take the padding of a locality for an incomplete request', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { endpoint } = await opened('swtpm');
    const client = await connectTo(endpoint.controlListen);
    expect(await client.ask('0000000502000000', 4)).toBe('00000000');
    expect(vi.getTimerCount()).toBe(0);
    expect(await client.ask('0000000b03000000', 4)).toBe('00000000');
    expect(await client.ask('00000004', 8)).toBe('0000000000000000');
  });
});
