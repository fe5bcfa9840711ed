import { X509Certificate, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certifyX509 } from '../../../../domain/commands/attestation/certifyX509.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import {
  DER_NULL,
  DER_TAG,
  der,
  derBits,
  derElement,
  derElements,
  derInteger,
  derSequence,
} from '../../../../domain/crypto/der.ts';
import { digest } from '../../../../domain/crypto/hash.ts';
import { signatureAlgorithm, subjectPublicKeyInfo } from '../../../../domain/tpm/certificates.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat, fromHex } from '../../../../domain/structures/octets.ts';
import type { TpmtSigScheme, TpmtSignature } from '../../../../domain/structures/schemes.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { outsideRsa } from '../../../support/keys.ts';
import { withPrimary } from '../../../support/objects.ts';
import {
  SIGNING_USAGE,
  VALIDITY,
  extensions,
  keyUsage,
  nameOf,
  partial,
  tpmaObject,
} from '../../../support/partialCertificates.ts';
import { cipherKey, hmacKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);
const ECDSA = { scheme: 'ECDSA', hashAlg: 'SHA256' } as const;
const RSASSA = { scheme: 'RSASSA', hashAlg: 'SHA256' } as const;
const RSAPSS = { scheme: 'RSAPSS', hashAlg: 'SHA384' } as const;
const RSA_HANDLE = 0x80000002;

/** A TPM with two keys of an elliptic curve, and an RSA key from outside that signs. */
function withKeys() {
  const signer = withPrimary(started(), signingKey());
  const object = withPrimary(signer.tpm, signingKey(OBJECT.fixedTPM | OBJECT.fixedParent));
  const { inPrivate, inPublic } = outsideRsa('certificates');
  const objectAttributes = inPublic.objectAttributes | OBJECT.sign;
  const both = { ...inPublic, objectAttributes };
  const outside = { inPrivate, inPublic: both, hierarchy: TPM_RH.NULL };
  const { tpm } = given(object.tpm).when(loadExternal, outside);
  return { tpm, signHandle: signer.handle, objectHandle: object.handle };
}

const { tpm, signHandle, objectHandle } = withKeys();
const attributes = objectAt(tpm, objectHandle).publicArea.objectAttributes;
const input = {
  objectHandle,
  signHandle,
  reserved: NONE,
  inScheme: ECDSA,
  partialCertificate: partial([SIGNING_USAGE]),
};

/** The elements inside an element. */
function inside(octets: Uint8Array): readonly Uint8Array[] {
  const elements = derElements(derElement(octets)?.contents ?? NONE) ?? [];
  return elements.map(({ whole }) => whole);
}

function signatureOctets(signature: TpmtSignature): Uint8Array {
  switch (signature.sigAlg) {
    case 'RSASSA':
    case 'RSAPSS':
      return signature.sig;
    case 'ECDSA':
      return derSequence(derInteger(signature.signatureR), derInteger(signature.signatureS));
    default:
      throw new Error('no signature for a certificate');
  }
}

/** The certificate that the caller puts together from both halves and the signature. */
function reassembled(given_: Uint8Array, added: Uint8Array, signature: TpmtSignature) {
  const mine = inside(given_);
  const theirs = inside(added);
  const [version, serial] = theirs;
  const publicKey = theirs.at(-1) ?? NONE;
  const own = theirs.length === 4 ? theirs[2] : undefined;
  const [algorithm = NONE, ...names] =
    own === undefined ? mine.slice(0, 4) : [own, ...mine.slice(0, 3)];
  const rest = [version ?? NONE, serial ?? NONE, algorithm, ...names];
  const tbs = derSequence(...rest, publicKey, mine.at(-1) ?? NONE);
  return { tbs, whole: derSequence(tbs, algorithm, derBits(signatureOctets(signature))) };
}

/** Certifies, and has OpenSSL look at the certificate. */
function certified(change: object, before: Tpm = tpm) {
  const asked = { ...input, ...change };
  const { response } = given(before).when(certifyX509, asked);
  const added = response['addedToCertificate'] as Uint8Array;
  const signature = response['signature'] as TpmtSignature;
  const { tbs, whole } = reassembled(asked.partialCertificate, added, signature);
  const { inScheme } = asked as { readonly inScheme: TpmtSigScheme };
  const hashAlg = inScheme.scheme === 'NULL' ? 'SHA256' : inScheme.hashAlg;
  expect(response['tbsDigest']).toEqual(digest(hashAlg, tbs));
  const spki = subjectPublicKeyInfo(objectAt(before, asked.signHandle).publicArea) ?? NONE;
  const issuer = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const certificate = new X509Certificate(whole);
  expect(certificate.verify(issuer)).toBe(true);
  const own = subjectPublicKeyInfo(objectAt(before, asked.objectHandle).publicArea) ?? NONE;
  const subject = certificate.publicKey.export({ format: 'der', type: 'spki' });
  expect(Uint8Array.from(subject)).toEqual(own);
  return { certificate, added };
}

describe('certifyX509', () => {
  it.each([
    ['an ECC key by an ECC key', {}],
    ['itself', { objectHandle: signHandle }],
    ['by RSASSA', { signHandle: RSA_HANDLE, inScheme: RSASSA }],
    ['by RSAPSS', { signHandle: RSA_HANDLE, inScheme: RSAPSS }],
    ['an RSA key', { objectHandle: RSA_HANDLE }],
  ])('gives what makes a certificate that OpenSSL takes: %s', (_, change) => {
    const { certificate, added } = certified(change);
    expect(certificate.subject).toBe('CN=subject');
    expect(certificate.issuer).toBe('CN=issuer');
    const serial = derElement(inside(added)[1] ?? NONE)?.contents ?? NONE;
    expect(serial.length).toBeLessThanOrEqual(21);
    expect(certificate.serialNumber.length).toBeGreaterThan(30);
  });

  it('takes the algorithm from the caller, and then does not add it', () => {
    const algorithm = signatureAlgorithm(objectAt(tpm, signHandle).publicArea, ECDSA) ?? NONE;
    const { added } = certified({ partialCertificate: partial([SIGNING_USAGE], algorithm) });
    expect(inside(added).length).toBe(3);
  });

  it('writes the defaults of RSAPSS as the reference does; callers can write better', () => {
    const inScheme = { ...RSAPSS, hashAlg: 'SHA1' } as const;
    const change = { signHandle: RSA_HANDLE, inScheme };
    const { addedToCertificate } = given(tpm).when(certifyX509, { ...input, ...change }).response;
    const oid = fromHex('06092a864886f70d01010a');
    expect(inside(addedToCertificate as Uint8Array)[2]).toEqual(derSequence(oid, DER_NULL));
    const algorithm = derSequence(oid, derSequence());
    certified({ ...change, partialCertificate: partial([SIGNING_USAGE], algorithm) });
  });

  it('gives other serial numbers to other certificates, and the same to the same', () => {
    const serialOf = (...list: readonly Uint8Array[]) =>
      certified({ partialCertificate: partial(list) }).certificate.serialNumber;
    expect(serialOf(SIGNING_USAGE)).toBe(serialOf(SIGNING_USAGE));
    expect(serialOf(SIGNING_USAGE)).not.toBe(serialOf(keyUsage(0xc0, 6)));
  });

  it('is refused uses that the attributes do not allow', () => {
    const asked = (...list: readonly Uint8Array[]) =>
      given(tpm).when(certifyX509, { ...input, partialCertificate: partial(list) });
    asked(tpmaObject(attributes), keyUsage(0xc0, 6)).records();
    for (const [bits, unused] of [
      [0x20, 5],
      [0x10, 4],
      [0x08, 3],
      [0x01, 0],
    ] as const) {
      asked(keyUsage(bits, unused)).refuses('VALUE', { parameter: 3 });
    }
    asked().refuses('VALUE', { parameter: 3 });
    asked(tpmaObject(attributes)).refuses('VALUE', { parameter: 3 });
    asked(tpmaObject(attributes ^ 2), SIGNING_USAGE).refuses('ATTRIBUTES', { handle: 2 });
    const movable = { ...input, objectHandle: signHandle };
    const repudiable = { ...movable, partialCertificate: partial([keyUsage(0x40, 6)]) };
    given(tpm).when(certifyX509, repudiable).refuses('VALUE', { parameter: 3 });
  });

  it('is refused what is no partial certificate', () => {
    const refused = (octets: Uint8Array) =>
      given(tpm).when(certifyX509, { ...input, partialCertificate: octets });
    const names = [nameOf('a'), VALIDITY, nameOf('b')];
    const whole = partial([SIGNING_USAGE]);
    const usage = extensions(SIGNING_USAGE);
    refused(NONE).refuses('VALUE', { parameter: 3 });
    refused(whole.subarray(0, -1)).refuses('SIZE', { parameter: 3 });
    refused(concat(whole, NONE, new Uint8Array(1))).refuses('SIZE', { parameter: 3 });
    refused(der(0x31, ...names, usage)).refuses('SIZE', { parameter: 3 });
    for (const parts of [
      names,
      [...names.slice(1), usage],
      [...names, usage, usage],
      [...names, ...names, usage],
      [...names, DER_NULL, usage],
      [...names, usage, fromHex('3005')],
      [...names, der(0xa3, der(0x31, SIGNING_USAGE))],
      [...names, der(0xa3)],
      [...names, extensions(fromHex('0500'))],
    ]) {
      refused(derSequence(...parts)).refuses('VALUE', { parameter: 3 });
    }
  });

  it('is refused a KeyUsage that is no string of at most 32 bits', () => {
    const oid = fromHex('0603551d0f');
    for (const value of [
      NONE,
      der(DER_TAG.OCTET_STRING),
      der(DER_TAG.OCTET_STRING, fromHex('020180')),
      der(DER_TAG.OCTET_STRING, fromHex('0300')),
      der(DER_TAG.OCTET_STRING, fromHex('030108')),
      der(DER_TAG.OCTET_STRING, fromHex('03020880')),
      der(DER_TAG.OCTET_STRING, fromHex('0306008000000000')),
      fromHex('0101ff'),
    ]) {
      const partialCertificate = partial([derSequence(oid, value)]);
      given(tpm)
        .when(certifyX509, { ...input, partialCertificate })
        .refuses('VALUE', { parameter: 3 });
    }
  });

  it('is refused keys and schemes that do not go together', () => {
    const refused = (change: object, before: Tpm = tpm) =>
      given(before).when(certifyX509, { ...input, ...change });
    refused({ reserved: new Uint8Array(1) }).refuses('SIZE', { parameter: 1 });
    refused({ signHandle: TPM_RH.NULL }).refuses('KEY', { handle: 1 });
    refused({ inScheme: RSASSA }).refuses('SCHEME', { parameter: 2 });
    const cipher = withPrimary(tpm, cipherKey(OBJECT.sign));
    refused({ signHandle: cipher.handle }, cipher.tpm).refuses('KEY', { handle: 1 });
    refused({ objectHandle: cipher.handle }, cipher.tpm).refuses('ASYMMETRIC', { handle: 2 });
    const mac = withPrimary(tpm, hmacKey());
    const inScheme = { scheme: 'HMAC', hashAlg: 'SHA256' };
    refused({ signHandle: mac.handle, inScheme }, mac.tpm).refuses('SCHEME', { handle: 1 });
  });
});
