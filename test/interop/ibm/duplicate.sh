# Objects that move: duplicated, imported, rewrapped, with the inner wrapper and without; keys from
# outside; ciphers.
source "$(dirname "$0")/begin.sh"

printf 'a message to sign' >message
old=$(handle tsscreateprimary -hi o -ecc nistp256 -st)
unhex "$(digest sha256 "$(zeros 32)" 0000016c 0000014b)" >duplicate.policy
quiet tsscreate -hp "$old" -si -ecc nistp256 -kt nf -kt np -pwdk mover -pol duplicate.policy \
  -opu key.pub -opr key.priv -opem key.pem
key=$(handle tssload -hp "$old" -ipu key.pub -ipr key.priv)
cp "h$key.bin" key.name
new=$(handle tsscreateprimary -hi e -ecc nistp256 -st)

# duplicates OPTION...: to moved.priv and moved.seed.
duplicates() {
  local session
  session=$(handle tssstartauthsession -se p)
  quiet tsspolicycommandcode -ha "$session" -cc 14b
  quiet tssduplicate -ho "$key" -od moved.priv -oss moved.seed -se0 "$session" 0 "$@"
}
# works PARENT: what is imported there signs.
works() {
  local moved
  moved=$(handle tssload -hp "$1" -ipu key.pub -ipr imported.priv)
  equal "$(octets "h$moved.bin")" "$(octets key.name)"
  quiet tsssign -hk "$moved" -halg sha256 -ecc -if message -os message.sig -pwdk mover
  quiet tssverifysignature -ipem key.pem -halg sha256 -ecc -if message -is message.sig
  flush "$moved"
}
duplicates -hp "$new"
flush "$key"
quiet tssimport -hp "$new" -ipu key.pub -id moved.priv -iss moved.seed -opr imported.priv
works "$new"
altered moved.priv 50 >altered.priv
refuses 0x3df tssimport -hp "$new" -ipu key.pub -id altered.priv -iss moved.seed -opr no.priv

# Rewrapped from one parent to the other, by those who may not see what is inside.
quiet tssrewrap -ho "$new" -hn "$old" -id moved.priv -in key.name -iss moved.seed -od again.priv -oss again.seed
quiet tssimport -hp "$old" -ipu key.pub -id again.priv -iss again.seed -opr imported.priv
works "$old"
refuses 0x1df tssrewrap -ho "$new" -hn "$old" -id altered.priv -in key.name -iss moved.seed

# The inner wrapper, in encrypting sessions.
key=$(handle tssload -hp "$old" -ipu key.pub -ipr key.priv)
printf 0123456789abcdef >inner.key
duplicates -hp "$new" -salg aes -ik inner.key
flush "$key"
session=$(handle tssstartauthsession -se h -sym aes)
quiet tssimport -hp "$new" -ipu key.pub -id moved.priv -iss moved.seed -salg aes -ik inner.key \
  -opr imported.priv -se0 "$session" 61
flush "$session"
works "$new"
flush "$new"

# Keys of openssl's.
openssl genrsa -traditional -aes128 -passout pass:rrrr -out rsa.pem 2048 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout | openssl ec -aes128 -passout pass:rrrr -out ecc.pem 2>/dev/null
for algorithm in rsa ecc; do
  openssl pkey -in $algorithm.pem -passin pass:rrrr -pubout -out outside.pem
  quiet tssimportpem -hp "$old" -ipem $algorithm.pem -$algorithm -pwdk rrrr -opu outside.pub -opr outside.priv
  key=$(handle tssload -hp "$old" -ipu outside.pub -ipr outside.priv)
  quiet tsssign -hk "$key" -halg sha256 -$algorithm -if message -os message.sig -pwdk rrrr
  quiet tssverifysignature -ipem outside.pem -halg sha256 -$algorithm -if message -is message.sig
  flush "$key"
done

# Ciphers, by both commands.
quiet tsscreate -hp "$old" -des -kt f -kt p -pwdk cipher -opu key.pub -opr key.priv
key=$(handle tssload -hp "$old" -ipu key.pub -ipr key.priv)
head -c 1000 /dev/zero >plain
for option in '' -2; do
  quiet tssencryptdecrypt -hk "$key" -pwdk cipher $option -if plain -of cipher
  unlike "$(octets cipher)" "$(octets plain)"
  quiet tssencryptdecrypt -hk "$key" -pwdk cipher $option -d -if cipher -of again
  same again plain
done
refuses 0x9a2 tssencryptdecrypt -hk "$key" -pwdk wrong -if plain
flush "$key" "$old"

echo "ok $script"
