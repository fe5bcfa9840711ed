import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { NV } from '../../domain/structures/attributes.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { concat, sameOctets, toHex, u16, u32 } from '../../domain/structures/octets.ts';
import { Secret } from '../../domain/structures/secret.ts';
import { openHost, type Host } from '../../infrastructure/composition.ts';
import { Guest, STORAGE_ROOT_KEY } from '../../infrastructure/demo/guest.ts';
import { ask } from '../infrastructure/http/ask.ts';

const NV_INDEX = 0x01800010;
const OWNER_AUTH = octetsOf('the authorization value of the owner');
const NV_AUTH = octetsOf('the authorization value of an index');
const NV_DATA = octetsOf('what only those who know it can read');
const SEALED = octetsOf('the passphrase of the disk, sealed here');
const HASHED = octetsOf('a secret in the middle of a sequence of hashing');
const STIRRED = octetsOf('what a guest stirred into the randomness of its TPM');

/** TPM_SE_HMAC, then TPM_ALG_NULL. */
const HMAC_WITHOUT_CIPHER = new Uint8Array([0, 0, 0x10]);

/** Fewer octets, or fewer different ones, could be anywhere by chance. */
const SIZE_MIN = 8;
const VARIETY_MIN = 6;

function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Fills a TPM with secrets of every kind that a guest has. */
async function fill(guest: Guest): Promise<void> {
  await guest.startup();
  const { handle } = await guest.createPrimary(TPM_RH.OWNER, STORAGE_ROOT_KEY);
  await guest.seal(handle, SEALED);
  const size = NV_DATA.length;
  const attributes = NV.OWNERREAD | NV.AUTHWRITE | NV.OWNERWRITE | NV.NO_DA;
  const publicArea = concat(u32(NV_INDEX), u16(0x000b), u32(attributes), u16(0), u16(size));
  const auth = NV_AUTH.slice(0, 32);
  const definition = [u16(auth.length), auth, u16(publicArea.length), publicArea];
  await guest.send(0x12a, [TPM_RH.OWNER], true, ...definition);
  await guest.send(0x137, [TPM_RH.OWNER, NV_INDEX], true, u16(size), NV_DATA, u16(0));
  await guest.send(0x146, [], false, u16(STIRRED.length), STIRRED);
  const sequence = (await guest.send(0x186, [], false, u16(0), u16(0x000b))).u32();
  await guest.send(0x15c, [sequence], true, u16(HASHED.length), HASHED);
  const nonce = concat(u16(16), new Uint8Array(16).fill(7));
  const unbound = [TPM_RH.NULL, handle];
  await guest.send(0x176, unbound, false, nonce, u16(0), HMAC_WITHOUT_CIPHER, u16(0x000b));
  await guest.send(0x129, [TPM_RH.OWNER], true, u16(32), OWNER_AUTH.slice(0, 32));
}

/** All Secrets that can be reached from a value. */
function secretsIn(value: unknown, found: Uint8Array[] = []): readonly Uint8Array[] {
  if (value instanceof Secret) found.push(value.octets);
  else if (value instanceof Map) for (const one of value.values()) secretsIn(one, found);
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const one of Object.values(value)) secretsIn(one, found);
  }
  return found;
}

function isTelling(octets: Uint8Array): boolean {
  return octets.length >= SIZE_MIN && new Set(octets).size >= VARIETY_MIN;
}

/**
 * A secret as it could stand somewhere: raw, in hexadecimal, in base64 at each of its three phases.
 */
function spellings(octets: Uint8Array): readonly Buffer[] {
  const hex = toHex(octets);
  const base64 = [0, 1, 2].flatMap((phase) => {
    const shifted = Buffer.concat([Buffer.alloc(phase), octets]).toString('base64');
    const sure = shifted.slice(phase === 0 ? 0 : 4, -4);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const texts = [hex, hex.toUpperCase(), ...base64];
  return [Buffer.from(octets), ...texts.map((text) => Buffer.from(text, 'latin1'))];
}

function filesIn(folder: string): readonly (readonly [string, Buffer])[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path)];
    });
}

async function openedHost(data: string, logged: string[]): Promise<Host> {
  const log = pino({ level: 'trace' }, { write: (line: string) => logged.push(line) });
  return openHost({ data, log });
}

async function answered(host: Host, path: string): Promise<readonly [string, Buffer]> {
  const { status, text } = await ask(host.socket, 'GET', path);
  expect(status, path).toBe(200);
  return [path, Buffer.from(text)];
}

test('no secret of a TPM is in a file, in the log, or in anything the API tells', async () => {
  const data = await mkdtemp(join(tmpdir(), 'stemma-secrets-'));
  const logged: string[] = [];
  const host = await openedHost(data, logged);
  onTestFinished(async () => {
    await host.close();
    await rm(data, { recursive: true });
  });
  await ask(host.socket, 'POST', '/v1/machines', { body: { name: 'keeper' } });
  await ask(host.socket, 'POST', '/v1/machines/keeper/power', { body: { state: 'on' } });
  const { body } = await ask(host.socket, 'POST', '/v1/machines/keeper/endpoints', {
    body: { protocol: 'swtpm', listen: 'tcp:127.0.0.1:0' },
  });
  const guest = await Guest.connect(Number(String(body['listen']).split(':').at(-1)));
  await fill(guest);
  guest.close();
  await ask(host.socket, 'POST', '/v1/machines/keeper/snapshots', { body: { name: 'full' } });
  await ask(host.socket, 'POST', '/v1/machines/keeper/clones', { body: { name: 'copy' } });

  const secrets: Uint8Array[] = [OWNER_AUTH, NV_AUTH].map((auth) => auth.slice(0, 32));
  secrets.push(SEALED, NV_DATA, HASHED, STIRRED);
  for (const name of ['keeper', 'copy']) {
    const machine = await host.engine.machines.get(name);
    const seat = await host.engine.orchestrator.seatOf(machine);
    if (seat === null) throw new Error(`${name} has no TPM`);
    const { tpm } = await seat.capture();
    // The lineage register is an NV index whose data is for everybody.
    const isPublic = (octets: Uint8Array) => sameOctets(octets, tpm.identity.register);
    secrets.push(...secretsIn(tpm).filter((octets) => !isPublic(octets)));
  }
  const telling = secrets.filter(isTelling);
  expect(telling.length).toBeGreaterThan(20);

  const places: (readonly [string, Buffer])[] = [
    await answered(host, '/metrics'),
    await answered(host, '/v1/machines'),
    await answered(host, '/v1/machines/keeper/history'),
    await answered(host, '/v1/machines/copy/history'),
    await answered(host, '/v1/machines/keeper/state'),
    ...filesIn(data),
    ['the log', Buffer.from(logged.join('\n'))],
  ];
  const found = telling.flatMap((secret) =>
    spellings(secret).flatMap((spelling) =>
      places
        .filter(([, octets]) => octets.includes(spelling))
        .map(
          ([place]) => `${place} holds ${toHex(secret).slice(0, 16)}… (${secret.length} octets)`,
        ),
    ),
  );
  expect(found).toEqual([]);
});
