# The Feature API from Python, with what the programs tss2_* cannot do: signatures of the caller's own
# in a policy.
source "$(dirname "$0")/begin.sh"

runs <<'END'
import json
import logging

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from prelude import *

logging.disable(logging.CRITICAL)
tpm.close()
outside = rsa.generate_private_key(65537, 2048)
pem = outside.public_key().public_bytes(serialization.Encoding.PEM,
                                        serialization.PublicFormat.SubjectPublicKeyInfo).decode()
asked = []

def signs(path, description, public_key, hint, hash, data, user_data=None):
    asked.append(hint)
    return outside.sign(data, padding.PKCS1v15(), hashes.SHA256())

config = {"tcti": os.environ["TPM2TOOLS_TCTI"], "ek_cert_less": "yes", "system_pcrs": [],
          "profile_name": "P_ECCP256SHA256", "profile_dir": "/etc/tpm2-tss/fapi-profiles/"}
with FAPIConfig(config, temp_dirs=True), FAPI() as fapi:
    fapi.provision(is_provisioned_ok=False)
    key = fapi.create_key("HS/SRK/key", "sign, noda", auth_value="")
    assert key
    digest = sha(b"a message")
    signature, public, _ = fapi.sign("HS/SRK/key", digest)
    ours = serialization.load_pem_public_key(public)
    ours.verify(signature, b"a message", ec.ECDSA(hashes.SHA256()))
    fapi.verify_signature("HS/SRK/key", digest, signature)

    fapi.set_auth_callback(lambda path, description, user_data=None: b"sesame")
    fapi.create_seal("HS/SRK/guarded", b"the sealed secret", "noda", auth_value="sesame")
    assert fapi.unseal("HS/SRK/guarded") == b"the sealed secret"

    fapi.set_sign_callback(signs)
    fapi.import_object("/policy/signed", json.dumps({"description": "signed", "policy": [{
        "type": "PolicySigned", "keyPEM": pem, "publicKeyHint": "whose", "keyPEMhashAlg": "SHA256",
        "rsaScheme": {"scheme": "RSASSA", "details": {"hashAlg": "SHA256"}}}]}))
    fapi.create_seal("HS/SRK/signed", b"the sealed secret", "noda", policy_path="/policy/signed",
                     auth_value="")
    assert fapi.unseal("HS/SRK/signed") == b"the sealed secret" and asked == ["whose"]

    fapi.create_nv("/nv/Owner/index", 8, "noda", auth_value="")
    fapi.nv_write("/nv/Owner/index", b"12345678")
    assert fapi.nv_read("/nv/Owner/index")[0] == b"12345678"
    fapi.create_key("HS/SRK/attester", "sign, restricted, noda", auth_value="")
    info, signature, log, _ = fapi.quote("HS/SRK/attester", [16], qualifying_data=b"nonce")
    fapi.verify_quote("HS/SRK/attester", signature, info, qualifying_data=b"nonce", pcr_log=log)
    assert len(fapi.get_random(20)) == 20
    fapi.delete("/")
END

echo "ok $script"
