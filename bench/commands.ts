import { digest, hmac } from '../domain/crypto/hash.ts';
import { OBJECT, NV } from '../domain/structures/attributes.ts';
import { toOctets } from '../domain/structures/codec.ts';
import { TPM_RH } from '../domain/structures/handles.ts';
import { concat, fromHex, u16, u32 } from '../domain/structures/octets.ts';
import {
  TPM2B_PUBLIC,
  TPM2B_SENSITIVE_CREATE,
  type TpmtPublic,
} from '../domain/structures/public.ts';
import { EMPTY_SECRET } from '../domain/structures/secret.ts';
import { Reader } from '../domain/structures/wire.ts';

type PublicArea = Extract<TpmtPublic, { nameAlg: unknown }> & { readonly nameAlg: 'SHA256' };

const NONE = new Uint8Array(0);
const EMPTY_PASSWORD = fromHex('0000000940000009000001' + '0000');
const NV_TYPE_COUNTER = 1 << 4;

/** The octets of a command; `sessions` is its authorization area with its size, if it has one. */
export function command(
  code: number,
  handles: readonly number[],
  sessions: Uint8Array | null,
  ...parameters: readonly Uint8Array[]
): Uint8Array {
  const body = concat(...handles.map(u32), ...(sessions === null ? [] : [sessions]), ...parameters);
  const tag = u16(sessions === null ? 0x8001 : 0x8002);
  return concat(tag, u32(10 + body.length), u32(code), body);
}

/** The authorization area of one empty password. */
export const PASSWORD = EMPTY_PASSWORD;

/** TPM2_Startup(CLEAR). */
export const STARTUP = command(0x144, [], null, u16(0));
/** TPM2_GetRandom of 16 octets. */
export const GET_RANDOM = command(0x17b, [], null, u16(16));
/** TPM2_PCR_Read of PCR 0-7 in SHA-256. */
export const PCR_READ = command(0x17e, [], null, fromHex('00000001000b03ff0000'));
/** TPM2_GetCapability of 20 properties. */
export const GET_CAPABILITY = command(0x17a, [], null, u32(6), u32(0x100), u32(20));

/** TPM2_PCR_Extend of PCR 10 in SHA-256. */
export function pcrExtend(octet: number): Uint8Array {
  const digests = concat(u32(1), u16(0x000b), new Uint8Array(32).fill(octet));
  return command(0x182, [10], PASSWORD, digests);
}

/** TPM2_NV_DefineSpace of an index that its own value reads and writes; a counter or 32 octets. */
export function nvDefine(nvIndex: number, isCounter: boolean, auth: Uint8Array): Uint8Array {
  const plain = NV.AUTHREAD | NV.AUTHWRITE | NV.NO_DA;
  const attributes = plain | (isCounter ? NV_TYPE_COUNTER : 0);
  const size = isCounter ? 8 : 32;
  const area = concat(u32(nvIndex), u16(0x000b), u32(attributes), u16(0), u16(size));
  const parameters = [u16(auth.length), auth, u16(area.length), area];
  return command(0x12a, [TPM_RH.OWNER], PASSWORD, ...parameters);
}

/** TPM2_NV_UndefineSpace by the owner. */
export function nvUndefine(nvIndex: number): Uint8Array {
  return command(0x122, [TPM_RH.OWNER, nvIndex], PASSWORD);
}

/** TPM2_NV_Increment with the index's own, empty value. */
export function nvIncrement(nvIndex: number): Uint8Array {
  return command(0x134, [nvIndex, nvIndex], PASSWORD);
}

/** TPM2_NV_Write of 32 octets with a password. */
export function nvWrite(nvIndex: number, auth: Uint8Array): Uint8Array {
  const area = concat(fromHex('40000009000001'), u16(auth.length), auth);
  const data = new Uint8Array(32).fill(7);
  const sessions = concat(u32(area.length), area);
  return command(0x137, [nvIndex, nvIndex], sessions, u16(32), data, u16(0));
}

/** TPM2_StartAuthSession of an HMAC session that is neither salted nor bound. */
export const START_SESSION = command(
  0x176,
  [TPM_RH.NULL, TPM_RH.NULL],
  null,
  u16(16),
  new Uint8Array(16).fill(1),
  u16(0),
  fromHex('000010000b'),
);

/** TPM2_NV_Read of 32 octets, authorized by an HMAC session that ends with it. */
export function nvReadByHmac(
  nvIndex: number,
  nvName: Uint8Array,
  auth: Uint8Array,
  started: Uint8Array,
): Uint8Array {
  const reader = new Reader(started, 10);
  const handle = reader.u32();
  const nonceTPM = reader.octets(reader.u16());
  const parameters = concat(u16(32), u16(0));
  const cpHash = digest('SHA256', u32(0x14e), nvName, nvName, parameters);
  const nonceCaller = new Uint8Array(16).fill(2);
  const attributes = new Uint8Array([0]);
  const proof = hmac('SHA256', auth, cpHash, nonceCaller, nonceTPM, attributes);
  const nonce = concat(u16(nonceCaller.length), nonceCaller);
  const area = concat(u32(handle), nonce, attributes, u16(proof.length), proof);
  const sessions = concat(u32(area.length), area);
  return command(0x14e, [nvIndex, nvIndex], sessions, parameters);
}

/** TPM2_NV_ReadPublic. */
export function nvReadPublic(nvIndex: number): Uint8Array {
  return command(0x169, [nvIndex], null);
}

/** The Name in a response to TPM2_NV_ReadPublic. */
export function nameOfIndex(response: Uint8Array): Uint8Array {
  const reader = new Reader(response, 10);
  reader.octets(reader.u16());
  return reader.octets(reader.u16()).slice();
}

const SENSITIVE = toOctets(TPM2B_SENSITIVE_CREATE, { userAuth: EMPTY_SECRET, data: EMPTY_SECRET });
const STORAGE =
  OBJECT.fixedTPM |
  OBJECT.fixedParent |
  OBJECT.sensitiveDataOrigin |
  OBJECT.userWithAuth |
  OBJECT.noDA |
  OBJECT.restricted |
  OBJECT.decrypt;
const AES = { algorithm: 'AES', keyBits: 128, mode: 'CFB' } as const;
const NULL = { scheme: 'NULL' } as const;

/** A storage key, another one for each `unique`. */
export function storageKey(type: 'ECC' | 'RSA', unique: number): Uint8Array {
  const mark = u32(unique);
  const common = { nameAlg: 'SHA256', objectAttributes: STORAGE, authPolicy: NONE } as const;
  const area =
    type === 'ECC'
      ? {
          ...common,
          type,
          parameters: { symmetric: AES, scheme: NULL, curveID: 'NIST_P256', kdf: NULL } as const,
          unique: { x: mark, y: NONE },
        }
      : {
          ...common,
          type,
          parameters: { symmetric: AES, scheme: NULL, keyBits: 2048, exponent: 0 } as const,
          unique: mark,
        };
  return toOctets(TPM2B_PUBLIC, area as PublicArea);
}

/** A restricted signing key: ECDSA P-256, or RSASSA 2048. */
export function signingKey(type: 'ECC' | 'RSA', isRestricted: boolean): Uint8Array {
  const restricted = isRestricted ? OBJECT.restricted : 0;
  const objectAttributes =
    OBJECT.fixedTPM |
    OBJECT.fixedParent |
    OBJECT.sensitiveDataOrigin |
    OBJECT.userWithAuth |
    OBJECT.noDA |
    OBJECT.sign |
    restricted;
  const common = { nameAlg: 'SHA256', objectAttributes, authPolicy: NONE } as const;
  const symmetric = { algorithm: 'NULL' } as const;
  const area =
    type === 'ECC'
      ? {
          ...common,
          type,
          parameters: {
            symmetric,
            scheme: { scheme: 'ECDSA', hashAlg: 'SHA256' },
            curveID: 'NIST_P256',
            kdf: NULL,
          } as const,
          unique: { x: NONE, y: NONE },
        }
      : {
          ...common,
          type,
          parameters: {
            symmetric,
            scheme: { scheme: 'RSASSA', hashAlg: 'SHA256' },
            keyBits: 2048,
            exponent: 0,
          } as const,
          unique: NONE,
        };
  return toOctets(TPM2B_PUBLIC, area as PublicArea);
}

/** TPM2_CreatePrimary under the owner. */
export function createPrimary(publicArea: Uint8Array): Uint8Array {
  const rest = concat(u16(0), u32(0));
  return command(0x131, [TPM_RH.OWNER], PASSWORD, SENSITIVE, publicArea, rest);
}

/** TPM2_Create under a parent. */
export function create(parent: number, publicArea: Uint8Array): Uint8Array {
  return command(0x153, [parent], PASSWORD, SENSITIVE, publicArea, concat(u16(0), u32(0)));
}

/** TPM2_Load of what a response to TPM2_Create gave. */
export function load(parent: number, created: Uint8Array): Uint8Array {
  const reader = new Reader(created, 14);
  const outPrivate = reader.octets(reader.u16());
  const outPublic = reader.octets(reader.u16());
  const parts = [outPrivate, outPublic].flatMap((part) => [u16(part.length), part]);
  return command(0x157, [parent], PASSWORD, ...parts);
}

/** The handle that a response begins with. */
export function handleOf(response: Uint8Array): number {
  return new Reader(response, 10).u32();
}

/** TPM2_FlushContext. */
export function flush(handle: number): Uint8Array {
  return command(0x165, [], null, u32(handle));
}

/** TPM2_Sign of a digest with the key's own scheme. */
export function sign(key: number): Uint8Array {
  const ticket = concat(u16(0x8024), u32(TPM_RH.NULL), u16(0));
  const digestOctets = new Uint8Array(32).fill(5);
  return command(0x15d, [key], PASSWORD, u16(32), digestOctets, u16(0x10), ticket);
}

/** TPM2_Quote of PCR 0-7 with the key's own scheme. */
export function quote(key: number): Uint8Array {
  const selection = fromHex('00000001000b03ff0000');
  return command(0x158, [key], PASSWORD, u16(0), u16(0x10), selection);
}
