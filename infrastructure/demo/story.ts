import { EK_TEMPLATE_L2 } from '../../domain/lineage/endorsementKeys.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { toHex } from '../../domain/structures/octets.ts';
import { responseCode } from '../../domain/structures/responseCodes.ts';
import { LINEAGE_COUNTER } from '../../domain/tpm/lineageFacts.ts';
import { EngineProcess } from './engineProcess.ts';
import { Guest, Refused, STORAGE_ROOT_KEY, type SealedBlob } from './guest.ts';

const HIERARCHY_REFUSED = responseCode('HIERARCHY', { handle: 1 });
const PCR = 7;

type Incarnation = {
  readonly incarnation: string;
  readonly machine: string;
  readonly generation: number;
  readonly lineageCounter: number;
  readonly isRetired: boolean;
  readonly parent: { readonly incarnation: string; readonly reason: string } | null;
};

type Verdict = {
  readonly isRight: boolean;
  readonly events: number;
  readonly streams: readonly { readonly problem: string | null }[];
};

/** The engine of a demo with the guests of its machines, and what is said about them. */
export class Story {
  #engine: EngineProcess;
  readonly #print: (line: string) => void;
  readonly #guests = new Map<string, Guest>();
  readonly #sealed = new Map<string, SealedBlob>();
  readonly #startedMs = performance.now();

  constructor(engine: EngineProcess, print: (line: string) => void) {
    this.#engine = engine;
    this.#print = print;
  }

  get engine(): EngineProcess {
    return this.#engine;
  }

  chapter(title: string): void {
    this.#print(`\n${title}`);
  }

  say(line: string): void {
    this.#print(`  ${line}`);
  }

  /** Says that something is so, or ends the story because it is not. */
  expect(isSo: boolean, claim: string): void {
    if (!isSo) throw new Error(`The demo failed; this does not hold: ${claim}.`);
    this.say(claim);
  }

  seconds(): string {
    return ((performance.now() - this.#startedMs) / 1000).toFixed(1);
  }

  /** Makes a machine and switches it on. */
  async create(name: string): Promise<void> {
    await this.#engine.api('POST', '/machines', { name });
    await this.#engine.api('POST', `/machines/${name}/power`, { state: 'on' });
    this.say(`machine ${name} is made and switched on`);
  }

  async clone(source: string, name: string, how: { readonly hold?: boolean } = {}): Promise<void> {
    const startedMs = performance.now();
    await this.#engine.api('POST', `/machines/${source}/clones`, { name, ...how });
    const tookMs = (performance.now() - startedMs).toFixed(0);
    this.say(`${name} is cloned from ${source} in ${tookMs} ms${how.hold ? ', and held' : ''}`);
  }

  /**
   * Connects a guest to the TPM of a machine, through an endpoint that is opened for it if need be.
   */
  async enter(name: string): Promise<Guest> {
    this.#guests.get(name)?.close();
    const port = await this.#port(name);
    const guest = await Guest.connect(port);
    this.#guests.set(name, guest);
    return guest;
  }

  async #port(name: string): Promise<number> {
    const path = `/machines/${name}/endpoints`;
    type Endpoint = { readonly listen: string };
    const { endpoints } = await this.#engine.api<{ readonly endpoints: readonly Endpoint[] }>(
      'GET',
      path,
    );
    const spec = { protocol: 'swtpm', listen: 'tcp:127.0.0.1:0' };
    const endpoint = endpoints[0] ?? (await this.#engine.api<Endpoint>('POST', path, spec));
    return Number(endpoint.listen.split(':').at(-1));
  }

  guest(name: string): Guest {
    const guest = this.#guests.get(name);
    if (guest === undefined) throw new Error(`nobody entered ${name}`);
    return guest;
  }

  async pcr(name: string): Promise<string> {
    return toHex(await this.guest(name).readPcr(PCR));
  }

  async seal(name: string, text: string): Promise<void> {
    const guest = this.guest(name);
    const { handle } = await guest.createPrimary(TPM_RH.OWNER, STORAGE_ROOT_KEY);
    this.#sealed.set(name, await guest.seal(handle, new TextEncoder().encode(text)));
    await guest.flush(handle);
  }

  /** What `name` reads of the blob that `sealer` made. */
  async unseal(name: string, sealer: string): Promise<string> {
    const guest = this.guest(name);
    const blob = this.#sealed.get(sealer);
    if (blob === undefined) throw new Error(`${sealer} sealed nothing`);
    const { handle } = await guest.createPrimary(TPM_RH.OWNER, STORAGE_ROOT_KEY);
    const octets = await guest.unseal(handle, blob);
    await guest.flush(handle);
    return new TextDecoder().decode(octets);
  }

  /** Who the TPM of a machine is: the Name of its endorsement key, and its lineage counter. */
  async identity(name: string): Promise<{ readonly name: string; readonly counter: number }> {
    const guest = this.guest(name);
    const key = await guest.createPrimary(TPM_RH.ENDORSEMENT, EK_TEMPLATE_L2);
    await guest.flush(key.handle);
    const counter = await guest.readNv(LINEAGE_COUNTER, 8);
    return { name: toHex(key.name), counter: Number(BigInt(`0x${toHex(counter)}`)) };
  }

  /** How the TPM of a machine refuses to make its endorsement key; null when it makes it. */
  async endorsementRefusal(name: string): Promise<string | null> {
    try {
      await this.identity(name);
      return null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return error.code === HIERARCHY_REFUSED ? 'TPM_RC_HIERARCHY' : error.message;
    }
  }

  /** The engine, dead or not, started anew on the same data. */
  async restart(): Promise<void> {
    await this.#engine.kill();
    this.#engine = await EngineProcess.start(this.#engine.data);
  }

  /** The family of a machine's TPM as a tree, a line each. */
  async family(name: string): Promise<readonly string[]> {
    const path = `/machines/${name}/lineage`;
    type Family = { readonly incarnations: readonly Incarnation[] };
    const { incarnations } = await this.#engine.api<Family>('GET', path);
    const childrenOf = (parent: string | null): readonly Incarnation[] =>
      incarnations.filter((one) => (one.parent?.incarnation ?? null) === parent);
    const branch = (one: Incarnation, depth: number): readonly string[] => [
      `${depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `}${described(one)}`,
      ...childrenOf(one.incarnation).flatMap((child) => branch(child, depth + 1)),
    ];
    return childrenOf(null).flatMap((one) => branch(one, 0));
  }

  async verify(): Promise<{ isRight: boolean; events: number; streams: number }> {
    const { isRight, events, streams } = await this.#engine.api<Verdict>(
      'POST',
      '/verifications',
      {},
    );
    return { isRight, events, streams: streams.length };
  }

  async end(): Promise<void> {
    for (const guest of this.#guests.values()) guest.close();
    await this.#engine.stop();
  }
}

function described({
  incarnation,
  machine,
  parent,
  lineageCounter,
  isRetired,
}: Incarnation): string {
  const how = parent === null ? 'manufactured' : parent.reason;
  const end = isRetired ? ', retired' : '';
  return `${machine} ${incarnation.slice(0, 8)} (${how}, lineage counter ${lineageCounter}${end})`;
}
