import { digest } from '../crypto/hash.ts';
import { toOctets } from '../structures/codec.ts';
import { TPMS_CREATION_DATA, type TpmsCreationData } from '../structures/creationData.ts';
import type { Ticket, TpmsPcrSelection } from '../structures/base.ts';
import { DIGEST_SIZE, type HashAlg } from '../structures/hashAlg.ts';
import { stripTrailingZeros } from '../structures/octets.ts';
import type { TpmsSensitiveCreate, TpmtPublic } from '../structures/public.ts';
import { Secret } from '../structures/secret.ts';
import { positioned, refuse } from '../structures/tpmError.ts';
import type { ParentOrHierarchy } from './loading.ts';
import { handleName } from './names.ts';
import type { TpmObject } from './objects.ts';
import { filterSelection, selectedValues } from './pcrs.ts';
import { checkTemplate } from './templates.ts';
import { makeTicket } from './tickets.ts';
import type { Tpm } from './tpm.ts';

/** What a command asks to be created: checked, with the hash that names it. */
export type Request = {
  readonly template: TpmtPublic;
  readonly nameAlg: HashAlg;
  readonly inSensitive: TpmsSensitiveCreate;
};

/**
 * Refuses what cannot be created: the template as parameter 2, an authorization value that is
 * longer than digests of the nameAlg with SIZE as parameter 1. Part 3, 12.1 TPM2_Create
 */
export function checkRequest(
  parent: TpmObject | null,
  template: TpmtPublic,
  inSensitive: TpmsSensitiveCreate,
): Request {
  positioned({ parameter: 2 }, () => {
    checkTemplate(parent, template, inSensitive.data.length);
  });
  const { nameAlg } = template;
  if (nameAlg === 'NULL') throw new Error('a template that was checked has a nameAlg');
  const userAuth = checkAuth(inSensitive.userAuth, nameAlg);
  return { template, nameAlg, inSensitive: { ...inSensitive, userAuth } };
}

/** The authorization value without its trailing zeros; SIZE for parameter 1 when it is too long. */
export function checkAuth(auth: Secret, nameAlg: HashAlg | 'NULL'): Secret {
  const stripped = stripTrailingZeros(auth.octets);
  if (nameAlg !== 'NULL' && stripped.length > DIGEST_SIZE[nameAlg]) {
    refuse('SIZE', { parameter: 1 });
  }
  return new Secret(stripped.slice());
}

/** What is told of a creation, and the proof that it was here. */
export type CreationRecord = {
  readonly creationData: TpmsCreationData;
  readonly creationHash: Uint8Array;
  readonly creationTicket: Ticket;
};

/** The circumstances of a creation under a parent or hierarchy. Part 1, 27.5.4 Creation Data */
export function recordCreation(
  tpm: Tpm,
  under: ParentOrHierarchy,
  { nameAlg, name }: { readonly nameAlg: HashAlg; readonly name: Uint8Array },
  asked: { readonly outsideInfo: Uint8Array; readonly creationPCR: readonly TpmsPcrSelection[] },
  locality: number,
): CreationRecord {
  const pcrSelect = filterSelection(tpm.pcrs, asked.creationPCR);
  const creationData: TpmsCreationData = {
    pcrSelect,
    pcrDigest: digest(nameAlg, ...selectedValues(tpm.pcrs, pcrSelect)),
    locality: locality < 5 ? 1 << locality : locality,
    ...parentData(under),
    outsideInfo: asked.outsideInfo,
  };
  const creationHash = digest(nameAlg, toOctets(TPMS_CREATION_DATA, creationData));
  const hierarchy = typeof under === 'number' ? under : under.hierarchy;
  const creationTicket = makeTicket(tpm, 'CREATION', hierarchy, name, creationHash);
  return { creationData, creationHash, creationTicket };
}

function parentData(under: ParentOrHierarchy) {
  if (typeof under !== 'number') {
    const { name, qualifiedName, publicArea } = under;
    return {
      parentNameAlg: publicArea.nameAlg,
      parentName: name,
      parentQualifiedName: qualifiedName,
    };
  }
  const name = handleName(under);
  return { parentNameAlg: 'NULL', parentName: name, parentQualifiedName: name } as const;
}
