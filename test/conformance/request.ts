import { digest, hmac } from '../../domain/crypto/hash.ts';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import { concat, toHex } from '../../domain/structures/octets.ts';
import {
  bigEndian,
  hex,
  sourceOctets,
  written,
  type Change,
  type Given,
  type Part,
} from './wire.ts';

const NONE = new Uint8Array(0);
const PW = 0x40000009;
const HEADER_SIZE = 10;
const CONTINUE = 0x01;

/** One entry of an authorization area. */
export type Authorization = {
  readonly handle: number;
  readonly nonce: Uint8Array;
  readonly attributes: number;
  /** A password, or whatever else stands there; where it is absent the HMAC that is right. */
  readonly proof?: Uint8Array;
  /** The value that the HMAC is made with. */
  readonly value: Uint8Array;
};

/** A password. */
export function password(text = ''): Authorization {
  const proof = Uint8Array.from(Buffer.from(text));
  return { handle: PW, nonce: NONE, attributes: CONTINUE, proof, value: NONE };
}

/** An HMAC session with the value of what it authorizes. */
export function byHmac(handle: number, text = '', attributes = CONTINUE): Authorization {
  return { handle, nonce: hex('5a'.repeat(16)), attributes, value: Buffer.from(text) };
}

/** A policy session whose policy asks for no value. */
export function byPolicy(handle: number, attributes = CONTINUE): Authorization {
  return { handle, nonce: NONE, attributes, proof: NONE, value: NONE };
}

/** What of a request is not as its parts say. */
export type Frame = {
  readonly tag?: number;
  /** Added to the size in the header. */
  readonly sizeMore?: number;
  /** Added to the size of the authorization area. */
  readonly authSizeMore?: number;
  /** The size of the authorization area. */
  readonly authSize?: number;
  /** Octets behind the last parameter. */
  readonly rest?: Uint8Array;
  /** As many octets of the handles, and nothing behind them. */
  readonly handlesCutAt?: number;
  /** As many octets behind the handles. */
  readonly authCutAt?: number;
};

/** A handle, or one that a TPM gave out under a name. */
export type Handle = number | { readonly from: string };

/** A command as it is sent. */
export type Request = {
  readonly command: string;
  readonly code: number;
  readonly handles: readonly Handle[];
  readonly authorizations: readonly Authorization[];
  readonly parameters: readonly Part[];
  readonly locality?: number;
  readonly change?: Change;
  readonly frame?: Frame;
  /** Under which name what is given out is remembered. */
  readonly keep?: string;
};

/** What a client knows of a session. */
export type ClientSession = { readonly hash: HashAlg; readonly nonceTPM: Uint8Array };

/** What a client must know to make a request. */
export type Knowledge = {
  readonly given: Given;
  readonly sessions: ReadonlyMap<number, ClientSession>;
  readonly nameOf: (handle: number) => Promise<Uint8Array>;
};

/** The octets of a request. */
export async function requestOctets(request: Request, knowledge: Knowledge): Promise<Uint8Array> {
  const { code, authorizations, frame = {} } = request;
  const handles = request.handles.map((handle) => handleOf(handle, knowledge.given));
  const parameters = written(request.parameters, knowledge.given, request.change);
  const names: Uint8Array[] = [];
  if (authorizations.some(({ proof }) => proof === undefined)) {
    for (const handle of handles) names.push(await knowledge.nameOf(handle));
  }
  const cp = concat(bigEndian(BigInt(code), 4), ...names, parameters);
  const area = concat(...authorizations.map((used) => entry(used, cp, knowledge)));
  const hasSessions = authorizations.length > 0;
  const areaSize = frame.authSize ?? area.length + (frame.authSizeMore ?? 0);
  const sessions = hasSessions ? concat(bigEndian(BigInt(areaSize), 4), area) : NONE;
  const handleOctets = concat(...handles.map((handle) => bigEndian(BigInt(handle), 4)));
  const behind = concat(sessions, parameters, frame.rest ?? NONE).subarray(0, frame.authCutAt);
  const body =
    frame.handlesCutAt === undefined
      ? concat(handleOctets, behind)
      : handleOctets.subarray(0, frame.handlesCutAt);
  const tag = frame.tag ?? (hasSessions ? 0x8002 : 0x8001);
  const size = HEADER_SIZE + body.length + (frame.sizeMore ?? 0);
  const header = [bigEndian(BigInt(tag), 2), bigEndian(BigInt(size), 4)];
  return concat(...header, bigEndian(BigInt(code), 4), body);
}

function handleOf(handle: Handle, given: Given): number {
  if (typeof handle === 'number') return handle;
  return Number(BigInt(`0x${toHex(sourceOctets(handle, given))}`));
}

function entry(used: Authorization, cp: Uint8Array, { sessions }: Knowledge): Uint8Array {
  const { handle, nonce, attributes } = used;
  const proof = used.proof ?? proofOf(used, cp, sessions.get(handle));
  const head = concat(bigEndian(BigInt(handle), 4), bigEndian(BigInt(nonce.length), 2), nonce);
  return concat(head, hex(attributes.toString(16).padStart(2, '0')), sizedOctets(proof));
}

/** The HMAC of a session that nobody bound or salted. */
function proofOf(used: Authorization, cp: Uint8Array, session?: ClientSession): Uint8Array {
  if (session === undefined || used.value.length === 0) return NONE;
  const { hash, nonceTPM } = session;
  const tail = new Uint8Array([used.attributes]);
  return hmac(hash, used.value, digest(hash, cp), used.nonce, nonceTPM, tail);
}

function sizedOctets(octets: Uint8Array): Uint8Array {
  return concat(bigEndian(BigInt(octets.length), 2), octets);
}
