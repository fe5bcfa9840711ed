import { COMMANDS } from '../commands/index.ts';
import { digest } from '../crypto/hash.ts';
import { TPM_ALG, TPM_ECC_CURVE } from '../structures/algorithms.ts';
import { ascii, toHex } from '../structures/octets.ts';
import { TPM_EVENT_TYPES } from '../tpm/evolve.ts';
import { PROFILES } from '../tpm/profile.ts';
import type { RecordedEvent } from './eventStore.ts';

const ALGORITHMS: ReadonlySet<string> = new Set(Object.keys(TPM_ALG));
const CURVES: ReadonlySet<string> = new Set(Object.keys(TPM_ECC_CURVE));
const PROFILE_NAMES: ReadonlySet<string> = new Set(Object.keys(PROFILES));
const COMMAND_CODES: ReadonlySet<number> = new Set(COMMANDS.map(({ code }) => code));

/**
 * Where the body of a fact names something that a version knows or does not: a field of a text, a
 * type before its nameAlg, command codes, and PCR banks as fields. Texts cannot be mistaken for
 * fields, since quotation marks inside them are escaped.
 */
const FIELDS = 'nameAlg|hashAlg|authHash|algorithm|mode|scheme|sensitiveType|kdf|curveID|profile';
const NAMING = new RegExp(
  [
    `"(${FIELDS})":"([^"]*)"`,
    '"type":"([^"]*)","nameAlg"',
    String.raw`"(?:commandCode|commands)":\[?(\d+(?:,\d+)*)`,
    '"allocation":{([^{}]*)}',
  ].join('|'),
  'g',
);

/**
 * What the body of an event names that this version does not know, in words; null when it knows
 * all of it. Nothing is to be folded from what is not understood.
 */
export function strangerIn({ data }: Pick<RecordedEvent, 'data'>): string | null {
  for (const [, field, name = '', type, codes, allocation] of data.matchAll(NAMING)) {
    const stranger =
      namedStranger(field, name) ??
      (type === undefined ? null : algorithmStranger(type)) ??
      (codes === undefined ? null : commandStranger(codes)) ??
      (allocation === undefined ? null : bankStranger(allocation));
    if (stranger !== null) return stranger;
  }
  return null;
}

function namedStranger(field: string | undefined, name: string): string | null {
  if (field === undefined) return null;
  if (field === 'curveID') return CURVES.has(name) ? null : `the curve ${name}`;
  if (field === 'profile') return PROFILE_NAMES.has(name) ? null : `the profile ${name}`;
  return algorithmStranger(name);
}

function algorithmStranger(name: string): string | null {
  return ALGORITHMS.has(name) ? null : `the algorithm ${name}`;
}

function commandStranger(codes: string): string | null {
  const stranger = codes.split(',').find((code) => !COMMAND_CODES.has(Number(code)));
  return stranger === undefined ? null : `the command 0x${Number(stranger).toString(16)}`;
}

function bankStranger(allocation: string): string | null {
  const banks = [...allocation.matchAll(/"([^"]+)":/g)].map(([, bank = '']) => bank);
  const stranger = banks.find((bank) => !ALGORITHMS.has(bank));
  return stranger === undefined ? null : `the algorithm ${stranger}`;
}

/**
 * Tells versions apart by what they know. State that was folded by a version that knows more may
 * hold what this one would only guess at.
 */
export const VOCABULARY: string = toHex(
  digest(
    'SHA256',
    ascii(
      [
        ...TPM_EVENT_TYPES,
        ...ALGORITHMS,
        ...CURVES,
        ...PROFILE_NAMES,
        ...[...COMMAND_CODES].map(String),
      ]
        .sort()
        .join('\n'),
    ),
  ),
).slice(0, 16);
