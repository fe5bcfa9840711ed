import { password, type Authorization, type Handle, type Request } from './request.ts';
import { alg, hex, octets, sized, sizedOf, u16, u32, u8, type Part, type Source } from './wire.ts';

/** What of a command is not as usual. */
export type Manner = {
  /** One for each handle that must be authorized: the empty password unless said. */
  readonly by?: readonly Authorization[];
  readonly locality?: number;
  readonly keep?: string;
};

/** How a command is declared: its number, and how many of its handles are authorized. */
export type Kind = (
  handles: readonly Handle[],
  parameters?: readonly Part[],
  manner?: Manner,
) => Request;

/** Declares a command. */
export function kind(command: string, code: number, authorized: number): Kind {
  return (handles, parameters = [], { by, locality, keep } = {}) => ({
    command,
    code,
    handles,
    parameters,
    authorizations: by ?? Array.from({ length: authorized }, () => password()),
    ...(locality === undefined ? {} : { locality }),
    ...(keep === undefined ? {} : { keep }),
  });
}

/** Permanent handles. */
export const RH = {
  OWNER: 0x40000001,
  NULL: 0x40000007,
  PW: 0x40000009,
  LOCKOUT: 0x4000000a,
  ENDORSEMENT: 0x4000000b,
  PLATFORM: 0x4000000c,
  PLATFORM_NV: 0x4000000d,
} as const;

/** inSensitive of a creation: a value and data. */
export function sensitiveCreate(auth = '', data: Uint8Array = new Uint8Array(0)): Part {
  return sizedOf('inSensitive', sized('userAuth', Buffer.from(auth)), sized('data', data));
}

/** A list of PCR of banks: each an algorithm and six hexadecimal digits. */
export function pcrSelection(
  name: string,
  ...banks: readonly (readonly [number, string])[]
): readonly Part[] {
  return [
    u32(`${name}.count`, banks.length),
    ...banks.flatMap(([bank, map]) => bankOf(name, bank, map)),
  ];
}

function bankOf(name: string, bank: number, map: string): readonly Part[] {
  const select = hex(map);
  return [
    alg(`${name}.hash`, bank),
    u8(`${name}.sizeofSelect`, select.length),
    octets(`${name}.pcrSelect`, select),
  ];
}

/** A ticket: its tag, its hierarchy, and its digest. */
export function ticket(
  name: string,
  tag: number,
  hierarchy: number,
  digest: Source = hex(''),
): readonly Part[] {
  return [
    u16(`${name}.tag`, tag),
    u32(`${name}.hierarchy`, hierarchy),
    sized(`${name}.digest`, digest),
  ];
}
