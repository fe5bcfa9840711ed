# Keys: primaries, children, signatures, encryption, contexts, persistence, changed values.
source "$(dirname "$0")/begin.sh"

printf 'a message to sign' >message
printf 'another message' >other
for hierarchy in o e p n; do
  for algorithm in '-rsa' '-ecc nistp256'; do
    primary=$(handle tsscreateprimary -hi $hierarchy $algorithm -st -opu primary.pub)
    quiet tssreadpublic -ho "$primary" -opu read.pub
    same primary.pub read.pub
    equal "$(octets "h$primary.bin")" "$(name primary.pub)"
    flush "$primary"
  done
done
primary=$(handle tsscreateprimary -hi o -ecc nistp256 -st -pwdk storage)

# child OPTION...: created and loaded under the primary, with its files key.*.
child() {
  quiet tsscreate -hp "$primary" -pwdp storage "$@" -opu key.pub -opr key.priv -opem key.pem
  handle tssload -hp "$primary" -pwdp storage -ipu key.pub -ipr key.priv
}

for hash in sha1 sha256 sha384; do
  key=$(child -si -rsa -halg $hash -pwdk signer)
  quiet tsssign -hk "$key" -halg $hash -rsa -if message -os message.sig -pwdk signer -ipu key.pub
  quiet tssverifysignature -hk "$key" -halg $hash -rsa -if message -is message.sig -tk ticket
  equal "$(octets ticket 0 6)" 802240000001
  quiet tssverifysignature -ipem key.pem -halg $hash -rsa -if message -is message.sig
  refuses 0x2db tssverifysignature -hk "$key" -halg $hash -rsa -if other -is message.sig
  refuses 0x9a2 tsssign -hk "$key" -halg $hash -rsa -if message -pwdk wrong
  flush "$key"
done
for hash in sha256 sha384; do
  key=$(child -si -ecc nistp256 -halg $hash -pwdk signer)
  quiet tsssign -hk "$key" -halg $hash -ecc -if message -os message.sig -pwdk signer
  quiet tssverifysignature -hk "$key" -halg $hash -ecc -if message -is message.sig
  quiet tssverifysignature -ipem key.pem -halg $hash -ecc -if message -is message.sig
  refuses 0x2db tssverifysignature -hk "$key" -halg $hash -ecc -if other -is message.sig
  flush "$key"
done
# TPMT_SIGNATURE: the scheme and the hash of the last one.
equal "$(octets message.sig 0 4)" 0018000c

# Created and loaded in one command: under a parent, and as a primary.
key=$(handle tsscreateloaded -hp "$primary" -pwdp storage -si -ecc nistp256 -opu key.pub)
quiet tsssign -hk "$key" -ecc -if message -os message.sig
flush "$key"
key=$(handle tsscreateloaded -hp 40000001 -st -ecc nistp256 -kt f -kt p -opu key.pub)
flush "$key"

# External public keys.
openssl genrsa -out theirs.pem 2048 2>/dev/null
openssl pkey -in theirs.pem -pubout -out theirs.pub.pem
openssl dgst -sha256 -sign theirs.pem -out theirs.sig message
key=$(handle tssloadexternal -hi o -rsa -ipem theirs.pub.pem)
quiet tssverifysignature -hk "$key" -rsa -if message -is theirs.sig -raw
refuses 0x2db tssverifysignature -hk "$key" -rsa -if other -is theirs.sig -raw
flush "$key"
openssl rsa -in theirs.pem -outform DER -traditional -out theirs.der 2>/dev/null
key=$(handle tssloadexternal -rsa -ider theirs.der)
quiet tsssign -hk "$key" -rsa -if message -os ours.sig
equal "$(octets ours.sig 6)" "$(octets theirs.sig)"
flush "$key"

# Encryption: no padding, and OAEP.
key=$(child -den -rsa -pwdk decryptor)
quiet tssrsaencrypt -hk "$key" -id message -oe cipher
quiet tssrsadecrypt -hk "$key" -ie cipher -od plain -pwdk decryptor
equal "$(octets plain | sed 's/^\(00\)*//')" "$(octets message)"
openssl pkeyutl -encrypt -pubin -inkey key.pem -pkeyopt rsa_padding_mode:none -out cipher \
  -in <(head -c $((256 - $(wc -c <message))) /dev/zero && cat message)
quiet tssrsadecrypt -hk "$key" -ie cipher -od plain -pwdk decryptor
equal "$(octets plain | sed 's/^\(00\)*//')" "$(octets message)"
refuses 0x9a2 tssrsadecrypt -hk "$key" -ie cipher -pwdk wrong
flush "$key"

# Sealed data.
quiet tsscreate -hp "$primary" -pwdp storage -bl -kt f -kt p -if message -pwdk seal -opu key.pub -opr key.priv
key=$(handle tssload -hp "$primary" -pwdp storage -ipu key.pub -ipr key.priv)
quiet tssunseal -ha "$key" -pwd seal -of unsealed
same unsealed message
refuses 0x9a2 tssunseal -ha "$key" -pwd wrong
# A new value for it.
quiet tssobjectchangeauth -hp "$primary" -ho "$key" -pwdo seal -pwdn other -opr new.priv
flush "$key"
key=$(handle tssload -hp "$primary" -pwdp storage -ipu key.pub -ipr new.priv)
quiet tssunseal -ha "$key" -pwd other -of unsealed
refuses 0x9a2 tssunseal -ha "$key" -pwd seal

# Its context, saved, flushed and loaded.
quiet tsscontextsave -ha "$key" -of key.ctx
flush "$key"
refuses 0x910 tssreadpublic -ho "$key"
key=$(handle tsscontextload -if key.ctx)
quiet tssunseal -ha "$key" -pwd other -of unsealed
same unsealed message
# And made persistent.
quiet tssevictcontrol -hi o -ho "$key" -hp 81000009
flush "$key"
quiet tssunseal -ha 81000009 -pwd other -of unsealed
same unsealed message
quiet tssevictcontrol -hi o -ho 81000009 -hp 81000009
refuses 0x18b tssreadpublic -ho 81000009
refuses 0x9a2 tsscreate -hp "$primary" -pwdp wrong -si -opu no.pub -opr no.priv
flush "$primary"
refuses 0x1cb tssflushcontext -ha "$primary"

echo "ok $script"
