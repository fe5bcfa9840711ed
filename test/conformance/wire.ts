import { concat } from '../../domain/structures/octets.ts';

/** Octets that are known, or that a TPM gave out before under a name. */
export type Source = Uint8Array | { readonly from: string };

/** What a number means, which decides what else is tried in its place. */
export type NumberKind = 'plain' | 'algorithm' | 'curve' | 'bits' | 'flag';

/** A part of a request as it stands on the wire, written without the codecs that are tested. */
export type Part =
  | {
      readonly kind: 'number';
      readonly name: string;
      readonly width: 1 | 2 | 4 | 8;
      readonly value: bigint;
      readonly means: NumberKind;
    }
  | { readonly kind: 'sized'; readonly name: string; readonly content: readonly Part[] }
  | { readonly kind: 'octets'; readonly name: string; readonly source: Source };

type Numbered = Extract<Part, { kind: 'number' }>;

function number(width: Numbered['width'], means: NumberKind = 'plain') {
  return (name: string, value: number | bigint): Numbered => ({
    kind: 'number',
    name,
    width,
    value: BigInt.asUintN(64, BigInt(value)),
    means,
  });
}

export const u8 = number(1);
export const u16 = number(2);
export const u32 = number(4);
export const u64 = number(8);
/** TPMI_YES_NO. */
export const flag = number(1, 'flag');
/** TPM_ALG_ID, or another number that says what comes next. */
export const alg = number(2, 'algorithm');
/** TPM_ECC_CURVE. */
export const curve = number(2, 'curve');
/** A TPMA. */
export const bits = number(4, 'bits');

/** Octets as they are. */
export function octets(name: string, source: Source): Part {
  return { kind: 'octets', name, source };
}

/** A TPM2B of plain octets. */
export function sized(name: string, source: Source = new Uint8Array(0)): Part {
  return { kind: 'sized', name, content: [octets('', source)] };
}

/** A TPM2B around a structure. */
export function sizedOf(name: string, ...content: readonly Part[]): Part {
  return { kind: 'sized', name, content };
}

/** What a TPM gave out before: `from('made.outPrivate')`. */
export function from(name: string): Source {
  return { from: name };
}

/** The octets that a hexadecimal text stands for. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** Something else in the place of a part, or an end of the request within it. */
export type Change =
  | { readonly of: Part; readonly as: (usual: Uint8Array) => Uint8Array }
  | { readonly of: Part; readonly cutAt: number };

/** What a TPM gave out, by name. */
export type Given = ReadonlyMap<string, Uint8Array>;

type Written = { readonly octets: Uint8Array; readonly end: number | null };

/** The octets of parts one after the other. A cut ends them, and changes no size before it. */
export function written(parts: readonly Part[], given: Given, change?: Change): Uint8Array {
  const { octets, end } = writtenAll(parts, given, change);
  return end === null ? octets : octets.subarray(0, end);
}

function writtenAll(parts: readonly Part[], given: Given, change?: Change): Written {
  let all = new Uint8Array(0);
  let end: number | null = null;
  for (const part of parts) {
    const one = writtenPart(part, given, change);
    if (one.end !== null) end = all.length + one.end;
    all = concat(all, one.octets) as Uint8Array<ArrayBuffer>;
  }
  return { octets: all, end };
}

function writtenPart(part: Part, given: Given, change?: Change): Written {
  const usual = usualPart(part, given, change);
  if (change?.of !== part) return usual;
  if ('cutAt' in change) return { octets: usual.octets, end: change.cutAt };
  return { octets: change.as(usual.octets), end: null };
}

function usualPart(part: Part, given: Given, change?: Change): Written {
  switch (part.kind) {
    case 'number':
      return { octets: bigEndian(part.value, part.width), end: null };
    case 'octets':
      return { octets: sourceOctets(part.source, given), end: null };
    case 'sized': {
      const { octets, end } = writtenAll(part.content, given, change);
      const size = bigEndian(BigInt(octets.length), 2);
      return { octets: concat(size, octets), end: end === null ? null : end + 2 };
    }
  }
}

/** The octets that a source stands for. */
export function sourceOctets(source: Source, given: Given): Uint8Array {
  if (source instanceof Uint8Array) return source;
  const octets = given.get(source.from);
  if (octets === undefined) throw new Error(`nothing was given out as ${source.from}`);
  return octets;
}

/** A number in so many octets. */
export function bigEndian(value: bigint, width: number): Uint8Array {
  const digits = BigInt.asUintN(8 * width, value).toString(16);
  return hex(digits.padStart(2 * width, '0'));
}

/** All parts, those within others too, with their names from the outside in. */
export function everyPart(
  parts: readonly Part[],
  within = '',
): readonly { readonly path: string; readonly part: Part }[] {
  return parts.flatMap((part) => {
    const path = within === '' || part.name === '' ? within + part.name : `${within}.${part.name}`;
    const inner = part.kind === 'sized' ? everyPart(part.content, path) : [];
    return [{ path, part }, ...inner];
  });
}
