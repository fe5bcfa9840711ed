import { TPMS_ATTEST, type TpmsAttest } from '../../domain/structures/attestation.ts';
import type { TpmsCapabilityData } from '../../domain/structures/capabilityData.ts';
import { fromOctets } from '../../domain/structures/codec.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { Secret } from '../../domain/structures/secret.ts';
import { slotAt } from '../../domain/tpm/entities.ts';
import type { Sent } from '../support/generator/guest.ts';
import type { Opened } from '../support/generator/reply.ts';

/** A place in a response where the two part, or null. */
export type Parting = { readonly where: string; readonly ours: string; readonly theirs: string };

/** Whether octets, in hexadecimal, were given out by both sides in the same place. */
export type AreTwins = (ours: string, theirs: string) => boolean;

type Paths = readonly string[];

/** Octets that have something random in them, of the same length on both sides. */
const RANDOM: Readonly<Record<string, Paths>> = {
  Create: [
    'outPrivate',
    'outPublic.unique',
    'creationData.parentQualifiedName',
    'creationHash',
    'creationTicket.digest',
  ],
  CreateLoaded: ['outPrivate'],
  CreatePrimary: ['outPublic.unique', 'creationTicket.digest', 'name'],
  Duplicate: ['encryptionKeyOut', 'duplicate', 'outSymSeed'],
  ECDH_KeyGen: ['zPoint', 'pubPoint'],
  EC_Ephemeral: ['Q'],
  Commit: ['K', 'L', 'E'],
  EventSequenceComplete: [],
  GetRandom: ['randomBytes'],
  GetCommandAuditDigest: ['auditInfo.attested.auditDigest'],
  GetSessionAuditDigest: ['auditInfo.attested.sessionDigest'],
  Hash: ['validation.digest'],
  Import: ['outPrivate'],
  MakeCredential: ['credentialBlob', 'secret'],
  ObjectChangeAuth: ['outPrivate'],
  PolicySecret: ['timeout', 'policyTicket.digest'],
  ReadPublic: ['qualifiedName'],
  PolicySigned: ['timeout', 'policyTicket.digest'],
  Rewrap: ['outDuplicate', 'outSymSeed'],
  SequenceComplete: ['validation.digest'],
  StartAuthSession: ['nonceTPM'],
  VerifySignature: ['validation.digest'],
};

/** Octets that are random when a key or an input is, of the same length on both sides. */
const DEPENDENT: Readonly<Record<string, Paths>> = {
  CertifyX509: ['tbsDigest'],
  Create: ['outPublic.authPolicy', 'creationData'],
  CreateLoaded: ['outPublic.unique', 'name'],
  CreatePrimary: ['creationHash', 'creationData'],
  ECDH_ZGen: ['outPoint'],
  EncryptDecrypt: ['outData', 'ivOut'],
  EncryptDecrypt2: ['outData', 'ivOut'],
  HMAC: ['outHMAC'],
  Load: ['name'],
  LoadExternal: ['name'],
  PCR_Event: ['digests'],
  PolicyGetDigest: ['policyDigest'],
  RSA_Decrypt: ['message'],
  RSA_Encrypt: ['outData'],
  ReadPublic: ['outPublic.unique', 'name', 'qualifiedName'],
  ZGen_2Phase: ['outZ1', 'outZ2'],
};

/** Octets of which even the length is random, or each side's own affair. */
const OWN: Readonly<Record<string, Paths>> = {
  CertifyX509: ['addedToCertificate'],
  ContextSave: ['context.contextBlob'],
  GetTestResult: ['outData'],
  IncrementalSelfTest: ['toDoList'],
  ReadClock: ['currentTime.time', 'currentTime.clockInfo.clock', 'currentTime.clockInfo.safe'],
};

/** Everything in an attestation that has to do with the time, and whose TPM it is. */
const OWN_ATTESTED: Paths = [
  'qualifiedSigner',
  'clockInfo.clock',
  'clockInfo.safe',
  'firmwareVersion',
  'attested.firmwareVersion',
  'attested.qualifiedName',
  'attested.time.time',
  'attested.time.clockInfo.clock',
  'attested.time.clockInfo.safe',
];
/** Of the platform's, and for some keys behind a number that nobody else knows. */
const COUNTS = {
  'clockInfo.resetCount': 'resetCount',
  'clockInfo.restartCount': 'restartCount',
} as const;

const ATTESTATIONS: ReadonlySet<string> = new Set([
  'quoted',
  'certifyInfo',
  'timeInfo',
  'auditInfo',
]);

/** Properties of the room that is left, and of what is its maker's. */
const OWN_PROPERTIES: ReadonlySet<number> = new Set([0x209, 0x20b]);
const PT_VAR = 0x200;

type Pair = {
  readonly sent: Sent;
  readonly theirs: Opened;
  readonly areTwins: AreTwins;
  /** Nothing that is random went into the command. */
  readonly isSame: boolean;
};

/** Where two successful responses to the same command differ that must not. */
export function parting(pair: Pair): Parting | null {
  const { sent, theirs, areTwins } = pair;
  const { response } = sent;
  const { name } = sent.plan.command;
  if (response.handle !== theirs.handle) {
    return { where: 'handle', ours: hex(response.handle), theirs: hex(theirs.handle) };
  }
  const [own, other] = [response, theirs].map(({ values }) => comparable(name, values));
  const rule = ruleOf(pair);
  return (
    difference('', own, other, (where, one, two) => areTwins(one, two) || rule(where, one, two)) ??
    sessionParting(response, theirs)
  );
}

function sessionParting(ours: Opened, theirs: Opened): Parting | null {
  for (const [i, reply] of ours.sessions.entries()) {
    const other = theirs.sessions[i];
    const where = `session ${i + 1}`;
    if (!reply.isGenuine) return { where, ours: 'a wrong HMAC', theirs: '' };
    if (other?.isGenuine === false) return { where, ours: '', theirs: 'a wrong HMAC' };
    if (other?.attributes === reply.attributes) continue;
    return { where, ours: hex(reply.attributes), theirs: hex(other?.attributes ?? 0) };
  }
  return null;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

type Rule = (where: string, ours: string, theirs: string) => boolean;

/** Which differences of a response are none. */
function ruleOf(pair: Pair): Rule {
  const { sent, isSame } = pair;
  const { name } = sent.plan.command;
  const isIn = (where: string, paths: Paths = []): boolean =>
    paths.some((path) => where === path || where.startsWith(`${path}.`));
  const isAlike: Rule = (where, ours, theirs) => {
    const isVarying = isIn(where, RANDOM[name]) || (!isSame && isIn(where, DEPENDENT[name]));
    return isVarying && ours.length === theirs.length;
  };
  return (where, ours, theirs) => {
    if (isIn(where, OWN[name])) return true;
    const [first = '', ...rest] = where.split('.');
    if (first === 'signature') return isRandomSignature(sent, isSame, rest.join('.'));
    if (ATTESTATIONS.has(first)) {
      const place = rest.join('.');
      if (isIn(place, OWN_ATTESTED)) return true;
      if (place in COUNTS) {
        const plain = String(sent.before.clock[COUNTS[place as keyof typeof COUNTS]]);
        return ours !== plain && theirs !== plain;
      }
    }
    if (name === 'RSA_Encrypt' && where === 'outData') return ours.length === theirs.length;
    // The digest of a public area in which octets stand that each side has its own of.
    if (name === 'NV_ReadPublic' && where === 'nvName') return !isPublicSame(pair);
    if (name === 'SequenceComplete' && where === 'result') return isKeyed(sent);
    if (name === 'CreateLoaded' && !isDerived(sent) && isIn(where, DEPENDENT[name])) {
      return ours.length === theirs.length;
    }
    return isAlike(where, ours, theirs);
  };
}

function isPublicSame({ sent, theirs }: Pair): boolean {
  const [own, other] = [sent.response, theirs].map(({ values }) => values['nvPublic']);
  return difference('', own, other) === null;
}

/** What was signed has the time in it, or the signature itself is random. */
function isRandomSignature({ plan, response }: Sent, isSame: boolean, place: string): boolean {
  if (place === 'sigAlg' || place === 'hash') return false;
  const { sigAlg } = response.values['signature'] as { readonly sigAlg: string };
  const isDeterministic = sigAlg === 'RSASSA' || sigAlg === 'HMAC';
  return plan.command.name !== 'Sign' || !isDeterministic || !isSame;
}

function isKeyed({ before, plan }: Sent): boolean {
  const slot = slotAt(before, plan.handles[0] ?? 0);
  return slot.kind === 'sequence' && slot.purpose !== 'hash';
}

/** True when the parent of CreateLoaded is a key from which children are derived. */
function isDerived({ before, plan }: Sent): boolean {
  const handle = plan.handles[0] ?? 0;
  const slot = before.objects.transient.get(handle) ?? before.objects.persistent.get(handle);
  return slot?.kind === 'object' && slot.publicArea.type === 'KEYEDHASH';
}

type Values = Readonly<Record<string, unknown>>;

/** Attestations as structures, and of capabilities what is neither a maker's nor a size. */
function comparable(name: string, values: Values): Values {
  if (name === 'GetCapability') return { capabilityData: told(values['capabilityData']) };
  const entries = Object.entries(values).map(([key, value]) => [
    key,
    ATTESTATIONS.has(key) && value instanceof Uint8Array ? attested(value) : value,
  ]);
  return Object.fromEntries(entries) as Values;
}

function attested(octets: Uint8Array): TpmsAttest | Uint8Array {
  try {
    return fromOctets(TPMS_ATTEST, octets);
  } catch {
    return octets;
  }
}

function told(data: unknown): unknown {
  const { capability, ...rest } = data as TpmsCapabilityData;
  switch (capability) {
    case 'TPM_PROPERTIES': {
      const { tpmProperties } = data as Extract<
        TpmsCapabilityData,
        { capability: typeof capability }
      >;
      return tpmProperties.filter(
        ({ property }) => property >= PT_VAR && !OWN_PROPERTIES.has(property),
      );
    }
    default:
      return { capability, ...rest };
  }
}

/** The first place where two values differ and no rule says that they may. */
export function difference(
  where: string,
  ours: unknown,
  theirs: unknown,
  isAllowed: Rule = () => false,
): Parting | null {
  if (isLeaf(ours) || isLeaf(theirs)) {
    const [own, other] = [shown(ours), shown(theirs)];
    return own === other || isAllowed(where, own, other)
      ? null
      : { where, ours: own, theirs: other };
  }
  const [own, other] = [ours as Values, theirs as Values];
  for (const name of new Set([...Object.keys(own), ...Object.keys(other)])) {
    const place = where === '' ? name : `${where}.${name}`;
    const found = difference(place, own[name], other[name], isAllowed);
    if (found !== null) return found;
  }
  return null;
}

function isLeaf(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    value instanceof Uint8Array ||
    value instanceof Secret
  );
}

function shown(value: unknown): string {
  if (value instanceof Secret) return toHex(value.octets);
  return value instanceof Uint8Array ? toHex(value) : String(value);
}
