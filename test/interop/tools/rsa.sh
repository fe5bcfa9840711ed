# RSA encryption: OAEP, PKCS 1 v1.5 and none, against openssl in both directions.
source "$(dirname "$0")/begin.sh"

printf 'a short message' >message
primary parent.ctx
quiet tpm2_create -C parent.ctx -G rsa2048 -u key.pub -r key.priv -p decryptor \
  -a 'decrypt|sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
flush
quiet tpm2_load -C parent.ctx -u key.pub -r key.priv -c key.ctx
flush
quiet tpm2_readpublic -c key.ctx -f pem -o key.pem
flush

encrypt() { tpm2_rsaencrypt -c key.ctx -s "$1" -o cipher "${@:2}" message && flush; }
decrypt() { tpm2_rsadecrypt -c key.ctx -p decryptor -s "$1" -o plain "${@:2}" cipher && flush; }
openssl_encrypt() { openssl pkeyutl -encrypt -pubin -inkey key.pem -in message -out cipher "$@"; }

oaep_options() { printf '%s ' -pkeyopt rsa_padding_mode:oaep -pkeyopt "rsa_oaep_md:$1" -pkeyopt "rsa_mgf1_md:$1"; }
for hash in sha1 sha256 sha384; do
  encrypt "oaep-$hash"
  equal "$(wc -c <cipher)" 256
  decrypt "oaep-$hash"
  same plain message
  # shellcheck disable=SC2046
  openssl_encrypt $(oaep_options "$hash")
  decrypt "oaep-$hash"
  same plain message
done
# A label belongs to the message; the TPM wants it to end with a zero.
encrypt oaep-sha256 -l label
decrypt oaep-sha256 -l label
same plain message
openssl_encrypt -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 \
  -pkeyopt rsa_mgf1_md:sha256 -pkeyopt rsa_oaep_label:6c6162656c00
decrypt oaep-sha256 -l label
same plain message
# The code differs: VALUE by the specification, FAILURE from a TPM whose openssl refused.
refuses decrypt oaep-sha256 -l other
refuses decrypt oaep-sha1 -l label

encrypt rsaes
decrypt rsaes
same plain message
openssl_encrypt -pkeyopt rsa_padding_mode:pkcs1
decrypt rsaes
same plain message

# Without padding both sides give the same octets.
{ printf '\0' && head -c 255 /dev/zero | tr '\0' r; } >message
encrypt null
cp cipher tpm.cipher
openssl_encrypt -pkeyopt rsa_padding_mode:none
same cipher tpm.cipher
decrypt null
same plain message

# What is too long, a wrong password, a key that only signs.
head -c 200 /dev/zero >message
refuses encrypt oaep-sha384
refuses 0x9a2 tpm2_rsadecrypt -c key.ctx -p wrong -s rsaes -o no cipher
quiet tpm2_create -C parent.ctx -G rsa2048:rsassa:null -c signer.ctx \
  -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda' -u s.pub -r s.priv
flush
refuses tpm2_rsadecrypt -c signer.ctx -o no cipher

echo "ok $script"
