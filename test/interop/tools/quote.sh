# Quotes: RSA and ECC attestation keys, a nonce, PCR values, and what must not pass.
source "$(dirname "$0")/begin.sh"

tpm2_pcrreset 16 23
tpm2_pcrextend "16:sha256=$(digest sha256 aa),sha1=$(digest sha1 bb)"
nonce=00112233445566778899aabbccddeeff
primary parent.ctx

# attestation_key ALGORITHM NAME
attestation_key() {
  quiet tpm2_create -C parent.ctx -G "$1" -u "$2.pub" -r "$2.priv" \
    -a 'sign|restricted|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
  flush
  quiet tpm2_load -C parent.ctx -u "$2.pub" -r "$2.priv" -c "$2.ctx"
  flush
  quiet tpm2_readpublic -c "$2.ctx" -f pem -o "$2.pem"
  flush
}

# quotes KEY OPENSSL-SIGNATURE-OPTION...
quotes() {
  local key=$1
  shift
  quiet tpm2_quote -c "$key.ctx" -l sha1:16+sha256:0,16,23 -q "$nonce" -m quote.msg -s quote.sig \
    -o quote.pcrs -g sha256
  flush
  quiet tpm2_checkquote -u "$key.pem" -m quote.msg -s quote.sig -f quote.pcrs -g sha256 -q "$nonce"
  # The same without any TPM software: the signature is over the attestation as it is.
  quiet tpm2_quote -c "$key.ctx" -l sha1:16+sha256:0,16,23 -q "$nonce" -m plain.msg -s plain.sig \
    -f plain -g sha256
  flush
  quiet openssl dgst -sha256 -verify "$key.pem" -signature plain.sig "$@" plain.msg

  # TPMS_ATTEST: magic, type, the signer's qualified Name, the nonce; at the end the PCR digest.
  equal "$(octets quote.msg 0 6)" ff5443478018
  tpm2_readpublic -c "$key.ctx" -q key.qualified >/dev/null
  flush
  equal "$(octets quote.msg 6 36)" "0022$(octets key.qualified)"
  equal "$(octets quote.msg 42 18)" "0010$nonce"
  tpm2_pcrread sha1:16 -o sha1.pcr >/dev/null
  tpm2_pcrread sha256:0,16,23 -o sha256.pcr >/dev/null
  equal "$(octets quote.msg | tail -c 68)" \
    "0020$(digest sha256 "$(octets sha1.pcr)" "$(octets sha256.pcr)")"

  # Another nonce, an altered quote, altered PCR values, another key's signature.
  refuses tpm2_checkquote -u "$key.pem" -m quote.msg -s quote.sig -f quote.pcrs -q "${nonce/0/1}"
  altered quote.msg 70 >altered.msg
  refuses tpm2_checkquote -u "$key.pem" -m altered.msg -s quote.sig -q "$nonce"
  tpm2_pcrextend "23:sha256=$(digest sha256 cc)"
  quiet tpm2_quote -c "$key.ctx" -l sha1:16+sha256:0,16,23 -q "$nonce" -m later.msg -s later.sig \
    -o later.pcrs
  flush
  refuses tpm2_checkquote -u "$key.pem" -m quote.msg -s quote.sig -f later.pcrs -q "$nonce"
  quiet tpm2_checkquote -u "$key.pem" -m later.msg -s later.sig -f later.pcrs -q "$nonce"
  tpm2_pcrreset 23
}

attestation_key rsa2048:rsassa-sha256:null rsa
quotes rsa
attestation_key ecc256:ecdsa-sha256:null ecc
quotes ecc
refuses tpm2_checkquote -u rsa.pem -m quote.msg -s quote.sig -q "$nonce"

# A restricted key signs what the TPM made, and nothing which only looks like it.
openssl dgst -sha256 -binary quote.msg >forged.digest
refuses 0x3e0 tpm2_sign -c ecc.ctx -g sha256 -d -o no.sig forged.digest
printf '\xffTCG and anything after it' >forged
refuses tpm2_sign -c ecc.ctx -g sha256 -o no.sig forged
printf 'an ordinary message' >message
quiet tpm2_hash -C o -g sha256 -t message.ticket -o message.digest message
quiet tpm2_sign -c ecc.ctx -g sha256 -d -t message.ticket -f plain -o message.sig message.digest
flush
quiet openssl dgst -sha256 -verify ecc.pem -signature message.sig message

# A key for decryption cannot quote.
refuses tpm2_quote -c parent.ctx -l sha256:16 -m no.msg -s no.sig
tpm2_pcrreset 16 23

echo "ok $script"
