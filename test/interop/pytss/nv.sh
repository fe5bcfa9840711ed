# NV indices of every type by the Enhanced System API: attributes, locks, encryption, certification.
source "$(dirname "$0")/begin.sh"

runs <<'END'
from hashlib import sha384

from prelude import *

parent, _ = storage()
key, _ = child(parent, "ecc:ecdsa_sha256", SIGNING)
FREE = TPMA_NV.AUTHREAD | TPMA_NV.AUTHWRITE | TPMA_NV.OWNERREAD | TPMA_NV.OWNERWRITE | TPMA_NV.NO_DA

def index(offset, size, attributes=FREE, nt=TPM2_NT.ORDINARY, value=b"", digest=b"", hash=TPM2_ALG.SHA256):
    public = TPMS_NV_PUBLIC(
        nvIndex=0x01500000 + offset, nameAlg=hash, dataSize=size,
        attributes=attributes | (nt << TPMA_NV.TPM2_NT_SHIFT), authPolicy=digest)
    made = tpm.nv_define_space(value, TPM2B_NV_PUBLIC(public))
    tpm.tr_set_auth(made, value)
    return made

# Octets, in encrypting sessions bound to the index itself, whose Name changes by the first write.
plain = index(1, 64, value=b"value")
with refused(0x14A):
    tpm.nv_read(plain, 8)
used = session(salt=parent, bind=plain, attributes=CONTINUES | DECRYPT | ENCRYPT)
before = bytes(tpm.tr_get_name(plain))
tpm.nv_write(plain, b"in the middle", 20, session1=used)
assert bytes(tpm.tr_get_name(plain)) != before
assert bytes(tpm.nv_read(plain, 13, 20, session1=used)) == b"in the middle"
assert bytes(tpm.nv_read(plain, 64, session1=used)) == b"\xff" * 20 + b"in the middle" + b"\xff" * 31
with refused(0x146):
    tpm.nv_write(plain, b"too much", 60)
public, name = tpm.nv_read_public(plain)
assert bytes(name) == bytes(public.get_name()) and public.nvPublic.attributes & TPMA_NV.WRITTEN
flush(used)

# Certified: what stands there is signed.
attest, signature = tpm.nv_certify(key, plain, b"nonce", NO_SCHEME, 13, 20)
parsed, _ = TPMS_ATTEST.unmarshal(bytes(attest))
assert parsed.type == TPM2_ST.ATTEST_NV and bytes(parsed.extraData) == b"nonce"
assert bytes(parsed.attested.nv.nvContents) == b"in the middle" and parsed.attested.nv.offset == 20
assert bytes(parsed.attested.nv.indexName) == bytes(name)
tpm.verify_signature(key, sha(bytes(attest)), signature)

# Its value is changed under a policy, and never without one.
used = policy(lambda s: tpm.policy_command_code(s, TPM2_CC.NV_ChangeAuth))
with refused(0x12F):
    tpm.nv_change_auth(plain, b"changed", session1=used)
flush(used)
steps = [lambda s: tpm.policy_command_code(s, TPM2_CC.NV_ChangeAuth), lambda s: tpm.policy_auth_value(s)]
changing = index(2, 8, value=b"value", digest=policy_digest(*steps))
tpm.nv_change_auth(changing, b"changed", session1=policy(*steps, salt=parent, attributes=DECRYPT))
with refused(0x9A2):
    tpm.tr_set_auth(changing, b"value")
    tpm.nv_write(changing, b"12345678")
tpm.tr_set_auth(changing, b"changed")
tpm.nv_write(changing, b"12345678")

# A counter, bits, and an extended index of a larger hash.
counter = index(3, 8, nt=TPM2_NT.COUNTER)
tpm.nv_increment(counter)
first = int.from_bytes(bytes(tpm.nv_read(counter, 8)), "big")
tpm.nv_increment(counter)
assert int.from_bytes(bytes(tpm.nv_read(counter, 8)), "big") == first + 1
with refused(0x82):
    tpm.nv_write(counter, bytes(8))
bits = index(4, 8, nt=TPM2_NT.BITS)
tpm.nv_set_bits(bits, 1 << 63 | 1 << 32)
tpm.nv_set_bits(bits, 1)
assert bytes(tpm.nv_read(bits, 8)).hex() == "8000000100000001"
extended = index(5, 48, nt=TPM2_NT.EXTEND, hash=TPM2_ALG.SHA384)
tpm.nv_extend(extended, b"data")
assert bytes(tpm.nv_read(extended, 48)) == sha384(bytes(48) + b"data").digest()

# Locks: one's own for reading and for writing, and everybody's.
locked = index(6, 8, FREE | TPMA_NV.READ_STCLEAR | TPMA_NV.WRITE_STCLEAR)
tpm.nv_write(locked, b"12345678")
tpm.nv_write_lock(locked)
with refused(0x148):
    tpm.nv_write(locked, b"87654321")
tpm.nv_read_lock(locked)
with refused(0x148):
    tpm.nv_read(locked, 8)
globally = index(7, 8, FREE | TPMA_NV.GLOBALLOCK)
tpm.nv_write(globally, b"12345678")
tpm.nv_global_write_lock(ESYS_TR.OWNER)
with refused(0x148):
    tpm.nv_write(globally, b"87654321")
assert bytes(tpm.nv_read(globally, 8)) == b"12345678"

# Every hash names an index; what is undefined is gone.
for hash in (TPM2_ALG.SHA1, TPM2_ALG.SHA512):
    named = index(8, 4, hash=hash)
    public, name = tpm.nv_read_public(named)
    assert bytes(name) == bytes(public.get_name())
    tpm.nv_undefine_space(named)
for each in (plain, changing, counter, bits, extended, locked, globally):
    tpm.nv_undefine_space(each)
with refused(0x18B):
    tpm.tr_from_tpmpublic(0x01500001)
flush(key, parent)
END

echo "ok $script"
