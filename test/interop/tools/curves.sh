# Elliptic curves: their parameters, ephemeral keys, agreement in two phases, commitments.
source "$(dirname "$0")/begin.sh"

# Parameters as SEC 2 has them: curve, size, KDF and signature scheme, prime, coefficients, generator.
quiet tpm2_geteccparameters ecc256 -o p256
octets p256 >p256.log
shows '^00030100.*0020ffffffff00000001000000000000000000000000ffffffffffffffffffffffff' p256.log
shows '00206b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' p256.log
shows '0020ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551000101$' p256.log
for curve in 384 521; do
  quiet tpm2_geteccparameters ecc$curve -o parameters
  shows "^000[45]$(u16 $curve)" <(octets parameters && echo)
done

primary parent.ctx
quiet tpm2_create -C parent.ctx -G ecc256:ecdh -c key.ctx -u key.pub -r key.priv -p agree \
  -a 'decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
flush
quiet tpm2_readpublic -c key.ctx -f pem -o key.pem
flush

# Theirs, by openssl: a static and an ephemeral key.
# point PEM: as TPM2B_ECC_POINT. pem POINT: the reverse.
point() {
  local octets
  octets=$(openssl pkey -in "$1" -pubout -outform DER | tail -c 64 | xxd -p | tr -d '\n')
  unhex 00440020 "${octets:0:64}" 0020 "${octets:64}"
}
pem() {
  unhex 3059301306072a8648ce3d020106082a8648ce3d03010703420004 "$(octets "$1" 4 32)" "$(octets "$1" 38 32)" \
    | openssl pkey -pubin -inform DER -out "$2"
}
for name in static ephemeral; do
  openssl ecparam -name prime256v1 -genkey -noout -out $name.pem
  point $name.pem >$name.point
done
agreed() { openssl pkeyutl -derive -inkey "$1" -peerkey "$2" | xxd -p | tr -d '\n'; }

quiet tpm2_ecephemeral ecc256 -u ours.point -t count
pem ours.point ours.pem
quiet tpm2_zgen2phase -c key.ctx -p agree --static-public static.point --ephemeral-public ephemeral.point \
  -t $((16#$(octets count))) --output-Z1 z1.point --output-Z2 z2.point
flush
equal "$(octets z1.point 4 32)" "$(agreed static.pem key.pem)"
equal "$(octets z2.point 4 32)" "$(agreed ephemeral.pem ours.pem)"
# An ephemeral key serves once; a count that never was serves nobody.
refuses tpm2_zgen2phase -c key.ctx -p agree --static-public static.point \
  --ephemeral-public ephemeral.point -t $((16#$(octets count))) --output-Z1 no --output-Z2 no
quiet tpm2_ecephemeral ecc256 -u first.point -t count
first=$((16#$(octets count)))
quiet tpm2_ecephemeral ecc256 -u second.point -t count
equal $((16#$(octets count))) $((first + 1))
unlike "$(octets first.point)" "$(octets second.point)"
refuses 0x9a2 tpm2_zgen2phase -c key.ctx -p wrong --static-public static.point \
  --ephemeral-public ephemeral.point -t $first --output-Z1 no --output-Z2 no
quiet tpm2_zgen2phase -c key.ctx -p agree --static-public static.point --ephemeral-public ephemeral.point \
  -t $first --output-Z1 z1.point --output-Z2 z2.point
flush
pem first.point first.pem
equal "$(octets z2.point 4 32)" "$(agreed ephemeral.pem first.pem)"

# A commitment for an anonymous signature, which it serves once.
quiet tpm2_create -C parent.ctx -G ecc256:ecdaa -c anonymous.ctx -u anonymous.pub -r anonymous.priv \
  -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
flush
quiet tpm2_commit -c anonymous.ctx -t count --eccpoint-K k.point --eccpoint-L l.point -u e.point
flush
equal "$(octets k.point)$(octets l.point)" 000400000000000400000000
pem e.point e.pem
printf 'a message to sign' >message
sign() { tpm2_sign -c anonymous.ctx -g sha256 -s ecdaa --commit-index=$((16#$(octets count))) -o "$1" message; }
quiet sign message.sig
flush
equal "$(octets message.sig 0 4)" 001a000b
refuses sign no.sig

# A key as tpm2-openssl reads it.
quiet tpm2_encodeobject -C parent.ctx -u key.pub -r key.priv -o key.tss
flush
shows 'BEGIN TSS2 PRIVATE KEY' key.tss
shows 'ecc' <(tpm2_print -t TPM2B_PUBLIC key.pub)

echo "ok $script"
