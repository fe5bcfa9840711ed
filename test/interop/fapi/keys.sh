# Keys by both profiles: created, used, described, changed, moved and deleted.
source "$(dirname "$0")/begin.sh"

printf 'a message to sign' | openssl dgst -sha256 -binary >message.digest
printf 'a message to sign' >message
printf 'another message' | openssl dgst -sha256 -binary >other.digest

# signs PATH PADDING [OPENSSL-OPTION...]: by the TPM; checked by the library and by openssl.
signs() {
  local padding=()
  [[ -z $2 ]] || padding=(-s "$2")
  quiet tss2_sign -p "$1" -d message.digest "${padding[@]}" -o message.sig -k key.pem -f
  quiet tss2_verifysignature -p "$1" -d message.digest -i message.sig
  quiet openssl dgst -sha256 -verify key.pem -signature message.sig "${@:3}" message
  refuses tss2_verifysignature -p "$1" -d other.digest -i message.sig
}

for name in RSA2048 ECCP256; do
  profile $name
  quiet tss2_provision
  lists "^/P_${name}SHA256/HS/SRK$" /
  shows 0x81000001 <(tpm2_getcap handles-persistent)

  quiet tss2_createkey -p HS/SRK/signer -t 'sign, noda' -a ''
  if [[ $name == RSA2048 ]]; then
    signs HS/SRK/signer rsa_pss -sigopt rsa_padding_mode:pss
    signs HS/SRK/signer rsa_ssa
  else
    signs HS/SRK/signer ''
  fi
  refuses tss2_createkey -p HS/SRK/signer -t sign -a ''

  # With a value, which the library asks for; changed; wrong.
  quiet tss2_createkey -p HS/SRK/guarded -t 'sign, noda' -a first
  with first quiet tss2_sign -p HS/SRK/guarded -d message.digest -o message.sig -f
  refuses 0x9a2 with wrong tss2_sign -p HS/SRK/guarded -d message.digest -o no.sig
  with first quiet tss2_changeauth -p HS/SRK/guarded -a second
  refuses 0x9a2 with first tss2_sign -p HS/SRK/guarded -d message.digest -o no.sig
  with second quiet tss2_sign -p HS/SRK/guarded -d message.digest -o message.sig -f
  quiet tss2_verifysignature -p HS/SRK/guarded -d message.digest -i message.sig

  # A tree of keys, one of them persistent: the library loads the way down.
  quiet tss2_createkey -p HS/SRK/branch -t 'restricted, decrypt, noda' -a ''
  quiet tss2_createkey -p HS/SRK/branch/leaf -t 'sign, noda, 0x81000017' -a ''
  quiet tss2_sign -p HS/SRK/branch/leaf -d message.digest -o message.sig -f
  quiet tss2_verifysignature -p HS/SRK/branch/leaf -d message.digest -i message.sig
  shows 0x81000017 <(tpm2_getcap handles-persistent)

  # What the keystore knows beside: blobs that the TPM loads, descriptions, data, certificates.
  quiet tss2_gettpmblobs -p HS/SRK/signer -u key.pub -r key.priv -f
  quiet tpm2_load -C 0x81000001 -u key.pub -r key.priv -c key.ctx
  flush
  quiet tss2_setdescription -p HS/SRK/signer -i 'a signing key'
  equal "$(tss2_getdescription -p HS/SRK/signer -o -)" 'a signing key'
  printf 'of the application' >data
  quiet tss2_setappdata -p HS/SRK/signer -i data
  equal "$(tss2_getappdata -p HS/SRK/signer -o -)" 'of the application'
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=a -keyout ca.key \
    -out certificate.pem 2>/dev/null
  quiet tss2_setcertificate -p HS/SRK/signer --x509certData=certificate.pem
  equal "$(tss2_getcertificate -p HS/SRK/signer --x509certData=-)" "$(cat certificate.pem)"

  # A public key from outside.
  openssl ecparam -name prime256v1 -genkey -noout -out theirs.pem
  openssl ec -in theirs.pem -pubout -out theirs.pub.pem 2>/dev/null
  openssl dgst -sha256 -sign theirs.pem -out theirs.sig message
  quiet tss2_import -p /ext/theirs -i theirs.pub.pem
  quiet tss2_verifysignature -p /ext/theirs -d message.digest -i theirs.sig
  refuses tss2_verifysignature -p /ext/theirs -d other.digest -i theirs.sig

  quiet tss2_delete -p HS/SRK/guarded
  refuses tss2_sign -p HS/SRK/guarded -d message.digest -o no.sig
  quiet tss2_delete -p /
  equal "$(tpm2_getcap handles-persistent)" ''
  quiet tpm2_clear -c p
done

echo "ok $script"
