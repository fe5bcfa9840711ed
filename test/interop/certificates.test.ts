import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifyX509 } from '../../domain/commands/attestation/certifyX509.ts';
import { loadExternal } from '../../domain/commands/object/loadExternal.ts';
import {
  DER_NULL,
  der,
  derBits,
  derElement,
  derElements,
  derSequence,
} from '../../domain/crypto/der.ts';
import { OBJECT } from '../../domain/structures/attributes.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { concat, fromHex } from '../../domain/structures/octets.ts';
import type { TpmtSignature } from '../../domain/structures/schemes.ts';
import { subjectPublicKeyInfo } from '../../domain/tpm/certificates.ts';
import { outsideEcc, outsideHmac, outsideRsa, type Outside } from '../support/keys.ts';
import {
  SIGNING_USAGE,
  VALIDITY,
  extensions,
  keyUsage,
  nameOf,
  partial,
  tpmaObject,
} from '../support/partialCertificates.ts';
import { twoSides, type Side } from '../support/sides.ts';
import { hasStock } from '../support/stock.ts';

const NONE = new Uint8Array(0);
const { sign, decrypt, userWithAuth } = OBJECT;
const NAMES = [nameOf('issuer'), VALIDITY, nameOf('subject')] as const;
const SHA256_RSA = derSequence(fromHex('06092a864886f70d01010b'), DER_NULL);
const [SIGNER, OBJECT_HANDLE, OTHER] = [0x80000000, 0x80000001, 0x80000002];

function withUse({ inPrivate, inPublic }: Outside, objectAttributes: number) {
  const area = { ...inPublic, objectAttributes };
  return { inPrivate, inPublic: area, hierarchy: TPM_RH.NULL };
}

/** An extension KeyUsage whose value is anything. */
function usageOf(...value: readonly Uint8Array[]): Uint8Array {
  return derSequence(fromHex('0603551d0f'), ...value);
}

const GOOD = partial([SIGNING_USAGE]);

/** Partial certificates of which some are none; the object signs and decrypts. */
const PARTIAL: readonly (readonly [string, Uint8Array])[] = [
  ['one', GOOD],
  ['all uses', partial([keyUsage(0xb0, 4)])],
  ['nonRepudiation', partial([keyUsage(0x40, 6)])],
  ['keyAgreement', partial([keyUsage(0x08, 3)])],
  ['its attributes', partial([tpmaObject(sign | decrypt | userWithAuth), SIGNING_USAGE])],
  ['other attributes', partial([tpmaObject(sign), SIGNING_USAGE])],
  ['other attributes behind', partial([SIGNING_USAGE, tpmaObject(sign)])],
  ['no KeyUsage', partial([tpmaObject(sign | decrypt | userWithAuth)])],
  ['what is no extension behind', partial([SIGNING_USAGE, DER_NULL])],
  ['an algorithm', partial([SIGNING_USAGE], SHA256_RSA)],
  ['two algorithms', partial([SIGNING_USAGE], SHA256_RSA, SHA256_RSA)],
  ['nothing', NONE],
  ['a SET', der(0x31, ...NAMES, extensions(SIGNING_USAGE))],
  ['an octet behind', concat(GOOD, new Uint8Array(1))],
  ['an octet less', GOOD.subarray(0, -1)],
  ['no extensions', derSequence(...NAMES)],
  ['extensions twice', derSequence(...NAMES, extensions(SIGNING_USAGE), extensions(SIGNING_USAGE))],
  ['extensions first', derSequence(extensions(SIGNING_USAGE), ...NAMES)],
  ['no issuer', derSequence(...NAMES.slice(1), extensions(SIGNING_USAGE))],
  ['NULL among the names', derSequence(...NAMES, DER_NULL, extensions(SIGNING_USAGE))],
  ['a SET of extensions', derSequence(...NAMES, der(0xa3, der(0x31, SIGNING_USAGE)))],
  ['no KeyUsage bits', partial([usageOf(der(4, fromHex('020180')))])],
  ['no OCTET STRING', partial([usageOf(fromHex('0101ff'))])],
  ['no bits', partial([usageOf(der(4, fromHex('030100')))])],
  ['bits that are not used', partial([usageOf(der(4, fromHex('03020880')))])],
  ['32 bits', partial([usageOf(der(4, fromHex('03050080000000')))])],
];

describe.runIf(hasStock('swtpm', 'openssl'))('swtpm and we', () => {
  let sides: Awaited<ReturnType<typeof twoSides>>;
  beforeAll(async () => {
    sides = await twoSides();
    const both = sign | decrypt | userWithAuth;
    for (const loaded of [
      withUse(outsideRsa('signer'), sign | userWithAuth),
      withUse(outsideRsa('object'), both),
      withUse(outsideEcc(fromHex('07')), both),
    ]) {
      await each((side) => side.do(loadExternal, loaded));
    }
  });
  afterAll(() => sides.close());

  function each<T>(work: (side: Side) => Promise<T>): Promise<[T, T]> {
    return Promise.all([work(sides.ours), work(sides.theirs)]);
  }

  const asked = {
    objectHandle: OBJECT_HANDLE,
    signHandle: SIGNER,
    reserved: NONE,
    inScheme: { scheme: 'RSASSA', hashAlg: 'SHA256' },
    partialCertificate: GOOD,
  };
  const answers = (change: object) =>
    each((side) => side.ask(certifyX509, { ...asked, ...change }));

  it.each(PARTIAL)('answer the same octets for %s', async (_, partialCertificate) => {
    const [ours, theirs] = await answers({ partialCertificate });
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['an ECC key', { objectHandle: OTHER }],
    ['itself', { objectHandle: SIGNER }],
    ['a reserved octet', { reserved: new Uint8Array(1) }],
    ['no scheme', { inScheme: { scheme: 'NULL' } }],
    ['the scheme of another type', { inScheme: { scheme: 'ECDSA', hashAlg: 'SHA256' } }],
    ['SHA-1', { inScheme: { scheme: 'RSASSA', hashAlg: 'SHA1' } }],
    ['SHA-512', { inScheme: { scheme: 'RSASSA', hashAlg: 'SHA512' } }],
  ])('answer the same octets with %s', async (_, change) => {
    const [ours, theirs] = await answers(change);
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['RSAPSS with SHA-1', { inScheme: { scheme: 'RSAPSS', hashAlg: 'SHA1' } }],
    ['RSAPSS with SHA-384', { inScheme: { scheme: 'RSAPSS', hashAlg: 'SHA384' } }],
    ['ECDSA', { signHandle: OTHER, inScheme: { scheme: 'ECDSA', hashAlg: 'SHA256' } }],
  ])('add the same for %s, whose signatures are random', async (_, change) => {
    const [ours, theirs] = await answers(change);
    expect(ours.code).toBe(0);
    for (const name of ['addedToCertificate', 'tbsDigest']) {
      expect(ours.values[name]).toEqual(theirs.values[name]);
    }
  });

  it('refuse alike keys that sign or are certified otherwise', async () => {
    const mac = withUse(outsideHmac(new Uint8Array(20).fill(3)), sign | userWithAuth);
    const free = await twoSides();
    try {
      for (const loaded of [
        mac,
        withUse(outsideRsa('signer'), sign | userWithAuth),
        withUse(outsideRsa('object'), decrypt | userWithAuth),
      ]) {
        for (const side of [free.ours, free.theirs]) await side.do(loadExternal, loaded);
      }
      const inScheme = { scheme: 'HMAC', hashAlg: 'SHA256' };
      for (const change of [
        { objectHandle: SIGNER, signHandle: OBJECT_HANDLE },
        { objectHandle: OBJECT_HANDLE, signHandle: SIGNER, inScheme },
        { objectHandle: OBJECT_HANDLE, signHandle: OTHER },
      ]) {
        const input = { ...asked, ...change };
        const answered = await free.ours.ask(certifyX509, input);
        expect(answered.code).not.toBe(0);
        expect(answered).toEqual(await free.theirs.ask(certifyX509, input));
      }
    } finally {
      await free.close();
    }
  });

  it('make certificates that openssl verifies', async () => {
    for (const answered of await answers({})) {
      expect(opensslVerdict(GOOD, answered.values)).toMatch(/: OK/);
    }
  });
});

function inside(octets: Uint8Array): readonly Uint8Array[] {
  const elements = derElements(derElement(octets)?.contents ?? NONE) ?? [];
  return elements.map(({ whole }) => whole);
}

/** What openssl says of the certificate that a caller puts together. */
function opensslVerdict(given: Uint8Array, values: Readonly<Record<string, unknown>>): string {
  const [version, serial, algorithm, publicKey] = inside(
    values['addedToCertificate'] as Uint8Array,
  );
  const [issuer, validity, subject, list] = inside(given);
  const parts = [version, serial, algorithm, issuer, validity, subject, publicKey, list];
  const tbs = derSequence(...parts.map((part) => part ?? NONE));
  const signature = values['signature'] as Extract<TpmtSignature, { sigAlg: 'RSASSA' }>;
  const whole = derSequence(tbs, algorithm ?? NONE, derBits(signature.sig));
  const folder = mkdtempSync(join(tmpdir(), 'stemma-certificate-'));
  try {
    writeFileSync(join(folder, 'made.pem'), pem('CERTIFICATE', whole));
    const spki = subjectPublicKeyInfo(outsideRsa('signer').inPublic) ?? NONE;
    writeFileSync(join(folder, 'signer.pem'), pem('PUBLIC KEY', spki));
    // An authority of the same name and key, whose own signature nobody looks at.
    writeFileSync(join(folder, 'authority.cnf'), 'basicConstraints=CA:TRUE\n');
    const run = (...args: readonly string[]) =>
      execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'any.pem');
    const authority = ['-subj', '/CN=issuer', '-extfile', 'authority.cnf', '-out', 'authority.pem'];
    run('x509', '-new', '-key', 'any.pem', '-force_pubkey', 'signer.pem', ...authority);
    return run('verify', '-partial_chain', '-trusted', 'authority.pem', 'made.pem');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pem(label: string, octets: Uint8Array): string {
  const lines =
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
