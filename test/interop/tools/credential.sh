# Credential activation: endorsement keys by the default templates (RSA and ECC), an attestation
# key, and a secret only the TPM with both of them can read.
source "$(dirname "$0")/begin.sh"

printf 'a secret of thirty-two octets...' >secret
primary parent.ctx

# activates EK AK: the policy of the template wants the endorsement hierarchy's authorization.
activates() {
  quiet tpm2_startauthsession --policy-session -S session
  quiet tpm2_policysecret -S session -c e
  local status=0
  quiet tpm2_activatecredential -c "$2.ctx" -C "$1.ctx" -p attest -P session:session -i credential \
    -o activated || status=$?
  tpm2_flushcontext session
  flush
  return $status
}

# PolicySecret(TPM_RH_ENDORSEMENT), as the EK credential profile prints it.
profile_policy=837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa
equal "$(digest sha256 "$(digest sha256 "$(zeros 32)" 00000151 4000000b)")" $profile_policy

for algorithm in rsa ecc; do
  quiet tpm2_createek -G $algorithm -c ek.ctx -u ek.pub
  flush
  quiet tpm2_readpublic -c ek.ctx -f pem -o ek.pem -n ek.name
  flush
  equal "$(octets ek.name)" "$(name ek.pub)"
  # TPMT_PUBLIC: nameAlg SHA256, the attributes 000300b2, the policy.
  equal "$(octets ek.pub 4 40)" "000b000300b20020$profile_policy"

  quiet tpm2_createak -C ek.ctx -c ak.ctx -G $algorithm -g sha256 \
    -s "$([[ $algorithm == rsa ]] && echo rsassa || echo ecdsa)" -u ak.pub -n ak.name -p attest -r ak.priv
  flush
  equal "$(octets ak.name)" "$(name ak.pub)"
  tpm2_flushcontext -l

  # Made by the TPM: LoadExternal and MakeCredential.
  quiet tpm2_makecredential -e ek.pub -s secret -n "$(octets ak.name)" -o credential
  flush
  activates ek ak
  same activated secret
  # Made without any TPM.
  if [[ $algorithm == rsa ]]; then
    quiet tpm2_makecredential -T none -u ek.pem -G rsa -s secret -n "$(octets ak.name)" -o credential
    activates ek ak
    same activated secret
  fi

  # For another key's Name, altered on the way, or without the policy: nothing is told.
  quiet tpm2_makecredential -e ek.pub -s secret -n "000b$(digest sha256 00)" -o credential
  flush
  refuses 0x1df activates ek ak
  quiet tpm2_makecredential -e ek.pub -s secret -n "$(octets ak.name)" -o credential
  flush
  cp credential kept
  altered kept 20 >credential
  refuses activates ek ak
  cp kept credential
  quiet tpm2_startauthsession --policy-session -S session
  refuses 0xa9d tpm2_activatecredential -c ak.ctx -C ek.ctx -p attest -P session:session \
    -i credential -o no
  tpm2_flushcontext session
  quiet tpm2_startauthsession --policy-session -S session
  quiet tpm2_policysecret -S session -c e
  refuses 0x98e tpm2_activatecredential -c ak.ctx -C ek.ctx -p wrong -P session:session \
    -i credential -o no
  tpm2_flushcontext session
done
tpm2_flushcontext -l

echo "ok $script"
