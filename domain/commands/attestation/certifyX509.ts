import { digest } from '../../crypto/hash.ts';
import { derInteger, derSequence } from '../../crypto/der.ts';
import { TPM2B_DATA, TPM2B_DIGEST, TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT, TPMI_DH_OBJECT_OR_NULL } from '../../structures/handles.ts';
import { TPMT_SIGNATURE_OR_NULL, TPMT_SIG_SCHEME_OR_NULL } from '../../structures/schemes.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import {
  X509_V3,
  partialCertificate,
  signatureAlgorithm,
  subjectPublicKeyInfo,
} from '../../tpm/certificates.ts';
import { checkExtensions } from '../../tpm/certificateExtensions.ts';
import { slotAt } from '../../tpm/entities.ts';
import { hashOf, selectSignScheme, signDigest, signingKeyAt } from '../../tpm/signing.ts';
import { answer, command } from '../command.ts';

/** How refusals number the handles: the reference counts them the other way round. */
const SIGNER = { handle: 1 } as const;
const OBJECT = { handle: 2 } as const;

/** The longest serial number. RFC 5280, 4.1.2.2 Serial Number */
const SERIAL_SIZE_MAX = 20;

/**
 * Signs an X.509 certificate for an object: the caller gives issuer, validity, subject and
 * extensions, the TPM adds the version, a serial number, the public key, and the algorithm unless
 * it was given. Refuses with SIZE a reserved parameter that is not empty and what is no SEQUENCE,
 * KEY what does not sign, SCHEME a scheme that is not the key's or has no identifier, ASYMMETRIC an
 * object that no certificate can be for, VALUE what is no partial certificate or allows uses that
 * the object's attributes do not, ATTRIBUTES a certificate that names other attributes.
 */
export const certifyX509 = command({
  code: 0x197,
  section: 'Part 3, 18.8 TPM2_CertifyX509',
  handles: {
    objectHandle: { codec: TPMI_DH_OBJECT, auth: 'ADMIN' },
    signHandle: { codec: TPMI_DH_OBJECT_OR_NULL, auth: 'USER' },
  },
  parameters: {
    reserved: TPM2B_DATA,
    inScheme: TPMT_SIG_SCHEME_OR_NULL,
    partialCertificate: TPM2B_MAX_BUFFER,
  },
  response: {
    addedToCertificate: TPM2B_MAX_BUFFER,
    tbsDigest: TPM2B_DIGEST,
    signature: TPMT_SIGNATURE_OR_NULL,
  },
  decide: ({ objectHandle, signHandle, reserved, inScheme, ...given }, tpm, { entropy }) => {
    if (reserved.length > 0) refuse('SIZE', { parameter: 1 });
    const key = signingKeyAt(tpm, signHandle, SIGNER.handle) ?? refuse('KEY', SIGNER);
    const scheme = selectSignScheme(key, inScheme, 2);
    const object = slotAt(tpm, objectHandle);
    if (object.kind === 'sequence') refuse('ASYMMETRIC', OBJECT);
    const { publicArea } = object;
    const publicKey = subjectPublicKeyInfo(publicArea) ?? refuse('ASYMMETRIC', OBJECT);
    const { nameAlg } = key.publicArea;
    const hashAlg = hashOf(scheme);
    if (nameAlg === 'NULL' || hashAlg === null) refuse('KEY', SIGNER);
    const partial = positioned({ parameter: 3 }, () =>
      partialCertificate(given.partialCertificate),
    );
    const { names, extensions } = partial;
    const own = partial.algorithm === null ? signatureAlgorithm(key.publicArea, scheme) : null;
    const algorithm = partial.algorithm ?? own ?? refuse('SCHEME', SIGNER);
    positioned({ parameter: 3 }, () => {
      checkExtensions(extensions, publicArea.objectAttributes, OBJECT);
    });
    const parts = [algorithm, ...names, publicKey, extensions];
    const unique = digest(nameAlg, ...parts, key.name, object.name);
    const serial = derInteger(unique.subarray(0, SERIAL_SIZE_MAX));
    const added = [X509_V3, serial, ...(own === null ? [] : [own]), publicKey];
    const tbsDigest = digest(hashAlg, derSequence(X509_V3, serial, ...parts));
    const { signature, events } = signDigest(tpm, key, scheme, tbsDigest, entropy);
    const addedToCertificate = derSequence(...added);
    return answer({ addedToCertificate, tbsDigest, signature }, ...events);
  },
});
