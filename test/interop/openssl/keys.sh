# Keys of the TPM in openssl's hands: made, used, certified; each result checked by openssl alone.
source "$(dirname "$0")/begin.sh"

printf 'a message to sign' >message
printf 'another message' >other

# signs NAME HASH [OPTION...]
signs() {
  quiet openssl dgst "${tpm[@]}" "-$2" -sign "$1.pem" "${@:3}" -out message.sig message
  quiet openssl dgst "-$2" -verify "$1.pub" "${@:3}" -signature message.sig message
  refuses openssl dgst "-$2" -verify "$1.pub" "${@:3}" -signature message.sig other
}
pss=(-sigopt rsa_padding_mode:pss)

key p256 -algorithm EC -pkeyopt group:P-256
signs p256 sha256
signs p256 sha384
key p384 -algorithm EC -pkeyopt group:P-384
signs p384 sha384
key rsa -algorithm RSA -pkeyopt bits:2048
for hash in sha1 sha256 sha384; do
  signs rsa $hash
  signs rsa $hash "${pss[@]}"
done
key only -algorithm RSA-PSS -pkeyopt bits:2048 -pkeyopt digest:SHA256
signs only sha256 "${pss[@]}"
refuses openssl dgst "${tpm[@]}" -sha256 -sign only.pem -sigopt rsa_padding_mode:pkcs1 -out no.sig message

# Decryption of what openssl encrypted.
printf 'a short message' >short
quiet openssl pkeyutl -encrypt -pubin -inkey rsa.pub -in short -out cipher
quiet openssl pkeyutl "${tpm[@]}" -decrypt -inkey rsa.pem -in cipher -out plain
same plain short
altered cipher 100 >altered.cipher
refuses openssl pkeyutl "${tpm[@]}" -decrypt -inkey rsa.pem -in altered.cipher -out no

# Agreement with a key of openssl's.
quiet openssl genpkey -algorithm EC -pkeyopt group:P-256 -out theirs.pem
quiet openssl pkey -in theirs.pem -pubout -out theirs.pub
quiet openssl pkeyutl "${tpm[@]}" -derive -inkey p256.pem -peerkey theirs.pub -out ours
quiet openssl pkeyutl -derive -inkey theirs.pem -peerkey p256.pub -out their
same ours their

# Certificates: requested, signed by a key of the TPM, verified by openssl alone.
quiet openssl req "${tpm[@]}" -x509 -new -key p256.pem -subj '/CN=authority' -days 2 -out ca.crt
quiet openssl req "${tpm[@]}" -new -key rsa.pem -subj '/CN=holder' -out holder.csr
quiet openssl req -in holder.csr -verify -noout
quiet openssl x509 "${tpm[@]}" -req -in holder.csr -CA ca.crt -CAkey p256.pem -days 2 -out holder.crt
quiet openssl verify -CAfile ca.crt holder.crt
quiet openssl cms "${tpm[@]}" -sign -md sha256 -in message -binary -nodetach \
  -signer holder.crt -inkey rsa.pem -outform PEM -out message.cms
quiet openssl cms -verify -in message.cms -inform PEM -CAfile ca.crt -purpose any -out message.out
same message.out message

# With a value; below a persistent parent; by the handle of a persistent key.
key guarded -algorithm EC -pkeyopt group:P-256 -pkeyopt user-auth:sesame
quiet openssl dgst "${tpm[@]}" -sha256 -sign guarded.pem -passin pass:sesame -out message.sig message
quiet openssl dgst -sha256 -verify guarded.pub -signature message.sig message
refuses openssl dgst "${tpm[@]}" -sha256 -sign guarded.pem -passin pass:wrong -out no.sig message
quiet tpm2_createprimary -C o -G rsa2048 -c parent.ctx
quiet tpm2_evictcontrol -C o -c parent.ctx 0x81000031
flush
key below -algorithm RSA -pkeyopt bits:2048 -pkeyopt parent:0x81000031
signs below sha256
quiet tpm2_create -C 0x81000031 -G ecc256 -u lasting.tpub -r lasting.priv \
  -a 'sign|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth'
quiet tpm2_load -C 0x81000031 -u lasting.tpub -r lasting.priv -c lasting.ctx
quiet tpm2_evictcontrol -C o -c lasting.ctx 0x81000032
flush
quiet openssl pkey "${tpm[@]}" -in handle:0x81000032 -pubout -out lasting.pub
quiet openssl dgst "${tpm[@]}" -sha256 -sign handle:0x81000032 -out message.sig message
quiet openssl dgst -sha256 -verify lasting.pub -signature message.sig message

# Everything by the TPM: hashes in sequences, ciphers, random numbers.
head -c 3000 /dev/zero | openssl enc -aes-128-ctr -K "$(zeros 16)" -iv "$(zeros 16)" >stream
for hash in sha1 sha256 sha384; do
  equal "$(openssl dgst "${everything[@]}" -$hash -binary stream | xxd -p | tr -d '\n')" \
    "$(digest $hash "$(octets stream)")"
done
equal "$(openssl rand -provider tpm2 -provider default -propquery '?provider=tpm2' 40 | wc -c)" 40
left_nothing
quiet tpm2_clear -c p

echo "ok $script"
