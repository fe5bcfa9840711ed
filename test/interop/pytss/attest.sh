# Attestation by the Enhanced System API, with the audit of commands, and what FAPI makes of it in Python.
source "$(dirname "$0")/begin.sh"

runs <<'END'
from hashlib import sha512

from prelude import *

parent, _ = storage()
attester = SIGNING | TPMA_OBJECT.RESTRICTED

def checked(kind, answer):
    """The attestation, of this kind and with the nonce, its signature right."""
    attest, signature = answer
    parsed, _ = TPMS_ATTEST.unmarshal(bytes(attest))
    assert parsed.magic == 0xFF544347 and parsed.type == kind
    assert bytes(parsed.extraData) == b"nonce"
    tpm.verify_signature(key, sha(bytes(attest)), signature)
    altered = bytearray(bytes(attest))
    altered[-1] ^= 1
    with refused(0x2DB):
        tpm.verify_signature(key, sha(bytes(altered)), signature)
    return parsed

for algorithm in ("rsa2048:rsapss_sha256:null", "ecc:ecdsa_sha256:null"):
    key, key_public = child(parent, algorithm, attester, b"value")
    _, _, values = tpm.pcr_read("sha1:16+sha256:0,16")
    quoted = checked(TPM2_ST.ATTEST_QUOTE, tpm.quote(key, "sha1:16+sha256:0,16", b"nonce"))
    assert bytes(quoted.attested.quote.pcrDigest) == sha(*(bytes(v) for v in values))
    certified = checked(TPM2_ST.ATTEST_CERTIFY, tpm.certify(parent, key, b"nonce", NO_SCHEME))
    assert bytes(certified.attested.certify.name) == bytes(tpm.tr_get_name(parent))
    timed = checked(TPM2_ST.ATTEST_TIME, tpm.get_time(key, b"nonce", NO_SCHEME))
    assert timed.attested.time.time.clockInfo.clock <= tpm.read_clock().clockInfo.clock
    used = session(bind=key, attributes=CONTINUES | DECRYPT | ENCRYPT)
    checked(TPM2_ST.ATTEST_QUOTE, tpm.quote(key, "sha256:16", b"nonce", session1=used))
    flush(used, key)

# Creation, certified by its ticket.
key, _ = child(parent, "ecc:ecdsa_sha256:null", attester)
template = TPM2B_PUBLIC.parse("ecc", objectAttributes=SIGNING)
private, public, data, digest, ticket = tpm.create(parent, sensitive(), template, b"outside", "sha256:16")
assert bytes(digest) == sha(data.creationData.marshal()) and bytes(data.creationData.outsideInfo) == b"outside"
made = tpm.load(parent, private, public)
created = checked(TPM2_ST.ATTEST_CREATION, tpm.certify_creation(
    key, made, b"nonce", digest, NO_SCHEME, ticket))
assert bytes(created.attested.creation.objectName) == bytes(public.get_name())
assert bytes(created.attested.creation.creationHash) == bytes(digest)
flush(made)

# Audited commands, as one works them out; the digest begins anew once it was signed for.
def audit(*codes, clear=()):
    tpm.set_command_code_audit_status(TPM2_ALG.NULL, TPML_CC(list(codes)), TPML_CC(list(clear)))

audit(TPM2_CC.StirRandom)
checked(TPM2_ST.ATTEST_COMMAND_AUDIT, tpm.get_command_audit_digest(key, b"nonce", NO_SCHEME))
tpm.stir_random(b"some octets")
audited = checked(TPM2_ST.ATTEST_COMMAND_AUDIT,
                  tpm.get_command_audit_digest(key, b"nonce", NO_SCHEME))
assert audited.attested.commandAudit.digestAlg == TPM2_ALG.SHA512
code = bytes.fromhex("00000146")
command = sha512(code + bytes.fromhex("000b") + b"some octets").digest()
assert bytes(audited.attested.commandAudit.auditDigest) == sha512(bytes(64) + command + sha512(bytes(4) + code).digest()).digest()
again = checked(TPM2_ST.ATTEST_COMMAND_AUDIT, tpm.get_command_audit_digest(key, b"nonce", NO_SCHEME))
assert bytes(again.attested.commandAudit.auditDigest) == b""
assert again.attested.commandAudit.auditCounter == audited.attested.commandAudit.auditCounter
audit(clear=[TPM2_CC.StirRandom])
flush(key, parent)
END

echo "ok $script"
