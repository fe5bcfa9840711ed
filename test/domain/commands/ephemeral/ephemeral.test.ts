import { describe, expect, test } from 'vitest';
import { certify } from '../../../../domain/commands/attestation/certify.ts';
import { commit } from '../../../../domain/commands/ephemeral/commit.ts';
import { ecEphemeral } from '../../../../domain/commands/ephemeral/ecEphemeral.ts';
import { sign } from '../../../../domain/commands/signing/sign.ts';
import { CURVES } from '../../../../domain/crypto/curves.ts';
import { eccAdd, eccMultiply, isOnCurve } from '../../../../domain/crypto/ecc.ts';
import { digest as digestOf } from '../../../../domain/crypto/hash.ts';
import { modularPower, toInteger, toOctets } from '../../../../domain/crypto/integers.ts';
import { forkTpm } from '../../../../domain/lineage/lineage.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import {
  COORDINATE_SIZE,
  ECC_CURVES,
  type EccCurve,
} from '../../../../domain/structures/eccCurve.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import type { TpmsEccPoint, TpmtPublic } from '../../../../domain/structures/public.ts';
import type { TpmtSignature } from '../../../../domain/structures/schemes.ts';
import { Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { attestOf } from '../../../support/attestations.ts';
import { given } from '../../../support/given.ts';
import { withPrimary } from '../../../support/objects.ts';
import { sha256 } from '../../../support/sessions.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { after, circumstances, started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);
const NO_POINT = { x: NONE, y: NONE };
const NO_SECRET = new Secret(NONE);
const NOTHING = { P1: NO_POINT, s2: NO_SECRET, y2: NONE };
const DIGEST = sha256(new Uint8Array([1, 2, 3]));
const NO_TICKET = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };

type Numbers = Extract<TpmtSignature, { sigAlg: 'ECDAA' }>;

function anonymousKey(curveID: EccCurve, attributes = 0): TpmtPublic {
  const key = signingKey(attributes);
  const scheme = { scheme: 'ECDAA', hashAlg: 'SHA256', count: 0 } as const;
  return { ...key, parameters: { ...key.parameters, curveID, scheme } };
}

function holding(curve: EccCurve = 'NIST_P256') {
  return withPrimary(started(), anonymousKey(curve));
}

function signed(tpm: Tpm, keyHandle: number, count: number) {
  const inScheme = { scheme: 'ECDAA', hashAlg: 'SHA256', count };
  return given(tpm).when(sign, { keyHandle, digest: DIGEST, inScheme, validation: NO_TICKET });
}

/** Whether s P = R + T Y, where Y is the key's multiple of P: what a verifier would find out. */
function isCommitted(
  curve: EccCurve,
  signature: Numbers,
  [point, ofR, ofKey]: readonly TpmsEccPoint[],
  digest = DIGEST,
): boolean {
  const size = COORDINATE_SIZE[curve];
  const hashed = toInteger(digestOf('SHA256', signature.signatureR, digest));
  const t = toOctets(hashed % CURVES[curve].n, size);
  const left = eccMultiply(curve, signature.signatureS, point!)!;
  const right = eccAdd(curve, ofR!, eccMultiply(curve, t, ofKey!)!)!;
  return Buffer.from(left.x).equals(right.x) && Buffer.from(left.y).equals(right.y);
}

/** A basename whose hash is the x-coordinate of a point, and the y-coordinate. */
function basename(curve: EccCurve): { readonly s2: Uint8Array; readonly y2: Uint8Array } {
  const { p, a, b } = CURVES[curve];
  for (let i = 0; ; i += 1) {
    const s2 = Uint8Array.of(98, i);
    const x = toInteger(sha256(s2)) % p;
    const square = (((x * x + a) * x + b) % p) + p;
    const y = modularPower(square % p, (p + 1n) / 4n, p);
    const size = COORDINATE_SIZE[curve];
    const y2 = toOctets(y, size);
    if (isOnCurve(curve, toOctets(x, size), y2)) return { s2, y2 };
  }
}

describe.each(['NIST_P256', 'BN_P256', 'SM2_P256', 'NIST_P521'] as const)(
  'commit on %s',
  (curve) => {
    const { tpm, handle } = holding(curve);
    const size = COORDINATE_SIZE[curve];
    const G = { x: toOctets(CURVES[curve].gx, size), y: toOctets(CURVES[curve].gy, size) };
    const { publicArea } = objectAt(tpm, handle);
    const key = publicArea.unique as TpmsEccPoint;

    test('commits to what a signature then proves, for the base point', () => {
      const outcome = given(tpm).when(commit, { signHandle: handle, ...NOTHING });
      const { K, L, E, counter } = outcome.records('Committed').response;
      expect([K, L, counter]).toEqual([NO_POINT, NO_POINT, 0]);
      const { response } = signed(outcome.tpm, handle, 0).records('CommitmentUsed');
      const points = [G, E as TpmsEccPoint, key];
      expect(isCommitted(curve, response['signature'] as Numbers, points)).toBe(true);
      const other = sha256(NONE);
      expect(isCommitted(curve, response['signature'] as Numbers, points, other)).toBe(false);
    });

    test('commits to the same for points of the caller', () => {
      const { s2, y2 } = basename(curve);
      const P2 = { x: toOctets(toInteger(sha256(s2)) % CURVES[curve].p, size), y: y2 };
      const input = { signHandle: handle, P1: key, s2: new Secret(s2), y2 };
      const outcome = given(tpm).when(commit, input);
      const { K, L, E } = outcome.response as Readonly<Record<string, TpmsEccPoint>>;
      const signature = signed(outcome.tpm, handle, 0).response['signature'] as Numbers;
      expect(isCommitted(curve, signature, [P2, L!, K!])).toBe(true);
      const d = objectAt(tpm, handle).sensitive!.sensitive.octets;
      expect(isCommitted(curve, signature, [key, E!, eccMultiply(curve, d, key)!])).toBe(true);
      given(tpm)
        .when(commit, { ...input, P1: NO_POINT })
        .answers({ K, E: NO_POINT });
    });
  },
);

describe('commit', () => {
  const { tpm, handle } = holding();
  const input = { signHandle: handle, ...NOTHING };

  test('is refused other keys and schemes', () => {
    for (const template of [STORAGE_KEY, signingKey()]) {
      const other = withPrimary(started(), template);
      const asked = { ...input, signHandle: other.handle };
      given(other.tpm).when(commit, asked).refuses('SCHEME', { handle: 1 });
    }
  });

  test('is refused half of a point, and points beside the curve', () => {
    const { s2, y2 } = basename('NIST_P256');
    const secret = new Secret(s2);
    const beside = { x: y2, y: y2 };
    given(tpm)
      .when(commit, { ...input, s2: secret })
      .refuses('SIZE', { parameter: 3 });
    given(tpm)
      .when(commit, { ...input, y2 })
      .refuses('SIZE', { parameter: 3 });
    const wrong = { ...input, s2: secret, y2: y2.with(31, y2[31]! ^ 1) };
    given(tpm).when(commit, wrong).refuses('ECC_POINT', { parameter: 2 });
    given(tpm)
      .when(commit, { ...input, P1: beside })
      .refuses('ECC_POINT', { parameter: 1 });
  });

  test('is used once, as long as it is one of the last 128', () => {
    const first = given(tpm).when(commit, input).tpm;
    const once = signed(first, handle, 0).tpm;
    signed(once, handle, 0).refuses('VALUE');
    for (const count of [1, 128, 0x8000]) signed(first, handle, count).refuses('VALUE');
    let [later, last] = [first, 0];
    for (let i = 0; i < 128; i += 1) {
      const outcome = given(later).when(ecEphemeral, { curveID: 'NIST_P192' });
      if (i === 126) signed(outcome.tpm, handle, 0).records('CommitmentUsed');
      [later, last] = [outcome.tpm, outcome.response['counter'] as number];
    }
    expect(last).toBe(128);
    signed(later, handle, 0).refuses('VALUE');
    expect(later.commits.pending.size).toBe(128);
  });

  test('counts on from 65535 at 0', () => {
    const full = { ...tpm, commits: { ...tpm.commits, counter: 0xffff } };
    const outcome = given(full).when(commit, input).answers({ counter: 0xffff });
    given(outcome.tpm).when(commit, input).answers({ counter: 0 });
    signed(outcome.tpm, handle, 0xffff).records('CommitmentUsed');
  });

  test('needs the count: the scheme of the key alone has none, and no other hash will do', () => {
    const { tpm: committed } = given(tpm).when(commit, input);
    const asked = { keyHandle: handle, digest: DIGEST, validation: NO_TICKET };
    for (const inScheme of [
      { scheme: 'NULL' },
      { scheme: 'ECDAA', hashAlg: 'SHA384', count: 0 },
      { scheme: 'ECDSA', hashAlg: 'SHA256' },
    ]) {
      given(committed)
        .when(sign, { ...asked, inScheme })
        .refuses('SCHEME', { parameter: 2 });
    }
  });

  test('is forgotten by a fork, and by a TPM Reset, and by nothing else', () => {
    const { tpm: committed } = given(tpm).when(commit, input);
    const point = { incarnation: 'test', version: 9, link: 'link' };
    const fork = after(committed, ...forkTpm(committed, point, 'copy', 'clone', circumstances()));
    expect([fork.commits.pending.size, fork.commits.counter]).toEqual([0, 1]);
    signed(fork, handle, 0).refuses('VALUE');
    const startedUp = { type: 'StartedUp', locality: 0, safeAtMs: null, failedTries: 0 } as const;
    expect(after(committed, { ...startedUp, kind: 'resume' }).commits).toEqual(committed.commits);
    expect(after(committed, { ...startedUp, kind: 'restart' }).commits).toEqual(committed.commits);
    expect(after(committed, { ...startedUp, kind: 'reset' }).commits).toEqual({
      counter: 0,
      pending: new Map(),
    });
  });

  test('lets a key certify without being recognized', () => {
    const other = withPrimary(tpm, STORAGE_KEY);
    const { tpm: committed, response } = given(other.tpm).when(commit, input);
    const outcome = given(committed).when(certify, {
      objectHandle: other.handle,
      signHandle: handle,
      qualifyingData: DIGEST,
      inScheme: { scheme: 'ECDAA', hashAlg: 'SHA256', count: 0 },
    });
    outcome.records('CommitmentUsed');
    const octets = outcome.response['certifyInfo'] as Uint8Array;
    expect(attestOf(octets)).toMatchObject({
      qualifiedSigner: NONE,
      extraData: NONE,
      attested: { name: objectAt(committed, other.handle).name, qualifiedName: NONE },
    });
    const mixed = digestOf('SHA256', DIGEST, sha256(octets));
    const { gx, gy } = CURVES.NIST_P256;
    const G = { x: toOctets(gx, 32), y: toOctets(gy, 32) };
    const key = objectAt(committed, handle).publicArea.unique as TpmsEccPoint;
    const points = [G, response['E'] as TpmsEccPoint, key];
    const signature = outcome.response['signature'] as Numbers;
    expect(isCommitted('NIST_P256', signature, points, mixed)).toBe(true);
  });

  test('binds a restricted key to what the TPM hashed', () => {
    const restricted = OBJECT.restricted | OBJECT.fixedTPM | OBJECT.fixedParent;
    const own = withPrimary(started(), anonymousKey('NIST_P256', restricted));
    const { tpm: committed } = given(own.tpm).when(commit, { ...input, signHandle: own.handle });
    signed(committed, own.handle, 0).refuses('TICKET', { parameter: 3 });
  });
});

describe('ecEphemeral', () => {
  test.each(ECC_CURVES)('gives a point of %s, another one each time', (curveID) => {
    const first = given(started()).when(ecEphemeral, { curveID }).records('Committed');
    const second = given(first.tpm).when(ecEphemeral, { curveID }).answers({ counter: 1 });
    const [Q, other] = [first, second].map(({ response }) => response['Q'] as TpmsEccPoint);
    expect(isOnCurve(curveID, Q!.x, Q!.y)).toBe(true);
    expect(Q!.x.length).toBe(COORDINATE_SIZE[curveID]);
    expect(other).not.toEqual(Q);
  });
});
