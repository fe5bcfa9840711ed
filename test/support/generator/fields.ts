import type { Command } from '../../../domain/commands/command.ts';
import { concat, u16 } from '../../../domain/structures/octets.ts';
import { Writer } from '../../../domain/structures/wire.ts';

/** A field of a parameter area: a number of 1 to 4 octets, a size, or octets behind their size. */
export type Field = {
  readonly kind: 'number' | 'size' | 'octets';
  readonly at: number;
  readonly size: number;
};

/** A change of a parameter area, told so that it means the same where lengths differ. */
export type Edit =
  /** Other octets for a field; with `isFitted` all sizes around it become right again. */
  | { readonly field: number; readonly octets: Uint8Array; readonly isFitted: boolean }
  /** So many octets less at the end. */
  | { readonly cut: number }
  /** These octets more at the end. */
  | { readonly append: Uint8Array };

type Frame = { readonly at: number; end: number };

/** Writes as any Writer does and remembers where each field begins, and what a size surrounds. */
class Tracer extends Writer {
  readonly fields: Field[] = [];
  readonly frames: Frame[] = [];

  override u8(value: number): void {
    this.fields.push({ kind: 'number', at: this.length, size: 1 });
    super.u8(value);
  }

  override u16(value: number): void {
    this.fields.push({ kind: 'number', at: this.length, size: 2 });
    super.u16(value);
  }

  override u32(value: number): void {
    this.fields.push({ kind: 'number', at: this.length, size: 4 });
    super.u32(value);
  }

  override octets(value: Uint8Array): void {
    const before = this.fields.at(-1);
    if (before?.size === 2 && before.at + 2 === this.length) {
      this.fields.splice(-1, 1, { ...before, kind: 'size' });
      this.frames.push({ at: before.at, end: this.length + value.length });
    }
    this.fields.push({ kind: 'octets', at: this.length, size: value.length });
    super.octets(value);
  }

  override reserveSize(): () => void {
    const frame = { at: this.length, end: 0 };
    this.frames.push(frame);
    this.fields.push({ kind: 'size', at: this.length, size: 2 });
    const end = super.reserveSize();
    this.fields.splice(-1, 1);
    return () => {
      frame.end = this.length;
      end();
    };
  }
}

type Input = Readonly<Record<string, unknown>>;

function traced(command: Command, input: Input): Tracer {
  const tracer = new Tracer();
  for (const { name, codec } of command.parameters) codec.marshal(tracer, input[name]);
  return tracer;
}

/** The fields of the parameters of a command. */
export function fieldsOf(command: Command, input: Input): readonly Field[] {
  return traced(command, input).fields;
}

/** The parameters of a command, changed. */
export function fieldOctets(command: Command, input: Input, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) {
    const writer = new Writer();
    for (const { name, codec } of command.parameters) codec.marshal(writer, input[name]);
    return writer.toOctets();
  }
  const tracer = traced(command, input);
  const { fields, frames } = tracer;
  return edits.reduce((octets, edit) => {
    if ('cut' in edit) return octets.slice(0, Math.max(0, octets.length - edit.cut));
    if ('append' in edit) return concat(octets, edit.append);
    const field = fields[edit.field];
    return field === undefined ? octets : replaced(octets, field, edit, frames);
  }, tracer.toOctets());
}

function replaced(
  octets: Uint8Array,
  { at, size }: Field,
  edit: { readonly octets: Uint8Array; readonly isFitted: boolean },
  frames: readonly Frame[],
): Uint8Array {
  const fitted = octets.slice();
  const surrounding = frames.filter((frame) => frame.at + 2 <= at && at + size <= frame.end);
  for (const { at: place } of edit.isFitted ? surrounding : []) {
    const old = ((octets[place] ?? 0) << 8) | (octets[place + 1] ?? 0);
    fitted.set(u16(Math.max(0, old + edit.octets.length - size)), place);
  }
  return concat(fitted.subarray(0, at), edit.octets, fitted.subarray(at + size));
}
