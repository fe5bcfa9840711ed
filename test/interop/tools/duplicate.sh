# Duplicate and Import: objects that move from parent to parent, and keys from outside, with and without
# the inner wrapper.
source "$(dirname "$0")/begin.sh"

printf 'a message to sign' >message
primary parent.ctx
quiet tpm2_createprimary -C e -G rsa2048:null:aes128cfb -c new.ctx
flush
for key in parent new; do
  quiet tpm2_readpublic -c $key.ctx -o $key.pub -n $key.name
  flush
done
session() { quiet tpm2_startauthsession --policy-session -S session; }
ends() { tpm2_flushcontext session && flush; }

# Under a policy that names the command.
quiet tpm2_startauthsession -S session
quiet tpm2_policycommandcode -S session -L duplicate.policy TPM2_CC_Duplicate
ends
equal "$(octets duplicate.policy)" "$(digest sha256 "$(zeros 32)" 0000016c 0000014b)"
quiet tpm2_create -C parent.ctx -G ecc256 -u key.pub -r key.priv -p sesame -L duplicate.policy \
  -a 'sign|sensitivedataorigin|userwithauth|noda' -c key.ctx
flush
quiet tpm2_readpublic -c key.ctx -f pem -o key.pem
flush

# duplicates OPTION...: the new parent's private part and seed go to moved.priv and moved.seed.
duplicates() {
  session
  quiet tpm2_policycommandcode -S session TPM2_CC_Duplicate
  local status=0
  quiet tpm2_duplicate -c key.ctx -p session:session -r moved.priv -s moved.seed "$@" || status=$?
  ends
  return $status
}
# works: what is imported below the new parent signs with the value that it had.
works() {
  flush
  quiet tpm2_load -C new.ctx -u key.pub -r imported.priv -c imported.ctx -n imported.name
  flush
  equal "$(octets imported.name)" "$(name key.pub)"
  quiet tpm2_sign -c imported.ctx -p sesame -g sha256 -f plain -o message.sig message
  flush
  quiet openssl dgst -sha256 -verify key.pem -signature message.sig message
  refuses 0x9a2 tpm2_sign -c imported.ctx -p wrong -g sha256 -o no.sig message
}

# The outer wrapper, and the inner one, with a key of the TPM's and of one's own.
duplicates -C new.ctx -G null
quiet tpm2_import -C new.ctx -u key.pub -i moved.priv -r imported.priv -s moved.seed
works
altered moved.priv 50 >altered.priv
refuses 0x3df tpm2_import -C new.ctx -u key.pub -i altered.priv -r no.priv -s moved.seed
refuses tpm2_import -C parent.ctx -u key.pub -i moved.priv -r no.priv -s moved.seed
duplicates -C new.ctx -G aes -o inner.key
equal "$(wc -c <inner.key)" 16
quiet tpm2_import -C new.ctx -u key.pub -i moved.priv -r imported.priv -s moved.seed -k inner.key
works
printf 0123456789abcdef >own.key
duplicates -C new.ctx -G aes -i own.key
quiet tpm2_import -C new.ctx -u key.pub -i moved.priv -r imported.priv -s moved.seed -k own.key
works
# The wrong inner key gives no object.
refuses tpm2_import -C new.ctx -u key.pub -i moved.priv -r no.priv -s moved.seed -k inner.key

# With no policy, or with its value, it stays.
refuses tpm2_duplicate -c key.ctx -C new.ctx -G null -p sesame -r no.priv -s no.seed
session
refuses 0x99d tpm2_duplicate -c key.ctx -C new.ctx -G null -p session:session -r no.priv -s no.seed
tpm2_flushcontext session
quiet tpm2_create -C parent.ctx -G ecc256 -u fixed.pub -r fixed.priv -L duplicate.policy \
  -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda' -c fixed.ctx
flush
session
quiet tpm2_policycommandcode -S session TPM2_CC_Duplicate
refuses 0x182 tpm2_duplicate -c fixed.ctx -C new.ctx -G null -p session:session -r no.priv -s no.seed
tpm2_flushcontext session

# A policy that names the new parent.
quiet tpm2_startauthsession -S session
quiet tpm2_policyduplicationselect -S session -N new.name -L select.policy
ends
equal "$(octets select.policy)" "$(digest sha256 "$(zeros 32)" 00000188 "$(octets new.name)" 00)"
quiet tpm2_create -C parent.ctx -G ecc256 -u key.pub -r key.priv -p sesame -L select.policy \
  -a 'sign|sensitivedataorigin|userwithauth|noda' -c key.ctx
flush
quiet tpm2_readpublic -c key.ctx -f pem -o key.pem -n key.name
flush
session
quiet tpm2_policyduplicationselect -S session -N new.name -n key.name
quiet tpm2_duplicate -c key.ctx -C new.ctx -G null -p session:session -r moved.priv -s moved.seed
ends
quiet tpm2_import -C new.ctx -u key.pub -i moved.priv -r imported.priv -s moved.seed
works
session
quiet tpm2_policyduplicationselect -S session -N new.name -n key.name
refuses tpm2_duplicate -c key.ctx -C parent.ctx -G null -p session:session -r no.priv -s no.seed
tpm2_flushcontext session

# Keys from outside, of every kind; wrapped by the tool for a parent it knows by its public part.
openssl genrsa -out rsa.pem 2048 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out ecc.pem
for algorithm in rsa ecc; do
  openssl pkey -in $algorithm.pem -pubout -out outside.pub.pem
  quiet tpm2_import -C parent.ctx -G $algorithm -i $algorithm.pem -u outside.pub -r outside.priv \
    -p sesame
  flush
  quiet tpm2_load -C parent.ctx -u outside.pub -r outside.priv -c outside.ctx
  flush
  quiet tpm2_sign -c outside.ctx -p sesame -g sha256 -f plain -o message.sig message
  flush
  quiet openssl dgst -sha256 -verify outside.pub.pem -signature message.sig message
  quiet tpm2_duplicate -U new.pub -G $algorithm -k $algorithm.pem -u away.pub -r away.priv -s away.seed
  quiet tpm2_import -C new.ctx -u away.pub -i away.priv -r imported.priv -s away.seed
  flush
  quiet tpm2_load -C new.ctx -u away.pub -r imported.priv -c away.ctx
  flush
done
printf 'a key of octets.' >outside.key
quiet tpm2_import -C parent.ctx -G aes -i outside.key -u aes.pub -r aes.priv
flush
quiet tpm2_load -C parent.ctx -u aes.pub -r aes.priv -c aes.ctx
flush
head -c 16 /dev/zero >iv
quiet tpm2_encryptdecrypt -c aes.ctx -t iv -o cipher message
flush
equal "$(octets cipher)" "$(openssl enc -aes-128-cfb -K "$(octets outside.key)" -iv "$(zeros 16)" \
  -in message | xxd -p | tr -d '\n')"
quiet tpm2_import -C parent.ctx -G hmac -i outside.key -u hmac.pub -r hmac.priv
flush
quiet tpm2_load -C parent.ctx -u hmac.pub -r hmac.priv -c hmac.ctx
flush
quiet tpm2_hmac -c hmac.ctx -o mac message
flush
equal "$(octets mac)" "$(openssl dgst -sha256 -mac HMAC -macopt key:'a key of octets.' -binary message \
  | xxd -p | tr -d '\n')"

echo "ok $script"
