import { connect, type Socket } from 'node:net';
import { EK_TEMPLATE_L2 } from '../../domain/lineage/endorsementKeys.ts';
import { toOctets, type Codec } from '../../domain/structures/codec.ts';
import { TPML_PCR_SELECTION } from '../../domain/structures/base.ts';
import { NV, OBJECT } from '../../domain/structures/attributes.ts';
import {
  TPM2B_DATA,
  TPM2B_NAME,
  TPM2B_PRIVATE,
  TPM2B_SENSITIVE_DATA,
} from '../../domain/structures/buffers.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { concat, fromHex, u16, u32 } from '../../domain/structures/octets.ts';
import {
  TPM2B_PUBLIC,
  TPM2B_SENSITIVE_CREATE,
  type TpmtPublic,
} from '../../domain/structures/public.ts';
import { EMPTY_SECRET, secret } from '../../domain/structures/secret.ts';
import { Reader } from '../../domain/structures/wire.ts';

/** A password session with an empty password: what a guest without secrets authorizes with. */
const EMPTY_PASSWORD = fromHex('40000009000001 0000'.replace(' ', ''));
const HEADER_SIZE = 10;

/** The storage root key that most systems make: ECC P-256, like the endorsement key. */
export const STORAGE_ROOT_KEY: TpmtPublic = {
  ...EK_TEMPLATE_L2,
  objectAttributes:
    (EK_TEMPLATE_L2.objectAttributes & ~OBJECT.adminWithPolicy) | OBJECT.userWithAuth | OBJECT.noDA,
  authPolicy: new Uint8Array(0),
};

const SEALED_DATA: TpmtPublic = {
  type: 'KEYEDHASH',
  nameAlg: 'SHA256',
  objectAttributes: OBJECT.fixedTPM | OBJECT.fixedParent | OBJECT.userWithAuth | OBJECT.noDA,
  authPolicy: new Uint8Array(0),
  parameters: { scheme: { scheme: 'NULL' } },
  unique: new Uint8Array(0),
};

/** A blob that only the TPM that made it, or a copy of it, can open. */
export type SealedBlob = { readonly private: Uint8Array; readonly public: Uint8Array };

/** The TPM refused a command. */
export class Refused extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`the TPM answered 0x${code.toString(16)}`);
    this.code = code;
  }
}

/** A guest of a machine: drives its TPM through a socket, with commands as any guest sends them. */
export class Guest {
  readonly #socket: Socket;
  #received: Uint8Array = new Uint8Array(0);
  #waiting: {
    readonly resolve: (response: Uint8Array) => void;
    readonly reject: (error: Error) => void;
  } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (octets) => {
      this.#received = concat(this.#received, octets);
      this.#answer();
    });
    socket.on('close', () => {
      this.#waiting?.reject(new Error('the connection was closed'));
    });
  }

  /** Connects to an endpoint of the swtpm protocol on loopback. */
  static connect(port: number): Promise<Guest> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.on('error', () => undefined);
        resolve(new Guest(socket));
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #answer(): void {
    if (this.#received.length < HEADER_SIZE) return;
    const size = new Reader(this.#received, 2).u32();
    if (this.#received.length < size) return;
    const response = this.#received.slice(0, size);
    this.#received = this.#received.slice(size);
    this.#waiting?.resolve(response);
    this.#waiting = null;
  }

  /** Sends a command; gives what follows the header. Rejects with Refused for a response code. */
  async send(
    code: number,
    handles: readonly number[],
    isAuthorized: boolean,
    ...parameters: readonly Uint8Array[]
  ): Promise<Reader> {
    const authorization = isAuthorized ? concat(u32(EMPTY_PASSWORD.length), EMPTY_PASSWORD) : null;
    const body = concat(
      ...handles.map(u32),
      ...(authorization ? [authorization] : []),
      ...parameters,
    );
    const tag = u16(isAuthorized ? 0x8002 : 0x8001);
    const command = concat(tag, u32(HEADER_SIZE + body.length), u32(code), body);
    const response = await new Promise<Uint8Array>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(command);
    });
    const reader = new Reader(response, 6);
    const answer = reader.u32();
    if (answer !== 0) throw new Refused(answer);
    return reader;
  }

  /** TPM2_Startup(CLEAR). */
  async startup(): Promise<void> {
    await this.send(0x144, [], false, u16(0));
  }

  /** TPM2_PCR_Extend of the SHA-256 bank. */
  async extend(pcr: number, digest: Uint8Array): Promise<void> {
    await this.send(0x182, [pcr], true, u32(1), u16(0x000b), digest);
  }

  /** TPM2_PCR_Read of one PCR of the SHA-256 bank. */
  async readPcr(pcr: number): Promise<Uint8Array> {
    const pcrSelect = new Uint8Array(3);
    pcrSelect[pcr >>> 3] = 1 << (pcr & 7);
    const selection = [{ hash: 'SHA256', pcrSelect } as const];
    const reader = await this.send(0x17e, [], false, toOctets(TPML_PCR_SELECTION, selection));
    reader.u32();
    TPML_PCR_SELECTION.unmarshal(reader);
    reader.u32();
    return reader.octets(reader.u16()).slice();
  }

  /** TPM2_CreatePrimary; gives handle and Name. */
  async createPrimary(
    hierarchy: number,
    template: TpmtPublic,
  ): Promise<{ readonly handle: number; readonly name: Uint8Array }> {
    const parameters = [
      toOctets(TPM2B_SENSITIVE_CREATE, { userAuth: EMPTY_SECRET, data: EMPTY_SECRET }),
      toOctets(TPM2B_PUBLIC, template as never),
      toOctets(TPM2B_DATA, new Uint8Array(0)),
      toOctets(TPML_PCR_SELECTION, []),
    ];
    const reader = await this.send(0x131, [hierarchy], true, ...parameters);
    const handle = reader.u32();
    reader.u32();
    for (let skipped = 0; skipped < 3; skipped += 1) reader.octets(reader.u16());
    reader.octets(6);
    reader.octets(reader.u16());
    return { handle, name: readSized(reader, TPM2B_NAME) };
  }

  /** TPM2_Create of a sealed object under a parent. */
  async seal(parent: number, data: Uint8Array): Promise<SealedBlob> {
    const parameters = [
      toOctets(TPM2B_SENSITIVE_CREATE, { userAuth: EMPTY_SECRET, data: secret(data) }),
      toOctets(TPM2B_PUBLIC, SEALED_DATA as never),
      toOctets(TPM2B_DATA, new Uint8Array(0)),
      toOctets(TPML_PCR_SELECTION, []),
    ];
    const reader = await this.send(0x153, [parent], true, ...parameters);
    reader.u32();
    const sealed = readSized(reader, TPM2B_PRIVATE);
    return { private: sealed, public: reader.octets(reader.u16()).slice() };
  }

  /** TPM2_Load and TPM2_Unseal. */
  async unseal(parent: number, blob: SealedBlob): Promise<Uint8Array> {
    const { private: sealed, public: publicArea } = blob;
    const parts = [u16(sealed.length), sealed, u16(publicArea.length), publicArea];
    const handle = (await this.send(0x157, [parent], true, ...parts)).u32();
    const reader = await this.send(0x15e, [handle], true);
    reader.u32();
    const { octets } = TPM2B_SENSITIVE_DATA.unmarshal(reader);
    await this.send(0x165, [], false, u32(handle));
    return octets;
  }

  /** TPM2_FlushContext. */
  async flush(handle: number): Promise<void> {
    await this.send(0x165, [], false, u32(handle));
  }

  /** TPM2_NV_DefineSpace of a counter that its own empty authorization reads and increments. */
  async defineCounter(nvIndex: number): Promise<void> {
    const attributes = NV.AUTHREAD | NV.AUTHWRITE | NV.NO_DA | (1 << 4);
    const publicArea = concat(u32(nvIndex), u16(0x000b), u32(attributes), u16(0), u16(8));
    const parameters = [u16(0), u16(publicArea.length), publicArea];
    await this.send(0x12a, [TPM_RH.OWNER], true, ...parameters);
  }

  /** TPM2_NV_Increment. */
  async increment(nvIndex: number): Promise<void> {
    await this.send(0x134, [nvIndex, nvIndex], true);
  }

  /** TPM2_NV_Read with the index's own, empty authorization. */
  async readNv(nvIndex: number, size: number): Promise<Uint8Array> {
    const reader = await this.send(0x14e, [nvIndex, nvIndex], true, u16(size), u16(0));
    reader.u32();
    return reader.octets(reader.u16()).slice();
  }
}

function readSized(reader: Reader, codec: Codec<Uint8Array>): Uint8Array {
  return codec.unmarshal(reader).slice();
}
