import { describe, expect, it } from 'vitest';
import { TpmError, positioned, refuse } from '../../../domain/structures/tpmError.ts';

function caught(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('refuse', () => {
  it('ends the command with a code, at its place', () => {
    const error = caught(() => refuse('VALUE', { parameter: 3 })) as TpmError;
    expect(error).toBeInstanceOf(TpmError);
    expect(error.code).toBe(0x3c4);
    expect(error.message).toBe('VALUE ({"parameter":3})');
  });
});

describe('positioned', () => {
  it('gives a place to a refusal that has none', () => {
    const error = caught(() => positioned({ handle: 2 }, () => refuse('HANDLE'))) as TpmError;
    expect(error.code).toBe(0x28b);
  });

  it('leaves a refusal that has one as it is', () => {
    const inner = { session: 1 };
    const error = caught(() => positioned({ handle: 2 }, () => refuse('BAD_AUTH', inner)));
    expect((error as TpmError).position).toEqual(inner);
  });

  it('passes on answers and other errors', () => {
    const fault = new Error('a programmer’s error');
    expect(positioned({ handle: 1 }, () => 5)).toBe(5);
    const thrower = (): never => {
      throw fault;
    };
    expect(caught(() => positioned({ handle: 1 }, thrower))).toBe(fault);
  });
});
