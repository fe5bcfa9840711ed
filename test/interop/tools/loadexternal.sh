# Keys of openssl's making, public and private, RSA and ECC, used in the TPM.
source "$(dirname "$0")/begin.sh"

printf 'a message' >message
openssl genrsa -out rsa.pem 2048 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out p256.pem
openssl ecparam -name secp384r1 -genkey -noout -out p384.pem

for key in rsa p256 p384; do
  type=$([[ $key == rsa ]] && echo rsa || echo ecc)
  scheme=$([[ $key == rsa ]] && echo rsassa || echo ecdsa)
  hash=$([[ $key == p384 ]] && echo sha384 || echo sha256)
  openssl pkey -in $key.pem -pubout -out $key.pub.pem
  openssl dgst -$hash -sign $key.pem -out theirs.sig message

  # The public part, in any hierarchy: it verifies, and its Name is what its template says.
  for hierarchy in o e p n; do
    quiet tpm2_loadexternal -C $hierarchy -G $type -u $key.pub.pem -c public.ctx -n public.name
    flush
    quiet tpm2_readpublic -c public.ctx -o public.tss -f tss
    flush
    equal "$(octets public.name)" "$(name public.tss)"
    quiet tpm2_verifysignature -c public.ctx -g $hash -f $scheme -m message -s theirs.sig -t ticket
    flush
  done
  refuses 0x2db tpm2_verifysignature -c public.ctx -g $hash -f $scheme -m public.tss -s theirs.sig
  quiet tpm2_readpublic -c public.ctx -o back.pem -f pem
  flush
  same <(openssl pkey -pubin -in back.pem -outform DER) <(openssl pkey -in $key.pem -pubout -outform DER)
  # There is nothing to sign with.
  refuses tpm2_sign -c public.ctx -g $hash -s $scheme -o no.sig message

  # The private part, in the NULL hierarchy only: it signs, and openssl agrees.
  quiet tpm2_loadexternal -C n -G $type -r $key.pem -c private.ctx -n private.name -p secret
  flush
  quiet tpm2_sign -c private.ctx -p secret -g $hash -s $scheme -f plain -o ours.sig message
  flush
  quiet openssl dgst -$hash -verify $key.pub.pem -signature ours.sig message
  refuses tpm2_sign -c private.ctx -p wrong -g $hash -s $scheme -o no.sig message
  refuses tpm2_loadexternal -C o -G $type -r $key.pem -c no.ctx
done
# RSASSA leaves nothing to chance.
quiet tpm2_loadexternal -C n -G rsa -r rsa.pem -c private.ctx
flush
quiet tpm2_sign -c private.ctx -g sha256 -s rsassa -f plain -o ours.sig message
flush
openssl dgst -sha256 -sign rsa.pem -out theirs.sig message
same ours.sig theirs.sig

# What the TPM made, loaded back as an external public area, has the same Name.
primary parent.ctx
quiet tpm2_create -C parent.ctx -G ecc256 -u key.pub -r key.priv
flush
quiet tpm2_loadexternal -C o -u key.pub -c external.ctx -n external.name
flush
equal "$(octets external.name)" "$(name key.pub)"
quiet tpm2_dictionarylockout -c

echo "ok $script"
