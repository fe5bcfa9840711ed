# Commitments and anonymous signatures (ECDAA), and Schnorr's: checked by arithmetic on the curve.
source "$(dirname "$0")/begin.sh"

runs <<'END'
from prelude import *

# P-256 in affine coordinates; a point is None or a pair. FIPS 186-4, D.1.2.3
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)

def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    slope = ((3 * p[0] ** 2 - 3) * pow(2 * p[1], -1, P) if p == q
             else (q[1] - p[1]) * pow(q[0] - p[0], -1, P))
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P

def times(number, p):
    total = None
    while number:
        if number & 1:
            total = add(total, p)
        p, number = add(p, p), number >> 1
    return total

def number(octets):
    return int.from_bytes(bytes(octets), "big")

def octets(number):
    return number.to_bytes(32, "big")

def pair(point):
    return number(point.point.x), number(point.point.y)

def point(p):
    return TPM2B_ECC_POINT(TPMS_ECC_POINT(x=octets(p[0]), y=octets(p[1])))

parent, _ = storage()
digest = sha(b"a message to sign")

def signer(algorithm):
    key, public = child(parent, algorithm, SIGNING, b"value")
    q = public.publicArea.unique.ecc
    return key, (number(q.x), number(q.y))

# Without a point E = [r]G; the signature's s = r + T d, with T = H(nonce, digest).
key, q = signer("ecc256:ecdaa0-sha256")
nothing = TPM2B_ECC_POINT()

def ecdaa(count):
    used = scheme(TPM2_ALG.ECDAA)
    used.details.ecdaa.count = count
    made = tpm.sign(key, digest, used, NO_TICKET)
    nonce, s = bytes(made.signature.ecdaa.signatureR), made.signature.ecdaa.signatureS
    return number(s), number(sha(nonce, digest)) % N

_, _, e, count = tpm.commit(key, nothing, b"", b"")
s, t = ecdaa(count)
assert times(s, G) == add(pair(e), times(t, q))
with refused(0x84):
    ecdaa(count)

# Of another generator: E = [r]P1.
p1 = times(12345, G)
_, _, e, count = tpm.commit(key, point(p1), b"", b"")
s, t = ecdaa(count)
assert times(s, p1) == add(pair(e), times(t, times(12345, q)))

# Of a base point from a name: K = [d]P2 and L = [r]P2, where P2's x is the name's hash.
name = 0
while True:
    s2 = b"base %d" % name
    x = number(sha(s2))
    y = pow(x**3 - 3 * x + B, (P + 1) // 4, P)
    if x < P and y * y % P == (x**3 - 3 * x + B) % P:
        break
    name += 1
k, l, e, count = tpm.commit(key, point(p1), s2, octets(y))
s, t = ecdaa(count)
assert times(s, (x, y)) == add(pair(l), times(t, pair(k)))
assert times(s, p1) == add(pair(e), times(t, times(12345, q)))
with refused(0x1E7):
    tpm.commit(key, point((p1[0], p1[1] - 1)), b"", b"")
with refused(0x2E7):
    tpm.commit(key, point(p1), s2, octets(y - 1))
flush(key)

# Schnorr: s = k + e d, and e comes out of [s]G - [e]Q.
key, q = signer("ecc256:ecschnorr_sha256")
signature = tpm.sign(key, digest, NO_SCHEME, NO_TICKET)
tpm.verify_signature(key, digest, signature)
with refused(0x2DB):
    tpm.verify_signature(key, sha(b"another"), signature)
flush(key)

# Two phases, of which the static half is everybody's.
key, public = child(parent, "ecc256:ecdh_sha256", MADE | TPMA_OBJECT.DECRYPT)
q = (number(public.publicArea.unique.ecc.x), number(public.publicArea.unique.ecc.y))
ours, count = tpm.ec_ephemeral(TPM2_ECC_CURVE.NIST_P256)
z1, z2 = tpm.zgen_2_phase(key, point(times(777, G)), point(times(888, G)), TPM2_ALG.ECDH, count)
assert pair(z1) == times(777, q) and pair(z2) == times(888, pair(ours))
flush(key, parent)
END

echo "ok $script"
