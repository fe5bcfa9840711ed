import { describe, expect, test } from 'vitest';
import { eccDecrypt } from '../../../../domain/commands/asymmetric/eccDecrypt.ts';
import { eccEncrypt } from '../../../../domain/commands/asymmetric/eccEncrypt.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { eccMultiply } from '../../../../domain/crypto/ecc.ts';
import { digest } from '../../../../domain/crypto/hash.ts';
import {
  COORDINATE_SIZE,
  ECC_CURVES,
  type EccCurve,
} from '../../../../domain/structures/eccCurve.ts';
import { HASH_ALGS } from '../../../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii, concat, u32 } from '../../../../domain/structures/octets.ts';
import type { TpmsEccPoint, TpmtPublic } from '../../../../domain/structures/public.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { DrivenTpm } from '../../../support/drivenTpm.ts';
import { given } from '../../../support/given.ts';
import { EXCHANGE_KEY, outsideEcc } from '../../../support/keys.ts';
import { withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, cipherKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const MESSAGE = ascii(
  'a message that is longer than one digest of any hash that there is, by a bit',
);
const KDF2 = { scheme: 'KDF2', hashAlg: 'SHA256' };

type Sent = { readonly C1: TpmsEccPoint; readonly C2: Uint8Array; readonly C3: Uint8Array };

function holding(curveID: EccCurve = 'NIST_P256') {
  const parameters = { ...EXCHANGE_KEY.parameters, curveID };
  return withPrimary(started(), { ...EXCHANGE_KEY, parameters });
}

function sent(tpm: Tpm, keyHandle: number, plainText = MESSAGE, inScheme: object = KDF2): Sent {
  const { response } = given(tpm).when(eccEncrypt, { keyHandle, plainText, inScheme }).then([]);
  return response as unknown as Sent;
}

describe.each(ECC_CURVES)('a message encrypted on %s', (curve) => {
  const { tpm, handle: keyHandle } = holding(curve);

  test.each(HASH_ALGS)('with %s is decrypted again, whatever its size', (hashAlg) => {
    const inScheme = { scheme: 'KDF2', hashAlg };
    for (const size of [0, 1, 20, MESSAGE.length]) {
      const plainText = MESSAGE.subarray(0, size);
      const made = sent(tpm, keyHandle, plainText, inScheme);
      expect(made.C2.length).toBe(size);
      given(tpm)
        .when(eccDecrypt, { keyHandle, ...made, inScheme })
        .then([])
        .answers({ plainText });
    }
  });

  test('is masked and hashed as Part 1 says', () => {
    const { C1, C2, C3 } = sent(tpm, keyHandle);
    const d = objectAt(tpm, keyHandle).sensitive!.sensitive.octets;
    const { x, y } = eccMultiply(curve, d, C1)!;
    expect(x.length).toBe(COORDINATE_SIZE[curve]);
    expect(C3).toEqual(digest('SHA256', x, MESSAGE, y));
    const mask = concat(...[1, 2, 3].map((i) => digest('SHA256', x, y, u32(i))));
    expect(C2).toEqual(MESSAGE.map((octet, i) => octet ^ mask[i]!));
  });
});

describe('eccEncrypt', () => {
  const { tpm, handle: keyHandle } = holding();

  test('uses another ephemeral key each time', () => {
    expect(sent(tpm, keyHandle).C1).not.toEqual(sent(tpm, keyHandle).C1);
  });

  test('needs the public half alone, of any ECC key', () => {
    for (const template of [STORAGE_KEY, signingKey()]) {
      const own = withPrimary(started(), template);
      expect(sent(own.tpm, own.handle).C2.length).toBe(MESSAGE.length);
    }
  });

  test('is refused other keys, and keys beside their curve', () => {
    const own = withPrimary(tpm, cipherKey(0x60000));
    const input = { keyHandle: own.handle, plainText: MESSAGE, inScheme: KDF2 };
    given(own.tpm).when(eccEncrypt, input).refuses('KEY', { handle: 1 });
    const { inPublic } = outsideEcc(new Uint8Array(32).fill(3));
    const unique = { x: new Uint8Array(32).fill(1), y: new Uint8Array(32).fill(1) };
    const beside = { ...inPublic, nameAlg: 'NULL', unique } as TpmtPublic;
    const loading = { inPrivate: null, inPublic: beside, hierarchy: TPM_RH.NULL };
    const loaded = given(started()).when(loadExternal, loading);
    const handle = loaded.decision.handle ?? 0;
    given(loaded.tpm)
      .when(eccEncrypt, { ...input, keyHandle: handle })
      .refuses('KEY', { handle: 1 });
  });

  test('is refused any derivation but KDF2', () => {
    for (const inScheme of [{ scheme: 'NULL' }, { scheme: 'MGF1', hashAlg: 'SHA256' }]) {
      given(tpm)
        .when(eccEncrypt, { keyHandle, plainText: MESSAGE, inScheme })
        .refuses('SCHEME', { parameter: 2 });
    }
  });
});

describe('eccDecrypt', () => {
  const { tpm, handle: keyHandle } = holding();
  const made = sent(tpm, keyHandle);
  const asked = (change: object) =>
    given(tpm).when(eccDecrypt, { keyHandle, ...made, inScheme: KDF2, ...change });

  test('is refused what was changed, or not encrypted so', () => {
    asked({ C2: made.C2.with(5, made.C2[5]! ^ 1) }).refuses('VALUE');
    asked({ C2: made.C2.subarray(1) }).refuses('VALUE');
    asked({ C3: made.C3.with(31, made.C3[31]! ^ 1) }).refuses('VALUE');
    asked({ C3: made.C3.subarray(1) }).refuses('VALUE');
    asked({ C3: new Uint8Array(0) }).refuses('VALUE');
    asked({ C1: sent(tpm, keyHandle).C1 }).refuses('VALUE');
    asked({ inScheme: { scheme: 'KDF2', hashAlg: 'SHA512' } }).refuses('VALUE');
  });

  test('is refused a point beside the curve, and any derivation but KDF2', () => {
    const C1 = { x: made.C1.x, y: made.C1.x };
    asked({ C1 }).refuses('ECC_POINT', { parameter: 1 });
    asked({ inScheme: { scheme: 'NULL' } }).refuses('SCHEME', { parameter: 4 });
  });

  test('is refused other keys, and keys for other uses', () => {
    for (const [template, rc] of [
      [STORAGE_KEY, 'ATTRIBUTES'],
      [signingKey(), 'ATTRIBUTES'],
      [cipherKey(0x60000), 'KEY'],
    ] as const) {
      const own = withPrimary(tpm, template);
      given(own.tpm)
        .when(eccDecrypt, { keyHandle: own.handle, ...made, inScheme: KDF2 })
        .refuses(rc, { handle: 1 });
    }
  });
});

describe('a profile that keeps to the reference', () => {
  const COMMAND_CODE = 0x143;

  test('has neither command', () => {
    const input = { keyHandle: 0x80000000, plainText: MESSAGE, inScheme: KDF2 };
    const [own, other] = (['swtpm', 'default'] as const).map(
      (profile) => new DrivenTpm(withPrimary(started(profile), EXCHANGE_KEY).tpm),
    );
    expect(own!.send(eccEncrypt, input).code).toBe(COMMAND_CODE);
    const { code, response } = other!.send(eccEncrypt, input);
    expect(code).toBe(0);
    const back = { keyHandle: 0x80000000, ...response, inScheme: KDF2 };
    expect(own!.send(eccDecrypt, back).code).toBe(COMMAND_CODE);
    expect(other!.send(eccDecrypt, back).response['plainText']).toEqual(MESSAGE);
  });
});
