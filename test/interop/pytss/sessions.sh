# Sessions by the Enhanced System API: salted, bound, both; encrypted both ways; audited; several at
# once.
source "$(dirname "$0")/begin.sh"

runs <<'END'
from prelude import *

secret = b"the sealed secret"
parent, _ = storage("ecc", b"binding")
sealed, sealed_public = child(parent, "keyedhash", MADE & ~TPMA_OBJECT.SENSITIVEDATAORIGIN, b"sesame", secret)
rsa, _ = storage("rsa2048")

# Every kind, its nonces rolling: an object with its value, a wrong value, and again.
for salt in (ESYS_TR.NONE, parent, rsa):
    for bind in (ESYS_TR.NONE, parent, sealed):
        for symmetric in (AES, XOR):
            used = session(salt=salt, bind=bind, symmetric=symmetric, attributes=CONTINUES | ENCRYPT)
            assert bytes(tpm.unseal(sealed, session1=used)) == secret
            tpm.tr_set_auth(sealed, b"wrong")
            with refused(0x9A2):
                tpm.unseal(sealed, session1=used)
            tpm.tr_set_auth(sealed, b"sesame")
            for _ in range(2):
                assert bytes(tpm.unseal(sealed, session1=used)) == secret
            flush(used)
flush(rsa)

# Sessions of each hash.
for hash in (TPM2_ALG.SHA1, TPM2_ALG.SHA256, TPM2_ALG.SHA384, TPM2_ALG.SHA512):
    used = session(salt=parent, hash=hash, attributes=CONTINUES | ENCRYPT | DECRYPT)
    private, public, *_ = tpm.create(parent, sensitive(b"v", b"data"), TPM2B_PUBLIC.parse(
        "keyedhash", objectAttributes=MADE & ~TPMA_OBJECT.SENSITIVEDATAORIGIN), session1=used)
    made = tpm.load(parent, private, public, session1=used)
    tpm.tr_set_auth(made, b"v")
    assert bytes(tpm.unseal(made, session1=used)) == b"data"
    flush(made, used)

# Three at once: one authorizes, one decrypts, one encrypts. Or two authorize and one audits.
authorizes = session(bind=parent)
decrypts = session(salt=parent, attributes=CONTINUES | DECRYPT, symmetric=XOR)
encrypts = session(bind=sealed, attributes=CONTINUES | ENCRYPT)
for _ in range(2):
    private = tpm.object_change_auth(
        sealed, parent, b"changed", session1=authorizes, session2=decrypts, session3=encrypts)
    changed = tpm.load(parent, private, sealed_public)
    tpm.tr_set_auth(changed, b"changed")
    assert bytes(tpm.unseal(changed, session1=authorizes, session2=encrypts)) == secret
    flush(changed)
flush(authorizes, decrypts, encrypts)
attributes = CONTINUES | AUDIT | DECRYPT | ENCRYPT
audits = session(salt=parent, attributes=attributes)
assert len(tpm.get_random(16, session1=audits)) == 16
key, _ = child(parent, "ecc:ecdsa_sha256", SIGNING)
attest, signature = tpm.get_session_audit_digest(key, audits, b"nonce", NO_SCHEME)
parsed, _ = TPMS_ATTEST.unmarshal(bytes(attest))
assert parsed.type == TPM2_ST.ATTEST_SESSION_AUDIT and bytes(parsed.extraData) == b"nonce"
assert len(parsed.attested.sessionAudit.sessionDigest) == 32
tpm.verify_signature(key, sha(bytes(attest)), signature)
flush(key, audits)

# The audit digest is what one works out from the commands themselves.
audits = session(attributes=CONTINUES | AUDIT)
for _ in range(2):
    tpm.self_test(False, session1=audits)
key, _ = child(parent, "ecc:ecdsa_sha256", SIGNING)
attest, _ = tpm.get_session_audit_digest(key, audits, b"", NO_SCHEME)
parsed, _ = TPMS_ATTEST.unmarshal(bytes(attest))
code = bytes.fromhex("00000143")
command, response, digest = sha(code, b"\0"), sha(bytes(4), code), bytes(32)
for _ in range(2):
    digest = sha(digest, command, response)
assert bytes(parsed.attested.sessionAudit.sessionDigest) == digest
flush(key, audits)

# Saved and loaded between two uses; gone with its last command; a context serves once.
used = session(salt=parent, attributes=CONTINUES | ENCRYPT)
assert bytes(tpm.unseal(sealed, session1=used)) == secret
context = tpm.context_save(used)
used = tpm.context_load(context)
assert bytes(tpm.unseal(sealed, session1=used)) == secret
with refused(0x1CB):
    tpm.context_load(context)
tpm.trsess_set_attributes(used, 0, CONTINUES)
assert bytes(tpm.unseal(sealed, session1=used)) == secret
more, data = tpm.get_capability(TPM2_CAP.HANDLES, TPM2_HC.LOADED_SESSION_FIRST, 8)
assert len(data.data.handles) == 0
flush(parent, sealed)
END

echo "ok $script"
