# Policies by the Enhanced System API, their digests worked out beside, tickets and NV indices in them.
source "$(dirname "$0")/begin.sh"

runs <<'END'
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from prelude import *

parent, _ = storage()
ZERO = bytes(32)
code = lambda number: bytes.fromhex(f"{number:08x}")
secret = b"the sealed secret"
SEALED = TPMA_OBJECT.FIXEDTPM | TPMA_OBJECT.FIXEDPARENT | TPMA_OBJECT.NODA

def seals(*steps, value=b"", attributes=ENCRYPT):
    """The digest of the steps: what is sealed under them is opened with them, and not without."""
    digest = policy_digest(*steps)
    sealed, _ = child(parent, "keyedhash", SEALED, value, secret, digest)
    used = policy(*steps, salt=parent, attributes=attributes)
    assert bytes(tpm.unseal(sealed, session1=used)) == secret
    used = policy()
    with refused(0x99D):
        tpm.unseal(sealed, session1=used)
    flush(used, sealed)
    return digest

# Simple ones against one's own reckoning.
command = lambda s: tpm.policy_command_code(s, TPM2_CC.Unseal)
assert seals(command) == sha(ZERO, code(0x16C), code(0x15E))
locality = lambda s: tpm.policy_locality(s, TPMA_LOCALITY.ZERO | TPMA_LOCALITY.ONE)
assert seals(locality) == sha(ZERO, code(0x16F), b"\x03")
value = lambda s: tpm.policy_auth_value(s)
assert seals(value, value=b"sesame") == sha(ZERO, code(0x16B))
password = lambda s: tpm.policy_password(s)
assert seals(password, value=b"sesame", attributes=0) == sha(ZERO, code(0x16B))
pcrs = lambda s: tpm.policy_pcr(s, b"", "sha256:16,23")
_, _, values = tpm.pcr_read("sha256:16,23")
selection = bytes.fromhex("00000001000b03000081")
state = sha(ZERO, code(0x17F), selection, sha(*(bytes(v) for v in values)))
assert seals(pcrs) == state
clock = lambda s: tpm.policy_counter_timer(s, TPM2B_OPERAND(bytes(8)), TPM2_EO.UNSIGNED_GE, 8)
assert seals(clock) == sha(ZERO, code(0x16D), sha(bytes(8), bytes.fromhex("00080007")))
branches = TPML_DIGEST([state, sha(ZERO, code(0x16C), code(0x15E))])
either = lambda s: tpm.policy_or(s, branches)
assert seals(pcrs, either) == sha(ZERO, code(0x171), state, sha(ZERO, code(0x16C), code(0x15E)))

# Under the name of another command.
sealed, _ = child(parent, "keyedhash", SEALED, b"sesame", secret, sha(ZERO, code(0x16C), code(0x150)))
used = policy(lambda s: tpm.policy_command_code(s, TPM2_CC.ObjectChangeAuth))
with refused(0x9A4):
    tpm.unseal(sealed, session1=used)
flush(used, sealed)

# A signature by a key outside, with a nonce, an expiry, a ticket; the ticket in place of it.
outside = outside_ecc()
authority_public = TPM2B_PUBLIC.from_pem(
    outside.public_key().public_bytes(serialization.Encoding.PEM,
                                      serialization.PublicFormat.SubjectPublicKeyInfo),
    objectAttributes=TPMA_OBJECT.USERWITHAUTH | TPMA_OBJECT.SIGN_ENCRYPT)
authority = tpm.load_external(authority_public, hierarchy=ESYS_TR.OWNER)
ticket = []

def signs(data):
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    r, s = decode_dss_signature(outside.sign(data, ec.ECDSA(hashes.SHA256())))
    made = TPMT_SIGNATURE(sigAlg=TPM2_ALG.ECDSA)
    made.signature.ecdsa.hash = TPM2_ALG.SHA256
    made.signature.ecdsa.signatureR = r.to_bytes(32, "big")
    made.signature.ecdsa.signatureS = s.to_bytes(32, "big")
    return made

def signed(expiration):
    def step(s):
        nonce = bytes(tpm.trsess_get_nonce_tpm(s))
        expiry = (expiration & 0xFFFFFFFF).to_bytes(4, "big")
        ticket[:] = tpm.policy_signed(authority, s, nonce, b"", b"reference", expiration,
                                      signs(nonce + expiry + b"reference"))
    return step

digest = seals(signed(-600))
name = bytes(authority_public.get_name())
assert digest == sha(sha(ZERO, code(0x160), name), b"reference")
timeout, proof = ticket
assert proof.tag == TPM2_ST.AUTH_SIGNED and timeout.marshal() != bytes(2)
by_ticket = lambda s: tpm.policy_ticket(s, timeout, b"", b"reference", name, proof)
sealed, _ = child(parent, "keyedhash", SEALED, b"", secret, digest)
used = policy(by_ticket)
assert bytes(tpm.unseal(sealed, session1=used)) == secret
flush(sealed)
used = policy()
with refused(0x5E0):
    tpm.policy_ticket(used, timeout, b"", b"another", name, proof)
wrong = signs(b"something else")
with refused(0x5DB):
    tpm.policy_signed(authority, used, b"", b"", b"reference", 0, wrong)
flush(used)

# Whatever that authority has signed: a policy that stands in for another.
check = tpm.verify_signature(authority, sha(state, b"reference"), signs(state + b"reference"))
flush(authority)
authorized = lambda s: tpm.policy_authorize(s, state, b"reference", name, check)
assert policy_digest(pcrs, authorized) == sha(sha(ZERO, code(0x16A), name), b"reference")
seals(pcrs, authorized)

# The value of another entity, with a ticket.
owned = lambda s: ticket.__setitem__(slice(None), tpm.policy_secret(
    ESYS_TR.OWNER, s, bytes(tpm.trsess_get_nonce_tpm(s)), b"", b"reference", -600))
digest = seals(owned)
assert digest == sha(sha(ZERO, code(0x151), code(0x40000001)), b"reference")
timeout, proof = ticket
assert proof.tag == TPM2_ST.AUTH_SECRET
sealed, _ = child(parent, "keyedhash", SEALED, b"", secret, digest)
used = policy(lambda s: tpm.policy_ticket(s, timeout, b"", b"reference", code(0x40000001), proof))
assert bytes(tpm.unseal(sealed, session1=used)) == secret
flush(sealed)

# What stands in an index, and a policy that stands in one.
index_public = TPM2B_NV_PUBLIC(TPMS_NV_PUBLIC(
    nvIndex=0x01500002, nameAlg=TPM2_ALG.SHA256, dataSize=34,
    attributes=TPMA_NV.OWNERWRITE | TPMA_NV.OWNERREAD | TPMA_NV.AUTHREAD | TPMA_NV.AUTHWRITE | TPMA_NV.NO_DA))
index = tpm.nv_define_space(b"", index_public)
tpm.nv_write(index, bytes.fromhex("000b") + state)
holds = lambda s: tpm.policy_nv(index, index, s, TPM2B_OPERAND(state[:8]), TPM2_EO.EQ, 2)
written = bytes(tpm.tr_get_name(index))
assert seals(holds) == sha(ZERO, code(0x149), sha(state[:8], bytes.fromhex("00020000")), written)
used = policy()
with refused(0x126):
    tpm.policy_nv(index, index, used, TPM2B_OPERAND(state[:8]), TPM2_EO.NEQ, 2)
flush(used)
stands = lambda s: tpm.policy_authorize_nv(index, s)
assert seals(pcrs, stands) == sha(ZERO, code(0x192), written)
was_written = lambda s: tpm.policy_nv_written(s, True)
guarded = policy_digest(was_written, value)
assert guarded == sha(sha(ZERO, code(0x18F), b"\x01"), code(0x16B))

# Such an index tells of one command with these parameters, and of these entities, too.
sealed, _ = child(parent, "keyedhash", SEALED, b"", secret, policy_digest(stands))
other, _ = child(parent, "keyedhash", SEALED, b"", secret, policy_digest(stands))
cp_hash = sha(code(0x15E), bytes(tpm.tr_get_name(sealed)))
name_hash = sha(bytes(tpm.tr_get_name(sealed)))
for step, digest in (
    (lambda s: tpm.policy_cp_hash(s, cp_hash), sha(ZERO, code(0x16E), cp_hash)),
    (lambda s: tpm.policy_name_hash(s, name_hash), sha(ZERO, code(0x170), name_hash)),
):
    assert policy_digest(step) == digest
    tpm.nv_write(index, bytes.fromhex("000b") + digest)
    assert bytes(tpm.unseal(sealed, session1=policy(step, stands))) == secret
    used = policy(step, stands)
    with refused(0x99D):
        tpm.unseal(other, session1=used)
    flush(used)
flush(sealed, other)
tpm.nv_undefine_space(index)

# The owner lets nothing be made but one template.
template = TPM2B_PUBLIC.parse("ecc", objectAttributes=STORAGE)
template_hash = sha(template.publicArea.marshal())
only = lambda s: tpm.policy_template(s, template_hash)
assert policy_digest(only) == sha(ZERO, code(0x190), template_hash)
tpm.set_primary_policy(ESYS_TR.OWNER, policy_digest(only), TPM2_ALG.SHA256)
made, *_ = tpm.create_primary(sensitive(), template, session1=policy(only))
assert bytes(tpm.tr_get_name(made)) == bytes(tpm.tr_get_name(parent))
flush(made)
used = policy(only)
with refused(0x99D):
    tpm.create_primary(sensitive(), TPM2B_PUBLIC.parse("ecc", objectAttributes=SIGNING), session1=used)
tpm.set_primary_policy(ESYS_TR.OWNER, b"", TPM2_ALG.NULL)
flush(used, parent)
END

echo "ok $script"
