import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal } from '../../domain/machines/refusal.ts';

export type RequestClass<T extends object> = new () => T;

/**
 * The request, if it is one; refused as `invalid` otherwise, with one sentence naming the field.
 */
export function validated<T extends object>(shape: RequestClass<T>, plain: unknown): T {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw new Refusal('invalid', 'The request is not a JSON object.');
  }
  const given = Object.entries(plain).filter(([, value]) => value !== null);
  const request = plainToInstance(shape, Object.fromEntries(given));
  const [first] = validateSync(request, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
  });
  if (first === undefined) return request;
  throw new Refusal('invalid', sentence(first), first.property);
}

function sentence({ property, constraints = {}, value }: ValidationError): string {
  if ('whitelistValidation' in constraints) return `${property}: there is no such field.`;
  const expected = Object.values(constraints)[0] ?? `${property}: expected something else`;
  return `${expected}, got ${shortened(value)}.`;
}

function shortened(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** Refuses any field, for requests that say all by their address. */
export function requireNoFields(plain: unknown): void {
  const [field] = Object.keys(plain ?? {});
  if (field === undefined) return;
  throw new Refusal('invalid', `${field}: there is no such field.`, field);
}
