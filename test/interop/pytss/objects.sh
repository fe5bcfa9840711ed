# Objects: moved from parent to parent, brought in from outside, changed, and put to every use.
source "$(dirname "$0")/begin.sh"

runs <<'END'
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from prelude import *
from tpm2_pytss.utils import make_credential, unwrap, wrap

parent, parent_public = storage()
message = b"a message to sign"

# Keys made outside are imported in the clear and wrapped for the parent by the library.
for outside in (rsa.generate_private_key(65537, 2048), outside_ecc(),
                outside_ecc(ec.SECP384R1)):
    is_rsa = isinstance(outside, rsa.RSAPrivateKey)
    pem = outside.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    inside = TPM2B_SENSITIVE.from_pem(pem)
    public = TPM2B_PUBLIC.from_pem(
        outside.public_key().public_bytes(serialization.Encoding.PEM,
                                          serialization.PublicFormat.SubjectPublicKeyInfo),
        objectAttributes=TPMA_OBJECT.USERWITHAUTH | TPMA_OBJECT.SIGN_ENCRYPT | TPMA_OBJECT.NODA)
    for symmetric in (NO_SYMMETRIC, INNER):
        key_in, duplicate, seed = wrap(parent_public.publicArea, public, inside, None, symmetric)
        private = tpm.import_(parent, key_in, public, duplicate, seed, symmetric)
        key = tpm.load(parent, private, public)
        assert bytes(tpm.tr_get_name(key)) == bytes(public.get_name())
        used = scheme(TPM2_ALG.RSASSA if is_rsa else TPM2_ALG.ECDSA)
        signature = tpm.sign(key, sha(message), used, NO_TICKET)
        if is_rsa:
            outside.public_key().verify(bytes(signature.signature.rsassa.sig), message,
                                        padding.PKCS1v15(), hashes.SHA256())
        else:
            tpm.verify_signature(key, sha(message), signature)
        flush(key)
    altered = TPM2B_PRIVATE(bytes(duplicate)[:-1] + bytes([bytes(duplicate)[-1] ^ 1]))
    with refused(0x3DF):
        tpm.import_(parent, key_in, public, altered, seed, symmetric)

# Duplicated by the TPM under its policy: in the clear, to a parent whose private key is elsewhere and
# opened by the library, and rewrapped from one parent to another.
steps = [lambda s: tpm.policy_command_code(s, TPM2_CC.Duplicate)]
moving = SIGNING & ~TPMA_OBJECT.FIXEDTPM & ~TPMA_OBJECT.FIXEDPARENT
mover, mover_public = child(parent, "ecc", moving, b"value", policy=policy_digest(*steps))

def is_mover(opened):
    assert bytes(opened.authValue).rstrip(b"\0") == b"value"
    number = int.from_bytes(bytes(opened.sensitive.ecc), "big")
    numbers = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") == bytes(mover_public.publicArea.unique.ecc.x)

used = policy(*steps)
_, duplicate, _ = tpm.duplicate(mover, ESYS_TR.NULL, TPM2B_DATA(), NO_SYMMETRIC, session1=used)
opened, _ = TPMT_SENSITIVE.unmarshal(bytes(duplicate)[2:])
assert is_mover(opened)
for outside in (rsa.generate_private_key(65537, 2048), outside_ecc()):
    pem = outside.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    public = TPM2B_PUBLIC.from_pem(
        outside.public_key().public_bytes(serialization.Encoding.PEM,
                                          serialization.PublicFormat.SubjectPublicKeyInfo),
        objectAttributes=TPMA_OBJECT.USERWITHAUTH | TPMA_OBJECT.RESTRICTED | TPMA_OBJECT.DECRYPT,
        symmetric=INNER)
    loaded = tpm.load_external(public)
    for symmetric in (NO_SYMMETRIC, INNER):
        used = policy(*steps)
        key_out, duplicate, seed = tpm.duplicate(mover, loaded, TPM2B_DATA(), symmetric, session1=used)
        inside = TPM2B_SENSITIVE.from_pem(pem)
        opened = unwrap(public.publicArea, inside.sensitiveArea, mover_public, duplicate, seed,
                        bytes(key_out), symmetric)
        assert is_mover(opened.sensitiveArea)
    flush(loaded)
used = policy(*steps)
_, duplicate, seed = tpm.duplicate(mover, parent, TPM2B_DATA(), NO_SYMMETRIC, session1=used)
flush(mover)
elsewhere, _ = storage("rsa2048")
rewrapped, seed = tpm.rewrap(parent, elsewhere, duplicate, mover_public.get_name(), seed)
private = tpm.import_(elsewhere, b"", mover_public, rewrapped, seed, NO_SYMMETRIC)
moved = tpm.load(elsewhere, private, mover_public)
tpm.tr_set_auth(moved, b"value")
tpm.verify_signature(moved, sha(message), tpm.sign(moved, sha(message), scheme(TPM2_ALG.ECDSA), NO_TICKET))
flush(moved, elsewhere)
stays, stays_public = child(parent, "ecc", SIGNING, policy=policy_digest(*steps))
used = policy(*steps)
with refused(0x182):
    tpm.duplicate(stays, parent, TPM2B_DATA(), NO_SYMMETRIC, session1=used)
flush(used, stays)

# A credential made by the library, for a key of the TPM.
key, key_public = child(parent, "ecc:ecdsa_sha256:null", SIGNING | TPMA_OBJECT.RESTRICTED, b"value")
blob, encrypted = make_credential(parent_public, b"a secret", key_public.get_name())
assert bytes(tpm.activate_credential(key, parent, blob, encrypted)) == b"a secret"
blob, encrypted = make_credential(parent_public, b"a secret", parent_public.get_name())
with refused(0x1DF):
    tpm.activate_credential(key, parent, blob, encrypted)
flush(key)

# Serialized by the library, deserialized, persistent.
lasting = tpm.evict_control(ESYS_TR.OWNER, parent, 0x81000021)
again = tpm.tr_deserialize(tpm.tr_serialize(lasting))
assert bytes(tpm.tr_get_name(again)) == bytes(parent_public.get_name())
tpm.evict_control(ESYS_TR.OWNER, again, 0x81000021)

# Symmetric keys and HMAC against the library's own.
symmetric, _ = child(parent, "aes128cfb", SIGNING | TPMA_OBJECT.DECRYPT, b"value")
iv = bytes(range(16))
cipher, iv_out = tpm.encrypt_decrypt_2(symmetric, False, TPM2_ALG.NULL, iv, bytes(50))
plain, _ = tpm.encrypt_decrypt_2(symmetric, True, TPM2_ALG.NULL, iv, cipher)
assert bytes(plain) == bytes(50) and bytes(cipher) != bytes(50)
flush(symmetric)
given = bytes(range(16, 32))
digest_key = TPM2B_PUBLIC.parse("aes128cfb", objectAttributes=TPMA_OBJECT.USERWITHAUTH | TPMA_OBJECT.DECRYPT
                                | TPMA_OBJECT.SIGN_ENCRYPT)
inside = TPM2B_SENSITIVE(TPMT_SENSITIVE(sensitiveType=TPM2_ALG.SYMCIPHER,
                                        seedValue=bytes(range(32)),
                                        sensitive=TPMU_SENSITIVE_COMPOSITE(bits=given)))
digest_key.publicArea.unique.sym = sha(bytes(range(32)), given)
loaded = tpm.load_external(digest_key, inside)
cipher, _ = tpm.encrypt_decrypt_2(loaded, False, TPM2_ALG.CFB, iv, message)
aes = Cipher(algorithms.AES(given), modes.CFB(iv)).encryptor()
assert bytes(cipher) == aes.update(message) + aes.finalize()
flush(loaded)

# ECDH with a key of the library's.
agreeing, agreeing_public = child(parent, "ecc256:ecdh", MADE | TPMA_OBJECT.DECRYPT)
theirs = outside_ecc()
numbers = theirs.public_key().public_numbers()
point = TPM2B_ECC_POINT(TPMS_ECC_POINT(x=numbers.x.to_bytes(32, "big"), y=numbers.y.to_bytes(32, "big")))
shared = tpm.ecdh_zgen(agreeing, point)
ours = serialization.load_pem_public_key(agreeing_public.to_pem())
assert bytes(shared.point.x) == theirs.exchange(ec.ECDH(), ours)
flush(agreeing, parent)
END

echo "ok $script"
