import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Failure, sentenceOf } from '../../../infrastructure/cli/failure.ts';
import { masked } from '../../../infrastructure/hosting/masked.ts';

describe('the sentence of an error', () => {
  it('is its first line', () => {
    expect(sentenceOf(new Failure('It cannot be.\n    at somewhere'))).toBe('It cannot be.');
    expect(sentenceOf('plain')).toBe('plain');
    expect(sentenceOf(new Error(''))).toBe('An unknown error.');
  });

  it('says in words what the operating system says in codes', () => {
    const read = (): string => {
      try {
        return readFileSync('/nowhere/at/all', 'utf8');
      } catch (error) {
        return sentenceOf(error);
      }
    };
    expect(read()).toBe('/nowhere/at/all: no such file or folder.');
    const inUse = { code: 'EADDRINUSE', address: '127.0.0.1', port: 80 };
    expect(sentenceOf(Object.assign(new Error('listen EADDRINUSE'), inUse))).toBe(
      '127.0.0.1:80 is in use by another program.',
    );
  });

  it('has no credentials of connection strings in it', () => {
    const url = 'esdb+discover://admin:changeit@cluster:2113?tls=true';
    expect(masked(`The store ${url} does not answer.`)).toBe(
      'The store esdb+discover://***@cluster:2113?tls=true does not answer.',
    );
    expect(sentenceOf(new Error(url))).not.toContain('changeit');
    expect(masked('esdb://u:p@ss@host')).toBe('esdb://***@host');
    expect(masked('http://x/a@b and a@b')).toBe('http://x/a@b and a@b');
  });
});
