# The TPM as a token of PKCS #11: keys made and imported by its tool, and used by another's program.
source "$(dirname "$0")/begin.sh"

export TPM2_PKCS11_STORE=$work/store TPM2_PKCS11_TCTI=$TPM2TOOLS_TCTI TPM2_PKCS11_LOG_LEVEL=0
mkdir store
module=$(ls /usr/lib/*/libtpm2_pkcs11.so.1)
token() { pkcs11-tool --module "$module" --token-label token "$@"; }
user=(--login --pin 1234)

quiet tpm2_ptool init
quiet tpm2_ptool addtoken --pid 1 --sopin 5678 --userpin 1234 --label token
quiet tpm2_ptool addkey --label token --userpin 1234 --algorithm rsa2048 --key-label rsa --id 01
quiet tpm2_ptool addkey --label token --userpin 1234 --algorithm ecc256 --key-label ecc --id 02
openssl ecparam -name prime256v1 -genkey -noout -out outside.pem
quiet tpm2_ptool import --label token --userpin 1234 --privkey outside.pem --algorithm ecc \
  --key-label outside --id 03
token "${user[@]}" -O >objects.log 2>&1
for key in rsa ecc outside; do shows "label: *$key" objects.log; done

printf 'a message to sign' >message
# public LABEL: as openssl reads it.
public() {
  quiet token --read-object --type pubkey --label "$1" -o key.der
  openssl pkey -pubin -inform DER -in key.der -out "$1.pem"
}
for key in rsa ecc; do public $key; done
openssl pkey -in outside.pem -pubout -out outside.pub.pem

quiet token "${user[@]}" --sign --mechanism SHA256-RSA-PKCS --id 3031 -i message -o message.sig
quiet openssl dgst -sha256 -verify rsa.pem -signature message.sig message
quiet token "${user[@]}" --sign --mechanism SHA256-RSA-PKCS-PSS --id 3031 -i message -o message.sig
quiet openssl dgst -sha256 -verify rsa.pem -sigopt rsa_padding_mode:pss -signature message.sig message
for key in 3032:ecc.pem 3033:outside.pub.pem; do
  openssl dgst -sha256 -binary message >message.digest
  quiet token "${user[@]}" --sign --mechanism ECDSA --signature-format openssl --id "${key%:*}" \
    -i message.digest -o message.sig
  quiet openssl dgst -sha256 -verify "${key#*:}" -signature message.sig message
done
openssl pkeyutl -encrypt -pubin -inkey rsa.pem -in message -out cipher
quiet token "${user[@]}" --decrypt --mechanism RSA-PKCS --id 3031 -i cipher -o plain
same plain message

# A wrong PIN, a changed one, random numbers.
refuses token --login --pin 9999 --sign --mechanism ECDSA --id 3032 -i message.digest -o no.sig
quiet tpm2_ptool changepin --label token --user user --old 1234 --new 4321
refuses token "${user[@]}" --sign --mechanism ECDSA --id 3032 -i message.digest -o no.sig
quiet token --login --pin 4321 --sign --mechanism ECDSA --id 3032 -i message.digest -o message.sig
token --generate-random 20 -o random 2>/dev/null
equal "$(wc -c <random)" 20

echo "ok $script"
