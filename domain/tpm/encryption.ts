import {
  BLOCK_SIZE,
  decryptBlockMode,
  encryptBlockMode,
  type BlockMode,
  type BlockModeResult,
} from '../crypto/symmetric.ts';
import { OBJECT, has } from '../structures/attributes.ts';
import { refuse } from '../structures/tpmError.ts';
import { slotAt } from './entities.ts';
import type { Tpm } from './tpm.ts';

/** What is asked of a cipher key: the mode may be left to the key. */
export type Encryption = {
  readonly keyHandle: number;
  readonly decrypt: boolean;
  readonly mode: BlockMode | 'NULL';
  readonly ivIn: Uint8Array;
  readonly inData: Uint8Array;
};

/** Which parameter each of these is. */
export type Places = { readonly mode: number; readonly ivIn: number; readonly inData: number };

/**
 * Encrypts or decrypts with a cipher key. Refuses with KEY another key, ATTRIBUTES a restricted key
 * or one that is not for this, MODE one that is not the key's or none at all, SIZE an IV or data
 * that the mode does not take. `places` are the parameters of the command in question.
 *
 * Part 3, 15.2 TPM2_EncryptDecrypt
 */
export function encryptOrDecrypt(
  tpm: Tpm,
  { keyHandle, decrypt, mode: asked, ivIn, inData }: Encryption,
  places: Places,
): BlockModeResult {
  const key = slotAt(tpm, keyHandle);
  if (key.kind === 'sequence') refuse('KEY', { handle: 1 });
  const { publicArea, sensitive } = key;
  if (publicArea.type !== 'SYMCIPHER' || sensitive === null) refuse('KEY', { handle: 1 });
  const { objectAttributes: attributes, parameters } = publicArea;
  const isAllowed = has(attributes, decrypt ? OBJECT.decrypt : OBJECT.sign);
  if (!isAllowed || has(attributes, OBJECT.restricted)) refuse('ATTRIBUTES', { handle: 1 });
  const { algorithm } = parameters.sym;
  const mode = selectMode(parameters.sym.mode, asked, places);
  const size = BLOCK_SIZE[algorithm];
  if (ivIn.length !== (mode === 'ECB' ? 0 : size)) refuse('SIZE', { parameter: places.ivIn });
  const octets = sensitive.sensitive.octets;
  const work = decrypt ? decryptBlockMode : encryptBlockMode;
  return (
    work(algorithm, mode, octets, ivIn, inData) ?? refuse('SIZE', { parameter: places.inData })
  );
}

function selectMode(
  own: BlockMode | 'CMAC' | 'NULL',
  asked: BlockMode | 'NULL',
  { mode: parameter }: Places,
): BlockMode {
  if (own === 'CMAC') refuse('MODE', { handle: 1 });
  const isOpen = own === 'NULL' || asked === 'NULL';
  if (!isOpen && own !== asked) refuse('MODE', { parameter });
  const mode = own === 'NULL' ? asked : own;
  return mode === 'NULL' ? refuse('MODE', { parameter }) : mode;
}
