import type { SymmetricAlg } from '../crypto/symmetric.ts';
import { OBJECT, has } from '../structures/attributes.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { refuse } from '../structures/tpmError.ts';
import { slotAt } from './entities.ts';
import type { TpmObject } from './objects.ts';
import type { Tpm } from './tpm.ts';

/** What a MAC can be asked to be made with: the hash of an HMAC, a CMAC, or what the key says. */
export type MacScheme = HashAlg | 'CMAC' | 'NULL';

/** A key with what makes a MAC of it. */
export type MacKey =
  | { readonly kind: 'hmac'; readonly hashAlg: HashAlg; readonly key: Uint8Array }
  | { readonly kind: 'cmac'; readonly algorithm: SymmetricAlg; readonly key: Uint8Array };

/**
 * The key at handle 1 with what a MAC is to be made with, which the command may name as parameter
 * 2. Refuses with TYPE what is neither keyed hash nor cipher, VALUE a scheme that is not the key's
 * or none at all, SCHEME one that does not go with such keys, ATTRIBUTES a restricted key, KEY one
 * that does not sign.
 *
 * Part 3, 15.6 TPM2_MAC
 */
export function macKeyAt(tpm: Tpm, handle: number, asked: MacScheme): MacKey {
  const object = slotAt(tpm, handle);
  if (object.kind === 'sequence') refuse('TYPE', { handle: 1 });
  const { publicArea, sensitive } = object;
  const own = schemeOf(object);
  if (own !== 'NULL' && asked !== 'NULL' && own !== asked) refuse('VALUE', { parameter: 2 });
  const scheme = own === 'NULL' ? asked : own;
  if (scheme === 'NULL') refuse('VALUE', { parameter: 2 });
  const isCipher = publicArea.type === 'SYMCIPHER';
  if (isCipher !== (scheme === 'CMAC')) refuse('SCHEME', { parameter: 2 });
  if (has(publicArea.objectAttributes, OBJECT.restricted)) refuse('ATTRIBUTES', { handle: 1 });
  if (!has(publicArea.objectAttributes, OBJECT.sign)) refuse('KEY', { handle: 1 });
  if (sensitive === null) throw new Error('a key that was authorized has a sensitive area');
  const key = sensitive.sensitive.octets;
  return isCipher
    ? { kind: 'cmac', algorithm: publicArea.parameters.sym.algorithm, key }
    : { kind: 'hmac', hashAlg: scheme as HashAlg, key };
}

/** What a key itself says of how MACs are made with it; for a cipher key that is its mode. */
function schemeOf({ publicArea }: TpmObject): string {
  switch (publicArea.type) {
    case 'KEYEDHASH': {
      const { scheme } = publicArea.parameters;
      return scheme.scheme === 'NULL' ? 'NULL' : scheme.hashAlg;
    }
    case 'SYMCIPHER':
      return publicArea.parameters.sym.mode;
    case 'RSA':
    case 'ECC':
      return refuse('TYPE', { handle: 1 });
  }
}
