/**
 * Why an orchestration command is refused: `invalid`: it is not well-formed; `not-found`: what it
 * names does not exist; `conflict`: the state of things does not allow it; `unavailable`: the store
 * cannot make it durable now; `damaged`: the history of what it names cannot be read.
 */
export type RefusalKind = 'invalid' | 'not-found' | 'conflict' | 'unavailable' | 'damaged';

/** The refusal of an orchestration command, with one sentence for people. Nothing has changed. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  /** The field of the command that it is about, if it is about one. */
  readonly field: string | undefined;

  constructor(kind: RefusalKind, message: string, field?: string) {
    super(message);
    this.kind = kind;
    this.field = field;
  }
}

/** Names of machines, snapshots, accounts and hosts: 1 to 63 of `a-z`, `0-9` and `-`. */
const NAME = /^[a-z0-9-]{1,63}$/;

/** The name, if it is one; refused as `invalid` otherwise, naming the field. */
export function requireName(field: string, name: string): string {
  if (!NAME.test(name)) {
    const expected = 'expected 1 to 63 characters of a-z, 0-9 and "-"';
    throw new Refusal('invalid', `${field}: ${expected}, got ${JSON.stringify(name)}.`, field);
  }
  return name;
}
