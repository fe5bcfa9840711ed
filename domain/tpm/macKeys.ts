import { OBJECT, has } from '../structures/attributes.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import { refuse } from '../structures/tpmError.ts';
import { slotAt } from './entities.ts';
import type { Tpm } from './tpm.ts';

/**
 * The key at handle 1 with the hash that an HMAC is to be made with, which the command may name as
 * parameter 2. Refuses with TYPE what is no keyed-hash object, VALUE a hash that is not the key's
 * or none at all, ATTRIBUTES a restricted key, KEY one that does not sign.
 *
 * Part 3, 15.6 TPM2_MAC
 */
export function macKeyAt(
  tpm: Tpm,
  handle: number,
  asked: HashAlg | 'NULL',
): { readonly hash: HashAlg; readonly key: Uint8Array } {
  const object = slotAt(tpm, handle);
  if (object.kind === 'sequence') refuse('TYPE', { handle: 1 });
  const { publicArea, sensitive } = object;
  if (publicArea.type !== 'KEYEDHASH') refuse('TYPE', { handle: 1 });
  const { scheme } = publicArea.parameters;
  const own = scheme.scheme === 'NULL' ? 'NULL' : scheme.hashAlg;
  if (own !== 'NULL' && asked !== 'NULL' && own !== asked) refuse('VALUE', { parameter: 2 });
  const hash = own === 'NULL' ? asked : own;
  if (hash === 'NULL') refuse('VALUE', { parameter: 2 });
  if (has(publicArea.objectAttributes, OBJECT.restricted)) refuse('ATTRIBUTES', { handle: 1 });
  if (!has(publicArea.objectAttributes, OBJECT.sign)) refuse('KEY', { handle: 1 });
  if (sensitive === null) throw new Error('a key that was authorized has a sensitive area');
  return { hash, key: sensitive.sensitive.octets };
}
