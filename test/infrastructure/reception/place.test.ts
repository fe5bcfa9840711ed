import { describe, expect, it } from 'vitest';
import {
  EndpointError,
  besides,
  isLocal,
  parsePlace,
  resolvePlace,
  showPlace,
} from '../../../infrastructure/reception/place.ts';

describe('a place', () => {
  it.each([
    ['tcp:127.0.0.1:2321', 'tcp:127.0.0.1:2322'],
    ['tcp:[::1]:0', 'tcp:[::1]:1'],
    ['tcp:localhost:2321', 'tcp:localhost:2322'],
    ['unix:/run/tpm', 'unix:/run/tpm.ctrl'],
  ])('%s has %s beside it', (listen, second) => {
    expect(showPlace(parsePlace(listen))).toBe(listen);
    expect(showPlace(besides(parsePlace(listen)))).toBe(second);
  });

  it.each(['', 'tcp:', 'tcp:127.0.0.1', 'tcp::2321', 'tcp:::1:2321', 'udp:127.0.0.1:1', 'unix:'])(
    '"%s" is refused',
    (listen) => {
      expect(() => parsePlace(listen)).toThrow(EndpointError);
      expect(() => parsePlace(listen)).toThrow(/is neither tcp:HOST:PORT nor unix:PATH/);
    },
  );

  it.each(['tcp:127.0.0.1:65535', 'tcp:127.0.0.1:99999'])('%s has no port above', (listen) => {
    expect(() => parsePlace(listen)).toThrow(/leaves no port above it/);
  });

  it('refuses a path whose control socket would not fit', () => {
    expect(parsePlace(`unix:/${'x'.repeat(101)}`).family).toBe('unix');
    expect(() => parsePlace(`unix:/${'x'.repeat(102)}`)).toThrow(/too long/);
  });

  it.each([
    ['tcp:127.0.0.1:1', true],
    ['tcp:127.9.9.9:1', true],
    ['tcp:[::1]:1', true],
    ['tcp:[::ffff:127.0.0.1]:1', true],
    ['unix:/run/tpm', true],
    ['tcp:0.0.0.0:1', false],
    ['tcp:[::]:1', false],
    ['tcp:127.0.0.1.example.org:1', false],
    ['tcp:192.0.2.1:1', false],
  ])('%s is local: %s', (listen, expected) => {
    expect(isLocal(parsePlace(listen))).toBe(expected);
  });

  it('resolves a host name to an address', async () => {
    expect(isLocal(await resolvePlace(parsePlace('tcp:localhost:1')))).toBe(true);
  });

  it('refuses a host name that does not exist', async () => {
    await expect(resolvePlace(parsePlace('tcp:nowhere.invalid:1'))).rejects.toThrow(
      'The host nowhere.invalid is not known.',
    );
  });
});
