import { eccPublicFromPrivate } from '../crypto/ecc.ts';
import { derivationSource } from '../crypto/drbg.ts';
import { OBJECT, has } from '../structures/attributes.ts';
import { fromOctets } from '../structures/codec.ts';
import { EMPTY } from '../structures/octets.ts';
import {
  TPMS_DERIVE,
  TPMT_PUBLIC_DERIVED,
  type TpmsDerive,
  type TpmsSensitiveCreate,
  type TpmtPublic,
} from '../structures/public.ts';
import { EMPTY_SECRET } from '../structures/secret.ts';
import { positioned, refuse } from '../structures/tpmError.ts';
import { Reader, type Withheld } from '../structures/wire.ts';
import { checkAuth, type Request } from './creation.ts';
import type { KeyOrigin } from './keyOrigin.ts';
import type { TpmObject } from './objects.ts';
import { checkPublicArea } from './templates.ts';

const INSIDE = { parameter: 2 } as const;

/** What is to be derived, and from what. */
export type DerivationRequest = Request & { readonly origin: KeyOrigin };

/**
 * Reads what a command wants to be derived from a parent. Refuses with TYPE RSA keys, with
 * ATTRIBUTES what is not made by the TPM alone or not as near to it as its parent, and with SIZE a
 * label or context that is too long. Part 3, 12.9 TPM2_CreateLoaded; Part 1, 28 Derived Objects
 */
export function derivationRequest(
  parent: TpmObject,
  inPublic: Uint8Array,
  inSensitive: TpmsSensitiveCreate,
  withheld: Withheld,
): DerivationRequest {
  const asked = positioned(INSIDE, () => fromOctets(TPMT_PUBLIC_DERIVED, inPublic, withheld));
  const { nameAlg } = asked;
  const userAuth = checkAuth(inSensitive.userAuth, nameAlg);
  if (asked.type === 'RSA') refuse('TYPE', INSIDE);
  if (has(asked.objectAttributes, OBJECT.sensitiveDataOrigin)) refuse('ATTRIBUTES');
  const template = templateOf(asked);
  positioned(INSIDE, () => {
    checkPublicArea(parent, template);
  });
  const origin = derivedOrigin(parent, labelled(asked.unique, inSensitive));
  return { template, nameAlg, inSensitive: { userAuth, data: EMPTY_SECRET }, origin };
}

type Asked = Extract<
  ReturnType<typeof TPMT_PUBLIC_DERIVED.unmarshal>,
  { readonly type: 'ECC' | 'KEYEDHASH' | 'SYMCIPHER' }
>;

function templateOf(asked: Asked): TpmtPublic {
  return asked.type === 'ECC'
    ? { ...asked, unique: { x: EMPTY, y: EMPTY } }
    : { ...asked, unique: EMPTY };
}

/** Label and context: the template's, or where it says nothing those of the sensitive data. */
function labelled({ label, context }: TpmsDerive, { data }: TpmsSensitiveCreate): TpmsDerive {
  if (data.length === 0) return { label, context };
  const other = TPMS_DERIVE.unmarshal(new Reader(data.octets));
  return {
    label: label.length > 0 ? label : other.label,
    context: context.length > 0 ? context : other.context,
  };
}

function derivedOrigin({ publicArea, sensitive }: TpmObject, { label, context }: TpmsDerive) {
  const scheme = publicArea.type === 'KEYEDHASH' ? publicArea.parameters.scheme : null;
  if (scheme?.scheme !== 'XOR' || sensitive === null) throw new Error('no derivation parent');
  const octets = derivationSource(scheme.hashAlg, sensitive.sensitive.octets, label, context);
  const rsaPrimes = (): never => {
    throw new Error('RSA keys are not derived');
  };
  return { octets, seedOctets: octets, rsaPrimes, eccPublic: eccPublicFromPrivate };
}
