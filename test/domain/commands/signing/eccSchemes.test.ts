import { describe, expect, test } from 'vitest';
import { sign } from '../../../../domain/commands/signing/sign.ts';
import { verifySignature } from '../../../../domain/commands/signing/verifySignature.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { COORDINATE_SIZE, ECC_CURVES } from '../../../../domain/structures/eccCurve.ts';
import { DIGEST_SIZE, HASH_ALGS } from '../../../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import type { TpmtPublic } from '../../../../domain/structures/public.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);
const validation = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };

type Numbers = Readonly<Record<'signatureR' | 'signatureS', Uint8Array>>;
type Parameters = Extract<TpmtPublic, { type: 'ECC' }>['parameters'];

function holding(change: Partial<Parameters>, attributes = 0) {
  const key = signingKey(attributes);
  return withPrimary(started(), { ...key, parameters: { ...key.parameters, ...change } });
}

describe.each(ECC_CURVES)('keys of %s', (curveID) => {
  const { tpm, handle: keyHandle } = holding({ curveID, scheme: { scheme: 'NULL' } });
  const size = COORDINATE_SIZE[curveID];

  test.each(['ECDSA', 'SM2', 'ECSCHNORR'])('sign by %s what they verify', (scheme) => {
    for (const hashAlg of HASH_ALGS) {
      const digest = new Uint8Array(DIGEST_SIZE[hashAlg]).fill(7);
      const input = { keyHandle, digest, inScheme: { scheme, hashAlg }, validation };
      const { signature } = given(tpm).when(sign, input).then([]).response;
      const { signatureR, signatureS } = signature as Numbers;
      expect([signatureR.length, signatureS.length]).toEqual([size, size]);
      given(tpm).when(verifySignature, { keyHandle, digest, signature }).then([]);
      if (hashAlg !== 'SHA256') continue;
      const refused = [
        { digest: digest.with(0, 8), signature },
        { digest, signature: { ...(signature as object), sigAlg: otherThan(scheme) } },
        { digest, signature: { ...(signature as object), signatureR: NONE } },
        { digest, signature: { ...(signature as object), signatureS: signatureR } },
      ];
      for (const one of refused) {
        given(tpm)
          .when(verifySignature, { keyHandle, ...one })
          .refuses('SIGNATURE', { parameter: 2 });
      }
    }
  });
});

function otherThan(scheme: string): string {
  return scheme === 'ECDSA' ? 'SM2' : 'ECDSA';
}

describe('anonymous signatures', () => {
  test('are verified by no key', () => {
    const { tpm, handle: keyHandle } = holding({ scheme: { scheme: 'NULL' } });
    const digest = new Uint8Array(32);
    const numbers = { signatureR: digest, signatureS: digest };
    const signature = { sigAlg: 'ECDAA', hash: 'SHA256', ...numbers };
    given(tpm)
      .when(verifySignature, { keyHandle, digest, signature })
      .refuses('SCHEME', { parameter: 2 });
  });
});

describe('keys with a scheme of their own', () => {
  const FIXED = OBJECT.restricted | OBJECT.fixedTPM | OBJECT.fixedParent;

  test.each(['ECDSA', 'SM2', 'ECSCHNORR'] as const)('sign by %s and by nothing else', (scheme) => {
    for (const attributes of [0, FIXED]) {
      const { tpm, handle } = holding({ scheme: { scheme, hashAlg: 'SHA256' } }, attributes);
      const input = { keyHandle: handle, digest: new Uint8Array(32), validation };
      const asked = (inScheme: object) => given(tpm).when(sign, { ...input, inScheme });
      asked({ scheme: otherThan(scheme), hashAlg: 'SHA256' }).refuses('SCHEME', { parameter: 2 });
      asked({ scheme, hashAlg: 'SHA384' }).refuses('SCHEME', { parameter: 2 });
      if (attributes === FIXED) asked({ scheme: 'NULL' }).refuses('TICKET', { parameter: 3 });
      else asked({ scheme: 'NULL' }).answers({ signature: { sigAlg: scheme } });
    }
  });
});
