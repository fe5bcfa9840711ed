import { Secret } from './secret.ts';
import { Reader, Writer, type Withheld } from './wire.ts';
import { refuse } from './tpmError.ts';
import type { RcName } from './responseCodes.ts';

/**
 * How one type of Part 2 stands on the wire.
 *
 * `unmarshal` refuses with the response code of the type's table and is the only validation there
 * is; what it gives may be views of the request. `marshal` trusts its value.
 */
export type Codec<T> = {
  /** The type's name in Part 2. */
  readonly name: string;
  /** A TPM2B: it can be encrypted when it comes first. */
  readonly isSized?: true;
  readonly marshal: (writer: Writer, value: T) => void;
  readonly unmarshal: (reader: Reader) => T;
};

/** The type of the values of a codec: `Of<typeof TPMT_PUBLIC>`. */
export type Of<C> = C extends Codec<infer T> ? T : never;

/** The octets of one value. */
export function toOctets<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer();
  codec.marshal(writer, value);
  return writer.toOctets();
}

/**
 * One value that fills `octets` exactly; refuses with SIZE when octets are left over. What came
 * from outside is read without what the TPM has `withheld`.
 */
export function fromOctets<T>(codec: Codec<T>, octets: Uint8Array, withheld?: Withheld): T {
  const reader = new Reader(octets, 0, octets.length, withheld);
  const value = codec.unmarshal(reader);
  if (reader.remaining > 0) refuse('SIZE');
  return value;
}

/** UINT8. Part 2, 5.1 Primitive Types */
export const UINT8: Codec<number> = {
  name: 'UINT8',
  marshal: (writer, value) => {
    writer.u8(value);
  },
  unmarshal: (reader) => reader.u8(),
};

/** UINT16. Part 2, 5.1 Primitive Types */
export const UINT16: Codec<number> = {
  name: 'UINT16',
  marshal: (writer, value) => {
    writer.u16(value);
  },
  unmarshal: (reader) => reader.u16(),
};

/** UINT32. Part 2, 5.1 Primitive Types */
export const UINT32: Codec<number> = {
  name: 'UINT32',
  marshal: (writer, value) => {
    writer.u32(value);
  },
  unmarshal: (reader) => reader.u32(),
};

/** INT32. Part 2, 5.1 Primitive Types */
export const INT32: Codec<number> = {
  name: 'INT32',
  marshal: (writer, value) => {
    writer.u32(value >>> 0);
  },
  unmarshal: (reader) => reader.u32() | 0,
};

/** UINT64. Part 2, 5.1 Primitive Types */
export const UINT64: Codec<bigint> = {
  name: 'UINT64',
  marshal: (writer, value) => {
    writer.u64(value);
  },
  unmarshal: (reader) => reader.u64(),
};

/** A TPM2B of plain octets: a UINT16 size, at most `max`, and that many octets (a view). */
export function sized(name: string, max: number, rc: RcName = 'SIZE'): Codec<Uint8Array> {
  return {
    name,
    isSized: true,
    marshal: (writer, value) => {
      writer.u16(value.length);
      writer.octets(value);
    },
    unmarshal: (reader) => {
      const size = reader.u16();
      if (size > max) refuse(rc);
      return reader.octets(size);
    },
  };
}

/** A TPM2B of octets that must not be seen: they leave the request as a Secret (a copy). */
export function sizedSecret(name: string, max: number): Codec<Secret> {
  const octets = sized(name, max);
  return {
    name,
    isSized: true,
    marshal: (writer, value) => {
      octets.marshal(writer, value.octets);
    },
    unmarshal: (reader) => new Secret(octets.unmarshal(reader).slice()),
  };
}

/**
 * A TPM2B around a structure: its size is that of the structure exactly and not zero, or SIZE.
 *
 */
export function sizedOf<T>(name: string, inner: Codec<T>): Codec<T> {
  return {
    name,
    isSized: true,
    marshal: (writer, value) => {
      const end = writer.reserveSize();
      inner.marshal(writer, value);
      end();
    },
    unmarshal: (reader) => {
      const size = reader.u16();
      if (size === 0) refuse('SIZE');
      return unmarshalWithin(reader, size, inner);
    },
  };
}

/** Like `sizedOf`, but a size of zero means that the structure is absent. */
export function sizedOrAbsent<T>(name: string, inner: Codec<T>): Codec<T | null> {
  const present = sizedOf(name, inner);
  return {
    name,
    isSized: true,
    marshal: (writer, value) => {
      if (value === null) writer.u16(0);
      else present.marshal(writer, value);
    },
    unmarshal: (reader) => {
      const size = reader.u16();
      return size === 0 ? null : unmarshalWithin(reader, size, inner);
    },
  };
}

function unmarshalWithin<T>(reader: Reader, size: number, inner: Codec<T>): T {
  const before = reader.remaining;
  const value = inner.unmarshal(reader);
  if (before - reader.remaining !== size) refuse('SIZE');
  return value;
}

/** A TPML: a UINT32 count, between `min` and `max` or SIZE, and that many elements. */
export function list<T>(
  name: string,
  element: Codec<T>,
  max: number,
  min = 0,
): Codec<readonly T[]> {
  return {
    name,
    marshal: (writer, values) => {
      writer.u32(values.length);
      for (const value of values) element.marshal(writer, value);
    },
    unmarshal: (reader) => {
      const count = reader.u32();
      if (count > max || count < min) refuse('SIZE');
      const values: T[] = [];
      for (let i = 0; i < count; i += 1) values.push(element.unmarshal(reader));
      return values;
    },
  };
}

type AnyCodec = Codec<unknown>;
/** The value of a struct: one property a field. */
export type StructOf<F> = { readonly [K in keyof F]: Of<F[K]> };

/** A TPMS: its fields in wire order. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a codec's type is invariant
export function struct<const F extends { readonly [K in keyof F]: Codec<never> | Codec<any> }>(
  name: string,
  fields: F,
): Codec<StructOf<F>> {
  const rows = Object.entries(fields as unknown as Record<string, AnyCodec>);
  return {
    name,
    marshal: (writer, value) => {
      const values = value as Record<string, unknown>;
      for (const [key, codec] of rows) codec.marshal(writer, values[key]);
    },
    unmarshal: (reader) => {
      const value: Record<string, unknown> = {};
      for (const [key, codec] of rows) value[key] = codec.unmarshal(reader);
      return value as StructOf<F>;
    },
  };
}

/** A constant of a table: one of the values of `codec`, by name; others are refused with `rc`. */
export function oneOf<const V extends Readonly<Record<string, number>>>(
  name: string,
  codec: Codec<number>,
  values: V,
  rc: RcName = 'VALUE',
): Codec<keyof V & string> {
  const byNumber = new Map(Object.entries(values).map(([key, number]) => [number, key]));
  return {
    name,
    marshal: (writer, value) => {
      codec.marshal(writer, values[value] ?? invalid(name, value));
    },
    unmarshal: (reader) => byNumber.get(codec.unmarshal(reader)) ?? refuse(rc),
  };
}

function invalid(name: string, value: string): never {
  throw new Error(`${value} is no ${name}`);
}

/** A codec whose values pass a check: `check` says with which code a value is refused, if any. */
export function checked<T>(
  name: string,
  codec: Codec<T>,
  check: (value: T) => RcName | null,
): Codec<T> {
  return {
    name,
    marshal: codec.marshal,
    unmarshal: (reader) => {
      const value = codec.unmarshal(reader);
      const rc = check(value);
      if (rc !== null) refuse(rc);
      return value;
    },
  };
}

/**
 * A TPMA: a bit field kept as its number; a set bit outside `mask` is refused with RESERVED_BITS.
 */
export function bits(name: string, codec: Codec<number>, mask: number): Codec<number> {
  return checked(name, codec, (value) => ((value & ~mask) === 0 ? null : 'RESERVED_BITS'));
}

/**
 * A TPMT: a selector, then the structure that it selects.
 *
 * The value is that of the selected structure, with the selector under `key`.
 */
export function tagged<
  const K extends string,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in struct
  const M extends { readonly [S in keyof M]: Codec<any> },
>(name: string, key: K, selector: Codec<keyof M & string>, members: M): Codec<TaggedOf<K, M>> {
  const table = members as unknown as Record<string, AnyCodec>;
  return {
    name,
    marshal: (writer, value) => {
      const tag = (value as Record<string, string>)[key] ?? '';
      selector.marshal(writer, tag as keyof M & string);
      (table[tag] ?? invalid(name, tag)).marshal(writer, value);
    },
    unmarshal: (reader) => {
      const tag = selector.unmarshal(reader);
      const member = table[tag];
      if (member === undefined) refuse('SELECTOR');
      return Object.assign({ [key]: tag }, member.unmarshal(reader)) as TaggedOf<K, M>;
    },
  };
}

/** The value of a `tagged`: a union discriminated by the selector. */
export type TaggedOf<K extends string, M> = {
  readonly [S in keyof M & string]: { readonly [P in K]: S } & Of<M[S]>;
}[keyof M & string];

/** The structure of no fields, for the selectors that select nothing. */
export const NOTHING: Codec<object> = {
  name: 'TPMS_EMPTY',
  marshal: () => undefined,
  unmarshal: () => ({}),
};
