import { after, storyOf, type Case } from '../case.ts';
import type { Step } from '../client.ts';
import { TPM2 } from '../kinds.ts';
import { A, ALG, STORAGE } from '../objects.ts';
import { byHmac, password } from '../request.ts';
import { RH, pcrSelection } from '../requests.ts';
import { FURNISHED, H, NV, NVA, SEALED_AUTH, STARTED, defined, primary } from '../settings.ts';
import { alg, flag, from, hex, octets, sized, u16, u32 } from '../wire.ts';

const PCRS = Array.from({ length: 25 }, (_, i) => i);
const LOCALITIES = [0, 1, 2, 3, 4];

/** Who may extend and reset which PCR from where. */
const PCR_LOCALITIES: readonly Case[] = PCRS.flatMap((pcr) =>
  LOCALITIES.map((locality) => {
    const values = [
      u32('count', 1),
      alg('hashAlg', ALG.SHA256),
      octets('digest', hex('e1'.repeat(32))),
    ];
    const map = [0, 8, 16].map((shift) => (((1 << pcr) >> shift) & 0xff).toString(16));
    const select = map.map((octet) => octet.padStart(2, '0')).join('');
    return storyOf(
      'PCR',
      STARTED,
      `${pcr} from locality ${locality}`,
      TPM2.PCR_Extend([pcr], values, { locality }),
      TPM2.PCR_Event([pcr], [sized('eventData', hex('01'))], { locality }),
      TPM2.PCR_Reset([pcr], [], { locality }),
      TPM2.PCR_Read([], pcrSelection('in', [ALG.SHA256, select])),
    );
  }),
);

const HIERARCHIES = [RH.OWNER, RH.ENDORSEMENT, RH.PLATFORM, RH.LOCKOUT, RH.NULL];
const told: readonly Step[] = [
  TPM2.GetCapability([], [u32('capability', 6), u32('property', 0x200), u32('count', 2)]),
];

/** Who may switch what off and on again. */
const SWITCHES: readonly Case[] = HIERARCHIES.flatMap((by) =>
  [...HIERARCHIES, RH.PLATFORM_NV].flatMap((enable) =>
    [0, 1].map((state) =>
      storyOf(
        'switch',
        FURNISHED,
        `${enable.toString(16)} ${state ? 'on' : 'off'} by ${by.toString(16)}`,
        TPM2.HierarchyControl([by], [u32('enable', enable), flag('state', state)]),
        ...told,
        TPM2.HierarchyControl([RH.PLATFORM], [u32('enable', enable), flag('state', 1)]),
        ...told,
      ),
    ),
  ),
);

const CLEARS: readonly Case[] = [RH.LOCKOUT, RH.PLATFORM, RH.OWNER].flatMap((by) =>
  [0, 1].flatMap((disable) =>
    [RH.LOCKOUT, RH.PLATFORM].map((clearer) =>
      storyOf(
        'clear',
        FURNISHED,
        `by ${clearer.toString(16)} after ${by.toString(16)} said ${disable}`,
        TPM2.ClearControl([by], [flag('disable', disable)]),
        TPM2.ClearControl([RH.LOCKOUT], [flag('disable', 0)]),
        TPM2.Clear([clearer]),
        ...told,
        TPM2.ReadPublic([H.STORAGE]),
        TPM2.NV_ReadPublic([NV.ORDINARY]),
        TPM2.NV_ReadPublic([NV.SPECIAL]),
      ),
    ),
  ),
);

const SIGNER = A.fixedTPM | A.fixedParent | A.origin | A.user | A.sign;
const PLACES = [0x81000100, 0x81800100, 0x817fffff, 0x81ffffff, 0x81000001, 0x80000001, 0];

/** Who may make what persistent where, and take it away again. */
const EVICTIONS: readonly Case[] = [RH.OWNER, RH.PLATFORM, RH.ENDORSEMENT].flatMap((by) =>
  [RH.OWNER, RH.PLATFORM, RH.ENDORSEMENT, RH.NULL].flatMap((hierarchy) =>
    PLACES.map((place) =>
      storyOf(
        'persistence',
        FURNISHED,
        `of ${hierarchy.toString(16)} by ${by.toString(16)} at ${place.toString(16)}`,
        primary(hierarchy, SIGNER),
        TPM2.EvictControl([by, 0x80000001], [u32('persistentHandle', place)]),
        TPM2.EvictControl([by, 0x80000001], [u32('persistentHandle', place)]),
        TPM2.EvictControl([RH.PLATFORM, place], [u32('persistentHandle', place)]),
        TPM2.EvictControl([by, place], [u32('persistentHandle', place)]),
        TPM2.EvictControl([by, H.PUBLIC], [u32('persistentHandle', 0x81000200)]),
      ),
    ),
  ),
);

const stClear = primary(RH.OWNER, SIGNER | A.stClear);
const save = (handle: number): Step => TPM2.ContextSave([handle], [], { keep: 'saved' });
const load = TPM2.ContextLoad([], [octets('context', from('saved.context'))]);
const flush = (handle: number): Step => TPM2.FlushContext([], [u32('flushHandle', handle)]);
const cycle = (shutdown: number, startup: number): readonly Step[] => [
  TPM2.Shutdown([], [u16('shutdownType', shutdown)]),
  { type: 'Init' },
  TPM2.Startup([], [u16('startupType', startup)]),
];
const SAVED: Readonly<Record<string, readonly [number, readonly Step[]]>> = {
  'a public key': [H.PUBLIC, []],
  'a primary key': [0x80000001, [primary(RH.OWNER, STORAGE)]],
  'a key of nobody': [0x80000001, [primary(RH.NULL, STORAGE)]],
  'a key of the platform': [0x80000001, [primary(RH.PLATFORM, STORAGE)]],
  'a key until the next clear': [0x80000001, [stClear]],
  'a sequence': [0x80000001, [TPM2.HashSequenceStart([], [sized('auth'), alg('hash', 0x0b)])]],
  'an HMAC session': [H.HMAC_SESSION, []],
  'a policy session': [H.POLICY_SESSION, []],
};

/** What becomes of saved contexts. */
const CONTEXTS: readonly Case[] = Object.entries(SAVED).flatMap(([what, [handle, before]]) => {
  const lives: Readonly<Record<string, readonly Step[]>> = {
    'loaded twice': [load, load],
    'flushed and loaded': [flush(handle), load, load],
    'saved twice': [save(handle), load],
    'loaded after a reset': [...cycle(0, 0), load],
    'loaded after a restart': [...cycle(1, 0), load],
    'loaded after a resume': [...cycle(1, 1), load],
    'loaded after Clear': [TPM2.Clear([RH.PLATFORM]), load],
    'loaded after ChangePPS': [TPM2.ChangePPS([RH.PLATFORM]), load],
    'loaded after ChangeEPS': [TPM2.ChangeEPS([RH.PLATFORM]), load],
  };
  return Object.entries(lives).map(([name, steps]) =>
    storyOf('context', FURNISHED, `${what}, ${name}`, ...before, save(handle), ...steps),
  );
});

const unsealed = (text: string): Step => TPM2.Unseal([H.SEALED], [], { by: [password(text)] });
const byWrongHmac = TPM2.Unseal([H.SEALED], [], { by: [byHmac(H.HMAC_SESSION, 'wrong')] });
const PROTECTED = 0x01000050;
const readProtected = (text: string): Step =>
  TPM2.NV_Read([PROTECTED, PROTECTED], [u16('size', 1), u16('offset', 0)], {
    by: [password(text)],
  });
const limits = (tries: number, recovery: number, lockout: number): Step =>
  TPM2.DictionaryAttackParameters(
    [RH.LOCKOUT],
    [u32('newMaxTries', tries), u32('newRecoveryTime', recovery), u32('lockoutRecovery', lockout)],
  );
const counted = TPM2.GetCapability(
  [],
  [u32('capability', 6), u32('property', 0x20e), u32('count', 5)],
);
const lockout = (text: string): Step =>
  TPM2.DictionaryAttackLockReset([RH.LOCKOUT], [], { by: [password(text)] });
const GUARDED = after(
  FURNISHED,
  'guarded',
  defined(PROTECTED, NVA.AUTHREAD | NVA.OWNERWRITE, 8, 'pin'),
  TPM2.NV_Write([RH.OWNER, PROTECTED], [sized('data', new Uint8Array(8)), u16('offset', 0)]),
);

/** Tries that count, and what ends them. */
const ATTACKS: readonly Case[] = [1, 2, 3, 0].flatMap((tries) =>
  [0, 1000, 0xffffffff].flatMap((recovery) =>
    [0, 1000].flatMap((lockoutRecovery) => {
      const set = limits(tries, recovery, lockoutRecovery);
      const name = `${tries} tries, ${recovery} s, ${lockoutRecovery} s`;
      const tale = (how: string, ...steps: readonly Step[]): Case =>
        storyOf('attack', GUARDED, `${name}, ${how}`, set, ...steps, counted);
      return [
        tale('wrong and right', unsealed('wrong'), counted, unsealed(SEALED_AUTH)),
        tale('wrong by HMAC', byWrongHmac, counted, unsealed(SEALED_AUTH)),
        tale('an index', readProtected('wrong'), readProtected('pin'), unsealed(SEALED_AUTH)),
        tale('twice and reset', unsealed('a'), unsealed('b'), lockout(''), unsealed(SEALED_AUTH)),
        tale('until the end', ...['a', 'b', 'c', 'd'].map(unsealed), unsealed(SEALED_AUTH)),
        tale('lockout itself', lockout('wrong'), lockout(''), unsealed(SEALED_AUTH)),
        tale('and a reset', unsealed('wrong'), ...cycle(0, 0), counted, unsealed(SEALED_AUTH)),
        tale('and a crash', unsealed('wrong'), { type: 'Init' }, ...cycle(1, 1).slice(-1), counted),
      ];
    }),
  ),
);

const TURNS: Readonly<Record<string, Step>> = {
  'Shutdown(CLEAR)': TPM2.Shutdown([], [u16('shutdownType', 0)]),
  'Shutdown(STATE)': TPM2.Shutdown([], [u16('shutdownType', 1)]),
  Init: { type: 'Init' },
  'Startup(CLEAR)': TPM2.Startup([], [u16('startupType', 0)]),
  'Startup(STATE)': TPM2.Startup([], [u16('startupType', 1)]),
  'Startup(CLEAR) from locality 3': TPM2.Startup([], [u16('startupType', 0)], { locality: 3 }),
};

/** Three turns of power in every order. */
const POWER: readonly Case[] = Object.entries(TURNS).flatMap(([a, first]) =>
  Object.entries(TURNS).flatMap(([b, second]) =>
    Object.entries(TURNS).map(([c, third]) =>
      storyOf(
        'power',
        FURNISHED,
        `${a}, ${b}, ${c}`,
        ...[first, second, third],
        TPM2.ReadClock([]),
        TPM2.GetCapability([], [u32('capability', 6), u32('property', 0x201), u32('count', 1)]),
        TPM2.PCR_Read([], pcrSelection('in', [ALG.SHA256, '0100f1'])),
      ),
    ),
  ),
);

/** What belongs to the platform and its power: PCR, hierarchies, persistence, contexts, attacks. */
export const PLATFORM_CASES: readonly Case[] = [
  ...PCR_LOCALITIES,
  ...SWITCHES,
  ...CLEARS,
  ...EVICTIONS,
  ...CONTEXTS,
  ...ATTACKS,
  ...POWER,
];
