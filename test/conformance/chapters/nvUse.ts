import { after, storyOf, type Case } from '../case.ts';
import type { Step } from '../client.ts';
import { TPM2 } from '../kinds.ts';
import { scheme } from '../objects.ts';
import { password, type Authorization } from '../request.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H, NV, NVA, PIN, defined } from '../settings.ts';
import { hex, sized, u16, u64 } from '../wire.ts';

type Use = (by: number, index: number, ...how: readonly Authorization[]) => Step;

function used(make: (by: number, index: number) => ReturnType<typeof TPM2.NV_Read>): Use {
  return (by, index, ...how) => {
    const request = make(by, index);
    return how.length === 0 ? request : { ...request, authorizations: how };
  };
}

const write = used((by, index) =>
  TPM2.NV_Write([by, index], [sized('data', hex('0000000100000002')), u16('offset', 0)]),
);
const read = used((by, index) => TPM2.NV_Read([by, index], [u16('size', 8), u16('offset', 0)]));
const writeLock = used((by, index) => TPM2.NV_WriteLock([by, index]));
const readLock = used((by, index) => TPM2.NV_ReadLock([by, index]));
const USES: Readonly<Record<string, Use>> = {
  write,
  read,
  increment: used((by, index) => TPM2.NV_Increment([by, index])),
  extend: used((by, index) => TPM2.NV_Extend([by, index], [sized('data', hex('0102'))])),
  'set bits': used((by, index) => TPM2.NV_SetBits([by, index], [u64('bits', 6)])),
  'lock writing': writeLock,
  'lock reading': readLock,
};

const published = (index: number): Step => TPM2.NV_ReadPublic([index]);

/** Every use of every index by everybody. */
const BY_EVERYBODY: readonly Case[] = Object.entries(USES).flatMap(([use, make]) =>
  Object.entries(NV).flatMap(([name, index]) =>
    [
      ['the owner', make(RH.OWNER, index)],
      ['the platform', make(RH.PLATFORM, index)],
      ['itself', make(index, index)],
      ['itself with its value', make(index, index, password(PIN))],
      ['itself with a wrong value', make(index, index, password('wrong'))],
      ['another index', make(NV.ORDINARY === index ? NV.BITS : NV.ORDINARY, index)],
    ].map(([who, step]) =>
      storyOf(
        'NV',
        FURNISHED,
        `${use} ${name} by ${who as string}`,
        step as Step,
        published(index),
      ),
    ),
  ),
);

const INDEX = 0x01000030;
const OWNED = NVA.OWNERREAD | NVA.OWNERWRITE | NVA.NO_DA;
const cycle = (shutdown: number, startup: number): readonly Step[] => [
  TPM2.Shutdown([], [u16('shutdownType', shutdown)]),
  { type: 'Init' },
  TPM2.Startup([], [u16('startupType', startup)]),
];
const crash: readonly Step[] = [{ type: 'Init' }, TPM2.Startup([], [u16('startupType', 0)])];

const KINDS: Readonly<Record<string, readonly [number, Use]>> = {
  ordinary: [0, write],
  counter: [NVA.COUNTER, USES['increment']!],
  bits: [NVA.BITS, USES['set bits']!],
  'PIN fail': [NVA.PIN_FAIL, write],
  'PIN pass': [NVA.PIN_PASS, write],
};
const MORE: Readonly<Record<string, number>> = {
  'nothing more': 0,
  ORDERLY: NVA.ORDERLY,
  CLEAR_STCLEAR: NVA.CLEAR_STCLEAR,
  WRITE_STCLEAR: NVA.WRITE_STCLEAR,
  READ_STCLEAR: NVA.READ_STCLEAR,
  WRITEDEFINE: NVA.WRITEDEFINE,
  WRITEALL: NVA.WRITEALL,
  GLOBALLOCK: NVA.GLOBALLOCK,
  'ORDERLY and CLEAR_STCLEAR': NVA.ORDERLY | NVA.CLEAR_STCLEAR,
};

/** What locks, restarts and losses of power do to each kind of index. */
const THROUGH_LIFE: readonly Case[] = Object.entries(KINDS).flatMap(([kind, [type, change]]) =>
  Object.entries(MORE).flatMap(([name, more]) => {
    const define = defined(INDEX, OWNED | type | more, 8);
    const about = `${kind} with ${name}`;
    const look = [published(INDEX), read(RH.OWNER, INDEX)];
    const use = change(RH.OWNER, INDEX);
    const lives: Readonly<Record<string, readonly Step[]>> = {
      written: [use, ...look, use, ...look],
      'write-locked': [use, writeLock(RH.OWNER, INDEX), use, ...look],
      'write-locked before': [writeLock(RH.OWNER, INDEX), use, ...look],
      'read-locked': [use, readLock(RH.OWNER, INDEX), ...look, use],
      'locked for all': [use, TPM2.NV_GlobalWriteLock([RH.OWNER]), use, ...look],
      resumed: [use, writeLock(RH.OWNER, INDEX), ...cycle(1, 1), ...look, use],
      restarted: [use, writeLock(RH.OWNER, INDEX), ...cycle(1, 0), ...look, use],
      reset: [use, writeLock(RH.OWNER, INDEX), readLock(RH.OWNER, INDEX), ...cycle(0, 0), ...look],
      crashed: [use, ...crash, ...look, use, ...look],
      cleared: [use, TPM2.Clear([RH.PLATFORM]), ...look],
    };
    return Object.entries(lives).map(([life, steps]) =>
      storyOf('NV', FURNISHED, `${about}, ${life}`, define, ...steps),
    );
  }),
);

const SIZES = [0, 1, 7, 8, 9, 32, 33, 64, 1024, 1025, 2048, 2049, 0xffff];
const SIZED: readonly Case[] = Object.entries({
  ...KINDS,
  extend: [NVA.EXTEND, write] as const,
}).flatMap(([kind, [type]]) =>
  SIZES.map((size) =>
    storyOf('NV', FURNISHED, `${kind} of ${size} octets`, defined(INDEX, OWNED | type, size)),
  ),
);
/** Every type with every attribute of one's own, by owner and platform. */
const ATTRIBUTED: readonly Case[] = Array.from({ length: 16 }, (_, type) => type).flatMap((type) =>
  [0, NVA.PLATFORMCREATE].flatMap((creator) =>
    Object.entries({ ...MORE, AUTHWRITE: NVA.AUTHWRITE, DA: NVA.NO_DA, POLICY_DELETE: 0x400 }).map(
      ([name, more]) => {
        const attributes = ((OWNED | (type << 4) | creator) ^ more) >>> 0;
        const size = type === 4 ? 32 : 8;
        const who = creator === 0 ? 'the owner' : 'the platform';
        return storyOf(
          'NV',
          FURNISHED,
          `type ${type} with ${name} by ${who}`,
          defined(INDEX, attributes, size),
        );
      },
    ),
  ),
);

const range = (size: number, offset: number): Step =>
  TPM2.NV_Read([RH.OWNER, NV.ORDINARY], [u16('size', size), u16('offset', offset)]);
const part = (size: number, offset: number): Step =>
  TPM2.NV_Write(
    [RH.OWNER, NV.ORDINARY],
    [sized('data', new Uint8Array(size).fill(7)), u16('offset', offset)],
  );
const certified = (size: number, offset: number): Step =>
  TPM2.NV_Certify(
    [H.ATTESTATION, RH.OWNER, NV.ORDINARY],
    [sized('qualifyingData'), ...scheme('inScheme'), u16('size', size), u16('offset', offset)],
  );
const RANGES: readonly Case[] = [0, 1, 8, 15, 16, 17].flatMap((size) =>
  [0, 1, 8, 15, 16, 17, 0xffff].flatMap((offset) => [
    storyOf('NV', FURNISHED, `${size} octets from ${offset}`, range(size, offset)),
    storyOf('NV', FURNISHED, `${size} octets to ${offset}`, part(size, offset)),
    storyOf('NV', FURNISHED, `${size} octets from ${offset} certified`, certified(size, offset)),
  ]),
);

const tried = (index: number, text: string): Step => read(index, index, password(text));
const counts = (index: number): Step => read(RH.OWNER, index);
const PINS: readonly Case[] = [NV.PIN_FAIL, NV.PIN_PASS].flatMap((index) => {
  const wrong = Array.from({ length: 6 }, () => tried(index, 'wrong'));
  const right = Array.from({ length: 6 }, () => tried(index, PIN));
  return [
    storyOf('NV', FURNISHED, `PIN ${index.toString(16)}, wrong once`, wrong[0]!, counts(index)),
    storyOf(
      'NV',
      FURNISHED,
      `PIN ${index.toString(16)}, wrong until the end`,
      ...wrong,
      right[0]!,
      counts(index),
    ),
    storyOf(
      'NV',
      FURNISHED,
      `PIN ${index.toString(16)}, right until the end`,
      ...right,
      counts(index),
    ),
    storyOf(
      'NV',
      FURNISHED,
      `PIN ${index.toString(16)}, wrong, then right`,
      wrong[0]!,
      right[0]!,
      counts(index),
    ),
  ];
});

const FULL = after(FURNISHED, 'defined', defined(INDEX, OWNED, 8));
const AGAIN: readonly Case[] = [
  storyOf('NV', FULL, 'the same index again', defined(INDEX, OWNED, 8)),
  storyOf('NV', FULL, 'the same index again, otherwise', defined(INDEX, OWNED | NVA.COUNTER, 8)),
  storyOf(
    'NV',
    FULL,
    'undefined and defined',
    TPM2.NV_UndefineSpace([RH.OWNER, INDEX]),
    defined(INDEX, OWNED, 8),
  ),
  storyOf(
    'NV',
    FURNISHED,
    'by a policy of 20 octets',
    defined(INDEX, OWNED, 8, '', hex('11'.repeat(20))),
  ),
  storyOf('NV', FURNISHED, 'a value of 33 octets', defined(INDEX, OWNED, 8, 'x'.repeat(33))),
  storyOf('NV', FURNISHED, 'a value of 65 octets', defined(INDEX, OWNED, 8, 'x'.repeat(65))),
];

/** NV indices: every use by everybody, and what becomes of them. */
export const NV_CASES: readonly Case[] = [
  ...BY_EVERYBODY,
  ...THROUGH_LIFE,
  ...SIZED,
  ...ATTRIBUTED,
  ...RANGES,
  ...PINS,
  ...AGAIN,
];
