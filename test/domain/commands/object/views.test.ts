import { describe, expect, it } from 'vitest';
import type { Command } from '../../../../domain/commands/command.ts';
import { contextLoad } from '../../../../domain/commands/context/contextLoad.ts';
import { contextSave } from '../../../../domain/commands/context/contextSave.ts';
import { createPrimary } from '../../../../domain/commands/hierarchy/createPrimary.ts';
import { create } from '../../../../domain/commands/object/create.ts';
import { createLoaded } from '../../../../domain/commands/object/createLoaded.ts';
import { load } from '../../../../domain/commands/object/load.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { hashSequenceStart } from '../../../../domain/commands/sequences/hashSequenceStart.ts';
import { startAuthSession } from '../../../../domain/commands/sessions/startAuthSession.ts';
import { execute } from '../../../../domain/processor/execute.ts';
import { toOctets } from '../../../../domain/structures/codec.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii } from '../../../../domain/structures/octets.ts';
import { TPMT_PUBLIC_OR_NULL, type TpmtPublic } from '../../../../domain/structures/public.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { password, requestOctets } from '../../../support/generator/request.ts';
import { given } from '../../../support/given.ts';
import { SEALED_DATA, outsideEcc, outsideRsa, secretText } from '../../../support/keys.ts';
import { creation, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { circumstances, started } from '../../../support/tpms.ts';

const PARENT = 0x80000000;
const { OWNER, NULL } = TPM_RH;
const POLICY = new Uint8Array(32).fill(9);
const DATA = creation(secretText('auth'), secretText('data'));
const SEALED: TpmtPublic = { ...SEALED_DATA, authPolicy: POLICY };
const STORAGE: TpmtPublic = { ...STORAGE_KEY, authPolicy: POLICY };
const outside = { ...outsideRsa('views'), hierarchy: NULL };

const { tpm } = withPrimary(started());
const sealing = { parentHandle: PARENT, inPublic: SEALED, ...DATA };
const sealed = given(tpm).when(create, sealing).response;
const session = given(tpm).when(startAuthSession, {
  tpmKey: NULL,
  bind: NULL,
  nonceCaller: new Uint8Array(16),
  encryptedSalt: new Uint8Array(0),
  sessionType: 'POLICY',
  symmetric: { algorithm: 'NULL' },
  authHash: 'SHA256',
});
const savedSession = given(session.tpm).when(contextSave, { saveHandle: 0x03000000 });
const sequence = given(tpm).when(hashSequenceStart, { auth: secretText('a'), hashAlg: 'SHA256' });

function contextOf(from: Tpm, saveHandle: number) {
  return given(from).when(contextSave, { saveHandle }).response;
}

const CASES: readonly (readonly [string, Command, Tpm, Readonly<Record<string, unknown>>])[] = [
  ['a primary key', createPrimary, tpm, { primaryHandle: OWNER, inPublic: STORAGE, ...creation() }],
  ['primary data', createPrimary, tpm, { primaryHandle: OWNER, inPublic: SEALED, ...DATA }],
  [
    'a child made and loaded at once',
    createLoaded,
    tpm,
    {
      parentHandle: PARENT,
      inPublic: toOctets(TPMT_PUBLIC_OR_NULL, { ...signingKey(), authPolicy: POLICY }),
      ...creation(secretText('auth')),
    },
  ],
  [
    'a child',
    load,
    tpm,
    { parentHandle: PARENT, inPrivate: sealed['outPrivate'], inPublic: sealed['outPublic'] },
  ],
  ['an outside key', loadExternal, tpm, outside],
  ['an outside point', loadExternal, tpm, { ...outsideEcc(ascii('d')), hierarchy: NULL }],
  ['the context of an object', contextLoad, tpm, contextOf(tpm, PARENT)],
  ['the context of a sequence', contextLoad, tpm, contextOf(sequence.tpm, PARENT + 1)],
  ['the context of a session', contextLoad, savedSession.tpm, savedSession.response],
];

describe('what is loaded from a request', () => {
  it.each(CASES)('shares no octets with it: %s', (_, command, from, input) => {
    const isAuthorized = command.handles.some(({ auth }) => auth !== undefined);
    const authorizations = isAuthorized ? [password(new Uint8Array(0))] : [];
    const octets = requestOctets(from, command, input, authorizations);
    const { response, events, tpm: holder } = execute(from, octets, circumstances());
    expect(response.slice(6, 10)).toEqual(new Uint8Array(4));
    const [facts, objects, sessions] = [events, holder.objects, holder.sessions].map((value) =>
      structuredClone(plain(value)),
    );
    octets.fill(0xee);
    response.fill(0xee);
    expect(plain(events)).toEqual(facts);
    expect(plain(holder.objects)).toEqual(objects);
    expect(plain(holder.sessions)).toEqual(sessions);
  });
});

/** The same value with its secrets as plain octets, so that it can be copied and compared. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('octets' in value) return plain(value.octets);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
