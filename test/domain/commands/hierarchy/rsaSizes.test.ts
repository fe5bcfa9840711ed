import { expect, it } from 'vitest';
import { createPublicKey, publicEncrypt, constants } from 'node:crypto';
import { rsaDecrypt } from '../../../../domain/commands/asymmetric/rsaDecrypt.ts';
import { testParms } from '../../../../domain/commands/capability/testParms.ts';
import { createPrimary } from '../../../../domain/commands/hierarchy/createPrimary.ts';
import { execute } from '../../../../domain/processor/execute.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat } from '../../../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../../../domain/structures/public.ts';
import { plainRequest } from '../../../support/generator/request.ts';
import { given } from '../../../support/given.ts';
import { creation } from '../../../support/objects.ts';
import { circumstances, started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);

function decryptionKey(keyBits: number): TpmtPublic {
  return {
    type: 'RSA',
    nameAlg: 'SHA256',
    objectAttributes: OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth | OBJECT.decrypt,
    authPolicy: NONE,
    parameters: {
      symmetric: { algorithm: 'NULL' },
      scheme: { scheme: 'NULL' },
      keyBits,
      exponent: 0,
    },
    unique: NONE,
  };
}

it.each([1024, 2048, 3072, 4096])(
  'an RSA key of %i bits decrypts what others encrypt',
  (bits) => {
    const primary = { primaryHandle: TPM_RH.OWNER, inPublic: decryptionKey(bits), ...creation() };
    const outcome = given(started()).when(createPrimary, primary);
    const { unique } = outcome.response['outPublic'] as Extract<TpmtPublic, { type: 'RSA' }>;
    expect(unique.length * 8).toBe(bits);
    const n = Buffer.from(unique).toString('base64url');
    const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
    const message = Uint8Array.of(1, 2, 3);
    const padding = constants.RSA_PKCS1_PADDING;
    const cipherText = Uint8Array.from(publicEncrypt({ key, padding }, message));
    const keyHandle = outcome.decision.handle;
    given(outcome.tpm)
      .when(rsaDecrypt, { keyHandle, cipherText, inScheme: { scheme: 'RSAES' }, label: NONE })
      .answers({ message });
  },
  120_000,
);

it('the profile of swtpm has no keys of 4096 bits, and buffers to fit', () => {
  const codeOf = (profile: 'default' | 'swtpm', request: Uint8Array) => {
    const { response } = execute(started(profile), request, circumstances());
    return new DataView(response.buffer).getUint32(6);
  };
  const parameters = { type: 'RSA', ...{ ...decryptionKey(4096).parameters } };
  const wanted = plainRequest(testParms, { parameters }, []);
  expect(codeOf('default', wanted)).toBe(0);
  expect(codeOf('swtpm', wanted)).toBe(0x1c4);
  const inPublic = { ...decryptionKey(2048), unique: new Uint8Array(400) };
  const large = { primaryHandle: TPM_RH.OWNER, inPublic, ...creation() };
  const [authorization] = [{ handle: TPM_RH.PW, attributes: 0, nonceCaller: NONE, auth: concat() }];
  const request = plainRequest(createPrimary, large, [authorization]);
  expect(codeOf('swtpm', request)).toBe(0x2d5);
});
