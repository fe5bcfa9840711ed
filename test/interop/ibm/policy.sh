# Policies: sealed data behind each assertion, the digests worked out by hand.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
zero=$(zeros 32)
primary=$(handle tsscreateprimary -hi o -ecc nistp256 -st)

# seals HEX [OPTION...]: the object `sealed` opens by this policy only.
seals() {
  unhex "$1" >policy
  quiet tsscreate -hp "$primary" -bl -kt f -kt p -if secret -uwa -pol policy -opu key.pub -opr key.priv "${@:2}"
  sealed=$(handle tssload -hp "$primary" -ipu key.pub -ipr key.priv)
}
session() { session=$(handle tssstartauthsession -se "${1:-p}" "${@:2}"); }
digest_is() {
  quiet tsspolicygetdigest -ha "$session" -of digest
  equal "$(octets digest)" "$1"
}
unseals() {
  quiet tssunseal -ha "$sealed" -of unsealed -se0 "$session" 1 "$@"
  same unsealed secret
}
locked() { refuses "$1" tssunseal -ha "$sealed" -se0 "$session" 1 "${@:2}"; }
ends() { flush "$session" "$sealed"; }

# PolicyPCR
quiet tsspcrreset -ha 16
seals "$(digest sha256 "$zero" 0000017f 00000001000b03000001 "$(digest sha256 "$zero")")"
session
locked 0x99d
quiet tsspolicypcr -ha "$session" -halg sha256 -bm 10000
unseals
quiet tsspolicyrestart -ha "$session"
quiet tsspcrextend -ha 16 -halg sha256 -ic measured
quiet tsspolicypcr -ha "$session" -halg sha256 -bm 10000
locked 0x99d
quiet tsspcrreset -ha 16
ends

# PolicyCommandCode
unseal_code=$(digest sha256 "$zero" 0000016c 0000015e)
sign_code=$(digest sha256 "$zero" 0000016c 0000015d)
seals "$unseal_code"
session
quiet tsspolicycommandcode -ha "$session" -cc 15e
digest_is "$unseal_code"
unseals
ends

# PolicyOR
unhex "$sign_code" >sign.digest
unhex "$unseal_code" >unseal.digest
seals "$(digest sha256 "$zero" 00000171 "$sign_code" "$unseal_code")"
session
refuses 0x1c4 tsspolicyor -ha "$session" -if sign.digest -if unseal.digest
quiet tsspolicycommandcode -ha "$session" -cc 15e
quiet tsspolicyor -ha "$session" -if sign.digest -if unseal.digest
unseals
quiet tsspolicyrestart -ha "$session"
quiet tsspolicycommandcode -ha "$session" -cc 15d
quiet tsspolicyor -ha "$session" -if sign.digest -if unseal.digest
locked 0x9a4
ends

# PolicyAuthValue and PolicyPassword
for assertion in tsspolicyauthvalue tsspolicypassword; do
  seals "$(digest sha256 "$zero" 0000016b)" -pwdk sesame
  session
  quiet $assertion -ha "$session"
  unseals -pwd sesame
  quiet $assertion -ha "$session"
  locked 0x9a2 -pwd wrong
  ends
done

# PolicySigned: the program signs with the key it is given.
openssl genrsa -traditional -aes128 -passout pass:rrrr -out authority.pem 2048 2>/dev/null
openssl rsa -in authority.pem -passin pass:rrrr -pubout -out authority.pub.pem 2>/dev/null
authority=$(handle tssloadexternal -hi o -rsa -halg sha256 -nalg sha256 -ipem authority.pub.pem)
authority_name=$(octets "h$authority.bin")
seals "$(digest sha256 "$(digest sha256 "$zero" 00000160 "$authority_name")")"
session p -on nonce
quiet tsspolicysigned -hk "$authority" -ha "$session" -sk authority.pem -pwdk rrrr -halg sha256 \
  -in nonce -exp 200
unseals
quiet tsspolicyrestart -ha "$session"
refuses 0x1cf tsspolicysigned -hk "$authority" -ha "$session" -sk authority.pem -pwdk rrrr \
  -halg sha1 -in secret -exp 200
locked 0x99d
ends

# PolicyAuthorize: what the authority signed stands for its own policy.
seals "$(digest sha256 "$(digest sha256 "$zero" 0000016a "$authority_name")")"
openssl dgst -sha256 -sign authority.pem -passin pass:rrrr -out approved.sig unseal.digest
quiet tssverifysignature -hk "$authority" -rsa -if unseal.digest -is approved.sig -raw -tk ticket
session
refuses tsspolicyauthorize -ha "$session" -appr unseal.digest -skn "h$authority.bin" -tk ticket
quiet tsspolicycommandcode -ha "$session" -cc 15e
quiet tsspolicyauthorize -ha "$session" -appr unseal.digest -skn "h$authority.bin" -tk ticket
unseals
ends
flush "$authority"

# PolicySecret: the owner's value.
quiet tsshierarchychangeauth -hi o -pwdn owner
seals "$(digest sha256 "$(digest sha256 "$zero" 00000151 40000001)")"
session
quiet tsspolicysecret -ha 40000001 -hs "$session" -pwde owner
unseals
quiet tsspolicyrestart -ha "$session"
refuses 0x9a2 tsspolicysecret -ha 40000001 -hs "$session" -pwde wrong
locked 0x99d
ends
quiet tsshierarchychangeauth -hi o -pwda owner

# PolicyNV and PolicyNvWritten
i=01500001
quiet tssnvdefinespace -hi o -ha $i -sz 8 -pwdn index +at wd
printf 12345678 >data
quiet tssnvwrite -ha $i -pwdn index -if data
quiet tssnvreadpublic -ha $i
nv_name=$(octets "h$i.bin")
seals "$(digest sha256 "$zero" 00000149 "$(digest sha256 "$(octets data)" 0000 0000)" "$nv_name")"
session
quiet tsspolicynv -ha $i -pwda index -hs "$session" -if data -op 0
unseals
quiet tsspolicyrestart -ha "$session"
refuses 0x126 tsspolicynv -ha $i -pwda index -hs "$session" -ic 22345678 -op 0
quiet tsspolicynv -ha $i -pwda index -hs "$session" -ic 22345678 -op 5
refuses 0x126 tsspolicynv -ha $i -pwda index -hs "$session" -ic 22345678 -op 3
ends
session t
quiet tsspolicynvwritten -hs "$session" -ws y
digest_is "$(digest sha256 "$zero" 0000018f 01)"
flush "$session"
quiet tssnvundefinespace -hi o -ha $i

# A trial session shows digests and authorizes nothing.
seals "$unseal_code"
session t
quiet tsspolicycommandcode -ha "$session" -cc 15e
digest_is "$unseal_code"
locked 0x982
ends
flush "$primary"

echo "ok $script"
