import { toHex, u16 as size, concat } from '../../domain/structures/octets.ts';
import { type Case, type Valid } from './case.ts';
import {
  byHmac,
  byPolicy,
  password,
  type Authorization,
  type Frame,
  type Request,
} from './request.ts';
import { RH } from './requests.ts';
import { H, NV } from './settings.ts';
import { bigEndian, everyPart, hex, type Change, type Part } from './wire.ts';

/** A handle of every kind, by what it is. */
const HANDLES: Readonly<Record<string, number>> = {
  'PCR 0': 0,
  'PCR 16': 16,
  'PCR 23': 23,
  'PCR 24': 24,
  'ordinary index': NV.ORDINARY,
  'counter index': NV.COUNTER,
  'bits index': NV.BITS,
  'extend index': NV.EXTEND,
  'unwritten index': NV.UNWRITTEN,
  'PIN index': NV.PIN_FAIL,
  'platform index': NV.SPECIAL,
  'no index': 0x01ffffff,
  'HMAC session': H.HMAC_SESSION,
  'no HMAC session': 0x02000005,
  'HMAC session out of range': 0x02000040,
  'policy session': H.POLICY_SESSION,
  'no policy session': 0x03000005,
  'policy session out of range': 0x03ffffff,
  'permanent 0': 0x40000000,
  OWNER: RH.OWNER,
  NULL: RH.NULL,
  UNASSIGNED: 0x40000008,
  PW: RH.PW,
  LOCKOUT: RH.LOCKOUT,
  ENDORSEMENT: RH.ENDORSEMENT,
  PLATFORM: RH.PLATFORM,
  PLATFORM_NV: RH.PLATFORM_NV,
  'AUTH 0': 0x40000010,
  'ACT 0': 0x40000110,
  'public key': H.PUBLIC,
  'empty slot': 0x80000002,
  'slot out of range': 0x80000003,
  'last transient': 0x80ffffff,
  'storage key': H.STORAGE,
  'RSA key': H.RSA,
  'signing key': H.SIGNING,
  'exchange key': H.EXCHANGE,
  'HMAC key': H.HMAC,
  'cipher key': H.CIPHER,
  'sealed data': H.SEALED,
  'attestation key': H.ATTESTATION,
  'no persistent object': 0x81000fff,
  'no platform object': 0x81800001,
  'attached component': 0x90000000,
  'all bits': 0xffffffff,
};

/** What stands in the place of an algorithm: known and unknown ones, and none. */
const ALGORITHMS = [
  0x00, 0x01, 0x03, 0x04, 0x05, 0x06, 0x08, 0x0a, 0x0b, 0x0c, 0x10, 0x12, 0x14, 0x15, 0x16, 0x17,
  0x18, 0x19, 0x1a, 0x1b, 0x20, 0x22, 0x23, 0x25, 0x26, 0x27, 0x3f, 0x42, 0x43, 0x44, 0xffff,
];
const CURVES = [0, 1, 2, 3, 4, 5, 6, 0x10, 0x11, 0x12, 0x20, 0x21, 0xffff];
/** Sizes around every limit that there is. */
const SIZES = [0, 1, 8, 15, 16, 17, 20, 31, 32, 33, 48, 64, 65, 66, 67, 128, 129, 256, 1024, 1025];

/** All that follows from a request that succeeds. */
export function derived(valid: Valid): readonly Case[] {
  const { request, setting } = valid;
  const variants: readonly (readonly [string, Request])[] = [
    ['valid', request],
    ...frames(request),
    ...authorizations(request),
    ...handles(request),
    ...parameters(request),
  ];
  const { command } = request;
  return variants.map(([name, changed]) => ({ command, name, setting, steps: [changed] }));
}

function framed(request: Request, frame: Frame): Request {
  return { ...request, frame };
}

function frames(request: Request): readonly (readonly [string, Request])[] {
  const hasSessions = request.authorizations.length > 0;
  const all: (readonly [string, Request])[] = [
    ['tag of a response', framed(request, { tag: 0x00c4 })],
    ['the other tag', framed(request, { tag: hasSessions ? 0x8001 : 0x8002 })],
    ['size too small', framed(request, { sizeMore: -1 })],
    ['size too large', framed(request, { sizeMore: 1 })],
    ['an octet left over', framed(request, { rest: hex('00') })],
    ...request.handles.flatMap((_, i) => [
      [`without handle ${i + 1}`, framed(request, { handlesCutAt: 4 * i })] as const,
      [`within handle ${i + 1}`, framed(request, { handlesCutAt: 4 * i + 3 })] as const,
    ]),
  ];
  if (!hasSessions) return all;
  return [
    ...all,
    ['no authorization area', framed(request, { authCutAt: 0 })],
    ['half a size of the authorization area', framed(request, { authCutAt: 2 })],
    ['authorization area cut', framed(request, { authCutAt: 12 })],
    ['authorization area of 0', framed(request, { authSize: 0 })],
    ['authorization area of 8', framed(request, { authSize: 8 })],
    ['authorization area one octet larger', framed(request, { authSizeMore: 1 })],
    ['authorization area one octet smaller', framed(request, { authSizeMore: -1 })],
    ['authorization area of 65535', framed(request, { authSize: 0xffff })],
  ];
}

function authorizations(request: Request): readonly (readonly [string, Request])[] {
  const usual = request.authorizations;
  const [first, ...rest] = usual;
  const by = (name: string, ...used: readonly Authorization[]) =>
    [name, { ...request, authorizations: used }] as const;
  const helper = { ...byHmac(H.HMAC_SESSION), proof: hex('') };
  const all = [
    by('one more password', ...usual, password()),
    by('a session without use', ...usual, helper),
    by('a session that audits', ...usual, { ...helper, attributes: 0x81 }),
    by('a session that decrypts', ...usual, { ...helper, attributes: 0x21 }),
    by('a session that encrypts', ...usual, { ...helper, attributes: 0x41 }),
    by('a session with reserved bits', ...usual, { ...helper, attributes: 0x19 }),
    by('a session that is not there', ...usual, {
      ...helper,
      handle: 0x02000005,
      attributes: 0x81,
    }),
    by('four sessions', ...usual, ...Array.from({ length: 4 - usual.length }, () => helper)),
  ];
  if (first === undefined) return all;
  return [
    ...all,
    by('without authorization'),
    ...(rest.length > 0 ? [by('one authorization too few', first)] : []),
    by('a wrong password', password('wrong'), ...rest),
    by('a password with a nonce', { ...first, nonce: hex('aa') }, ...rest),
    by('a password that audits', { ...first, attributes: 0x81 }, ...rest),
    by('a password of 65 octets', password('x'.repeat(65)), ...rest),
    by('a policy that is not met', byPolicy(H.POLICY_SESSION), ...rest),
    by('a session in the place of a password', { ...helper, nonce: hex('5a'.repeat(16)) }, ...rest),
    by('a wrong HMAC', { ...helper, proof: hex('bb'.repeat(32)) }, ...rest),
    by('a handle that is no session', { ...first, handle: RH.OWNER }, ...rest),
  ];
}

function handles(request: Request): readonly (readonly [string, Request])[] {
  return request.handles.flatMap((usual, i) =>
    Object.entries(HANDLES)
      .filter(([, handle]) => handle !== usual)
      .map(([name, handle]) => {
        const changed = request.handles.map((other, j) => (j === i ? handle : other));
        return [`handle ${i + 1} is ${name}`, { ...request, handles: changed }] as const;
      }),
  );
}

function parameters(request: Request): readonly (readonly [string, Request])[] {
  const seen = new Set<string>();
  return everyPart(request.parameters).flatMap(({ path, part }) => {
    if (seen.has(path)) return [];
    seen.add(path);
    return changes(part).map(([name, change]) => {
      return [`${path} ${name}`, { ...request, change }] as const;
    });
  });
}

type Named = readonly [string, Change];

function changes(part: Part): readonly Named[] {
  switch (part.kind) {
    case 'octets':
      return [];
    case 'number':
      return [...cuts(part, part.width), ...numbers(part)];
    case 'sized':
      return [...cuts(part, 2), ...sizes(part)];
  }
}

function cuts(of: Part, width: number): readonly Named[] {
  const before = ['is missing', { of, cutAt: 0 }] as const;
  return width === 1 ? [before] : [before, ['is cut', { of, cutAt: width - 1 }]];
}

function numbers(of: Extract<Part, { kind: 'number' }>): readonly Named[] {
  const { value, width, means } = of;
  const top = 1n << BigInt(8 * width - 1);
  const around = [0n, 1n, value - 1n, value + 1n, top - 1n, top, 2n * top - 1n];
  const candidates: Readonly<Record<typeof means, readonly bigint[]>> = {
    plain: around,
    flag: [0n, 1n, 2n, 255n],
    algorithm: ALGORITHMS.map(BigInt),
    curve: CURVES.map(BigInt),
    bits: Array.from({ length: 8 * width }, (_, bit) => value ^ (1n << BigInt(bit))),
  };
  const others = new Set(candidates[means].map((one) => BigInt.asUintN(8 * width, one)));
  others.delete(value);
  return [...others].map((other) => {
    const octets = bigEndian(other, width);
    return [`is ${toHex(octets)}`, { of, as: () => octets }] as const;
  });
}

function sizes(of: Extract<Part, { kind: 'sized' }>): readonly Named[] {
  const resized = (more: number) => (usual: Uint8Array) =>
    concat(size((((usual[0] ?? 0) << 8) + (usual[1] ?? 0) + more) & 0xffff), usual.subarray(2));
  const shifting: readonly Named[] = [
    ['has a size of 0', { of, as: (usual) => concat(size(0), usual.subarray(2)) }],
    ['has a size one too large', { of, as: resized(1) }],
    ['has a size one too small', { of, as: resized(-1) }],
  ];
  // What random octets would be taken for in the next field is another thing each time.
  const isRandom = of.content.some(
    (part) => part.kind === 'octets' && !(part.source instanceof Uint8Array),
  );
  const wrong: readonly Named[] = [
    ...(isRandom ? [] : shifting),
    ['has a size of 65535', { of, as: (usual) => concat(size(0xffff), usual.subarray(2)) }],
  ];
  const isPlain = of.content.every(({ kind }) => kind === 'octets');
  if (!isPlain) return [...wrong, ['is empty', { of, as: () => size(0) }]];
  return [
    ...wrong,
    ...SIZES.map((length): Named => {
      const octets = concat(size(length), new Uint8Array(length).fill(0xa5));
      return [`is ${length} octets`, { of, as: () => octets }];
    }),
  ];
}
