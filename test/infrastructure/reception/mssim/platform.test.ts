import { describe, expect, it, vi } from 'vitest';
import { exchange, opened } from '../client.ts';
import { COMMAND } from '../recordingPort.ts';
import type { Signal } from '../../../../domain/processor/signals.ts';

const ACK = '00000000';

type Case = readonly [name: string, request: string, response: string, signals: readonly Signal[]];

const CASES: readonly Case[] = [
  ['POWER_ON', '00000001', ACK, []],
  ['POWER_OFF', '00000002', ACK, [{ type: 'PowerOff' }]],
  ['PHYS_PRES_ON', '00000003', ACK, [{ type: 'PhysicalPresence', isAsserted: true }]],
  ['PHYS_PRES_OFF', '00000004', ACK, [{ type: 'PhysicalPresence', isAsserted: false }]],
  ['CANCEL_ON', '00000009', ACK, [{ type: 'Cancel', isAsserted: true }]],
  ['CANCEL_OFF', '0000000a', ACK, [{ type: 'Cancel', isAsserted: false }]],
  ['NV_ON', '0000000b', ACK, [{ type: 'NvAvailable', isAvailable: true }]],
  ['NV_OFF', '0000000c', ACK, [{ type: 'NvAvailable', isAvailable: false }]],
  ['KEY_CACHE_ON', '0000000d', ACK, []],
  ['KEY_CACHE_OFF', '0000000e', ACK, []],
  ['RESET', '00000011', ACK, [{ type: 'Init' }]],
  ['RESTART', '00000012', ACK, []],
  ['SESSION_END', '00000014', '', []],
  ['ACT_GET_SIGNALED', '0000001a 40000110', `00000000${ACK}`, []],
  ['TEST_FAILURE_MODE', '0000001e', ACK, [{ type: 'FailureMode' }]],
  ['SEND_COMMAND', '00000008', '00000001', []],
  ['an unknown request', '000000ff', '00000001', []],
];

describe('the platform port of the Microsoft simulator', () => {
  it.each(CASES)('answers %s (%s) with "%s"', async (_, request, response, signals) => {
    const { endpoint, port } = await opened('mssim');
    expect(await exchange(endpoint.controlListen, request)).toBe(response);
    expect(port.signals).toEqual(signals);
  });

  it('answers each request at whichever octet it is split, and all of them glued', async () => {
    const { endpoint } = await opened('mssim');
    const answered = CASES.filter(([, , response]) => response.startsWith(ACK));
    for (const [, spaced, response] of answered) {
      const request = spaced.replaceAll(' ', '');
      for (let at = 2; at < request.length; at += 2) {
        const parts = [request.slice(0, at), request.slice(at)];
        expect(await exchange(endpoint.controlListen, ...parts)).toBe(response);
      }
    }
    const glued = answered.map(([, request]) => request).join('');
    const all = answered.map(([, , response]) => response).join('');
    expect(await exchange(endpoint.controlListen, glued)).toBe(all);
  });

  it('applies power only when it is off, and resets only when it is on', async () => {
    const { endpoint, port } = await opened('mssim');
    port.isPowered = false;
    expect(await exchange(endpoint.controlListen, '00000011')).toBe(ACK);
    expect(port.signals).toEqual([]);
    expect(await exchange(endpoint.controlListen, '00000001')).toBe(ACK);
    expect(port.signals).toEqual([{ type: 'Init' }]);
  });

  it('acknowledges what has no effect without power', async () => {
    const { endpoint, port } = await opened('mssim');
    port.isPowered = false;
    expect(await exchange(endpoint.controlListen, '00000003')).toBe(ACK);
  });

  it('declines when facts could not be made durable', async () => {
    const { endpoint, port } = await opened('mssim');
    port.outcome = 'unavailable';
    expect(await exchange(endpoint.controlListen, '00000002')).toBe('00000001');
  });

  it('asks the owner to end at STOP, without an answer', async () => {
    const onShutdown = vi.fn();
    const { endpoint } = await opened('mssim', { onShutdown });
    expect(await exchange(endpoint.controlListen, '00000015')).toBe('');
    expect(onShutdown).toHaveBeenCalledOnce();
  });

  it('tells the largest command and response since it was last asked', async () => {
    const { endpoint } = await opened('mssim');
    await exchange(endpoint.listen, `00000008 00 0000000c ${COMMAND}`);
    const request = '00000019';
    expect(await exchange(endpoint.controlListen, request)).toBe(
      `000000100c0000007b010000160000007b010000${ACK}`,
    );
    expect(await exchange(endpoint.controlListen, request)).toBe(
      `00000010${'00'.repeat(16)}${ACK}`,
    );
  });
});
