# Keys: primaries in every hierarchy, children, signatures by each scheme, checked by the TPM itself
# and by openssl.
source "$(dirname "$0")/begin.sh"

printf 'a message to sign' >message
printf 'another message' >other

# Primaries: the same template gives the same key again, in another hierarchy another one.
for hierarchy in o e p n; do
  for algorithm in rsa2048 ecc256; do
    id=$hierarchy-$algorithm
    quiet tpm2_createprimary -C "$hierarchy" -G "$algorithm" -c "$id.ctx"
    quiet tpm2_readpublic -c "$id.ctx" -o "$id.pub" -n "$id.name" -f tss -q "$id.qualified"
    flush
    equal "$(octets "$id.name")" "$(name "$id.pub")"
    case $hierarchy in o) handle=40000001 ;; e) handle=4000000b ;; p) handle=4000000c ;; n) handle=40000007 ;; esac
    equal "$(octets "$id.qualified")" "000b$(digest sha256 "$handle" "$(name "$id.pub")")"
  done
done
equal "$(cat ./*.name | xxd -p -c 34 | sort -u | wc -l)" 8
quiet tpm2_createprimary -C o -G rsa2048 -c again.ctx
quiet tpm2_readpublic -c again.ctx -n again.name
flush
same again.name o-rsa2048.name
# Other unique data, other key: what the tool wants is the structure in memory, x.size first.
printf '\x04\x00uniq' >unique
quiet tpm2_createprimary -C o -G ecc256 -u unique -c again.ctx
quiet tpm2_readpublic -c again.ctx -n again.name
flush
unlike "$(octets again.name)" "$(octets o-ecc256.name)"

# child ALGORITHM NAME: a signing key under the owner's ECC primary.
child() {
  quiet tpm2_create -C o-ecc256.ctx -G "$1" -u "$2.pub" -r "$2.priv" -p signer \
    -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
  flush
  quiet tpm2_load -C o-ecc256.ctx -u "$2.pub" -r "$2.priv" -c "$2.ctx" -n "$2.name"
  flush
  equal "$(octets "$2.name")" "$(name "$2.pub")"
  quiet tpm2_readpublic -c "$2.ctx" -f pem -o "$2.pem"
  flush
}

# signs KEY SCHEME HASH [OPENSSL OPTION...]
signs() {
  local key=$1 scheme=$2 hash=$3
  shift 3
  quiet tpm2_sign -c "$key.ctx" -p signer -s "$scheme" -g "$hash" -f plain -o plain.sig message
  flush
  quiet openssl dgst "-$hash" -verify "$key.pem" -signature plain.sig "$@" message
  refuses openssl dgst "-$hash" -verify "$key.pem" -signature plain.sig "$@" other
  quiet tpm2_sign -c "$key.ctx" -p signer -s "$scheme" -g "$hash" -o tss.sig message
  flush
  quiet tpm2_verifysignature -c "$key.ctx" -g "$hash" -m message -s tss.sig -t verified.ticket
  flush
  # TPMT_TK_VERIFIED: tag and hierarchy.
  equal "$(octets verified.ticket 0 6)" 802240000001
  refuses 0x2db tpm2_verifysignature -c "$key.ctx" -g "$hash" -m other -s tss.sig
}

child rsa2048:null rsa
pss=(-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:auto)
for hash in sha1 sha256 sha384; do
  signs rsa rsassa "$hash"
  signs rsa rsapss "$hash" "${pss[@]}"
done
child ecc256 p256
signs p256 ecdsa sha256
signs p256 ecdsa sha384
child ecc384 p384
signs p384 ecdsa sha384

# openssl signs with a digest of its own making and the TPM agrees; a digest without a ticket is
# signed by an unrestricted key.
openssl dgst -sha256 -binary message >message.digest
quiet tpm2_sign -c p256.ctx -p signer -g sha256 -d -f plain -o plain.sig message.digest
flush
quiet openssl dgst -sha256 -verify p256.pem -signature plain.sig message

# A wrong password, the password of nobody, a key which cannot sign, a scheme that is not the key's.
refuses 0x9a2 tpm2_sign -c rsa.ctx -p wrong -s rsassa -g sha256 -o no.sig message
refuses 0x9a2 tpm2_sign -c p256.ctx -g sha256 -o no.sig message
refuses tpm2_sign -c o-ecc256.ctx -g sha256 -o no.sig message
refuses tpm2_sign -c p256.ctx -p signer -s rsassa -g sha256 -o no.sig message

# The private part is bound to its parent and cannot be altered.
refuses tpm2_load -C o-rsa2048.ctx -u rsa.pub -r rsa.priv -c no.ctx
altered rsa.priv 60 >altered.priv
refuses 0x1df tpm2_load -C o-ecc256.ctx -u rsa.pub -r altered.priv -c no.ctx
refuses 0x1df tpm2_load -C o-ecc256.ctx -u p256.pub -r rsa.priv -c no.ctx

# CreateLoaded: created and loaded in one command.
quiet tpm2_create -C o-ecc256.ctx -G ecc256 -c both.ctx -u both.pub -r both.priv
flush
quiet tpm2_sign -c both.ctx -g sha256 -o both.sig message
flush

# An attribute combination no key may have.
refuses 0x2c2 tpm2_create -C o-ecc256.ctx -G ecc256 -u no.pub -r no.priv \
  -a 'sign|restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth'

echo "ok $script"
