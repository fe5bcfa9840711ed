import { describe, expect, it } from 'vitest';
import { getRandom } from '../../../../domain/commands/random/getRandom.ts';
import { stirRandom } from '../../../../domain/commands/random/stirRandom.ts';
import { ascii } from '../../../../domain/structures/octets.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { started } from '../../../support/tpms.ts';

const entropy = (count: number): Uint8Array => new Uint8Array(count).fill(0x5a);
const stir = (tpm: Tpm, text: string): Tpm =>
  given(tpm).when(stirRandom, { inData: new Secret(ascii(text)) }).tpm;
const random = (tpm: Tpm, bytesRequested: number): Uint8Array =>
  given(tpm).when(getRandom, { bytesRequested }, { entropy }).response['randomBytes'] as Uint8Array;

describe('getRandom', () => {
  it('gives what was drawn, at most 64 octets', () => {
    expect(random(started(), 8)).toEqual(entropy(8));
    expect(random(started(), 65_535)).toEqual(entropy(64));
    expect(random(started(), 0)).toHaveLength(0);
  });
});

describe('stirRandom', () => {
  it('changes what comes out, by everything that was ever stirred in', () => {
    const tpm = started();
    const one = stir(tpm, 'one');
    const outputs = [tpm, one, stir(one, 'two'), stir(stir(tpm, 'two'), 'one')].map((stirred) =>
      random(stirred, 32).join(),
    );
    expect(new Set(outputs).size).toBe(4);
    expect(random(one, 32)).toEqual(random(one, 32));
    expect(random(one, 0)).toHaveLength(0);
  });
});
