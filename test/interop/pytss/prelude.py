"""Imported first by every program of this folder: the TPM, and what the programs say of it.

A structure holds its parts only as long as it is held itself: the library frees them with it.
"""

import os
from contextlib import contextmanager
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec

from tpm2_pytss import *

tpm = ESAPI(os.environ["TPM2TOOLS_TCTI"])
AES = TPMT_SYM_DEF(
    algorithm=TPM2_ALG.AES,
    keyBits=TPMU_SYM_KEY_BITS(aes=128),
    mode=TPMU_SYM_MODE(aes=TPM2_ALG.CFB),
)
XOR = TPMT_SYM_DEF(algorithm=TPM2_ALG.XOR, keyBits=TPMU_SYM_KEY_BITS(exclusiveOr=TPM2_ALG.SHA256))
PLAIN = TPMT_SYM_DEF(algorithm=TPM2_ALG.NULL)
NO_SYMMETRIC = TPMT_SYM_DEF_OBJECT(algorithm=TPM2_ALG.NULL)
INNER = TPMT_SYM_DEF_OBJECT(
    algorithm=TPM2_ALG.AES,
    keyBits=TPMU_SYM_KEY_BITS(sym=128),
    mode=TPMU_SYM_MODE(sym=TPM2_ALG.CFB),
)
NO_SCHEME = TPMT_SIG_SCHEME(scheme=TPM2_ALG.NULL)
NO_TICKET = TPMT_TK_HASHCHECK(tag=TPM2_ST.HASHCHECK, hierarchy=TPM2_RH.NULL)
CONTINUES, DECRYPT, ENCRYPT, AUDIT = (
    TPMA_SESSION.CONTINUESESSION,
    TPMA_SESSION.DECRYPT,
    TPMA_SESSION.ENCRYPT,
    TPMA_SESSION.AUDIT,
)
MADE = (
    TPMA_OBJECT.FIXEDTPM
    | TPMA_OBJECT.FIXEDPARENT
    | TPMA_OBJECT.SENSITIVEDATAORIGIN
    | TPMA_OBJECT.USERWITHAUTH
    | TPMA_OBJECT.NODA
)
STORAGE = MADE | TPMA_OBJECT.RESTRICTED | TPMA_OBJECT.DECRYPT
SIGNING = MADE | TPMA_OBJECT.SIGN_ENCRYPT


@contextmanager
def refused(code):
    """What is done inside must be refused by the TPM with this response code."""
    try:
        yield
    except TSS2_Exception as refusal:
        assert refusal.rc == code, f"refused with {refusal.rc:#x} and not {code:#x}"
    else:
        raise AssertionError(f"was not refused with {code:#x}")


def sensitive(value=b"", data=b""):
    """The authorization value, and the data of a new object."""
    return TPM2B_SENSITIVE_CREATE(TPMS_SENSITIVE_CREATE(userAuth=value, data=data))


def storage(algorithm="ecc", value=b""):
    """A primary storage key of the owner: its handle and its public area."""
    public = TPM2B_PUBLIC.parse(algorithm, objectAttributes=STORAGE)
    handle, public, *_ = tpm.create_primary(sensitive(value), public)
    tpm.tr_set_auth(handle, value)
    return handle, public


def child(parent, algorithm, attributes, value=b"", data=b"", policy=b""):
    """A new object below its parent, loaded: its handle and its public area."""
    template = TPM2B_PUBLIC.parse(algorithm, objectAttributes=attributes, authPolicy=policy)
    private, public, *_ = tpm.create(parent, sensitive(value, data), template)
    handle = tpm.load(parent, private, public)
    tpm.tr_set_auth(handle, value)
    return handle, public


def session(kind=TPM2_SE.HMAC, salt=ESYS_TR.NONE, bind=ESYS_TR.NONE, symmetric=AES,
            attributes=CONTINUES, hash=TPM2_ALG.SHA256):
    """A session, salted to one key and bound to another entity."""
    handle = tpm.start_auth_session(salt, bind, kind, symmetric, hash)
    tpm.trsess_set_attributes(handle, attributes)
    return handle


def policy(*steps, kind=TPM2_SE.POLICY, **options):
    """A policy session in which the steps, functions of the session, were taken. It serves once."""
    handle = session(kind, **{"attributes": 0, **options})
    for step in steps:
        step(handle)
    return handle


def policy_digest(*steps):
    """What the steps come to, found out in a trial session."""
    trial = policy(*steps, kind=TPM2_SE.TRIAL)
    digest = bytes(tpm.policy_get_digest(trial))
    tpm.flush_context(trial)
    return digest


def flush(*handles):
    for handle in handles:
        tpm.flush_context(handle)


def outside_ecc(curve=ec.SECP256R1):
    """A key made outside. The library drops leading zeros of its numbers, which no TPM takes: it is
    one whose numbers have none."""
    while True:
        key = ec.generate_private_key(curve())
        point = key.public_key().public_numbers()
        numbers = (point.x, point.y, key.private_numbers().private_value)
        if all(number >> key.curve.key_size - 8 for number in numbers):
            return key

def sha(*parts):
    return sha256(b"".join(parts)).digest()


def scheme(algorithm, hash=TPM2_ALG.SHA256):
    """A signature scheme with its hash."""
    made = TPMT_SIG_SCHEME(scheme=algorithm)
    made.details.any.hashAlg = hash
    return made
