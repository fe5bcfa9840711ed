# Audit of a session and of commands; commitments; policies on the clock and on parameters, in an index
# that holds one, and by tickets.
source "$(dirname "$0")/begin.sh"

zero=$(zeros 32)
primary=$(handle tsscreateprimary -hi o -ecc nistp256 -st)
quiet tsscreate -hp "$primary" -sir -rsa -kt f -kt p -pwdk attest -opu ak.pub -opr ak.priv -opem ak.pem
ak=$(handle tssload -hp "$primary" -ipu ak.pub -ipr ak.priv)

# The digest of a session's commands, as the programs keep it beside the TPM.
session=$(handle tssstartauthsession -se h)
for _ in 1 2; do quiet tssgetrandom -by 8 -of random -se0 "$session" 81; done
quiet tssgetsessionauditdigest -hk "$ak" -pwdk attest -hs "$session" -os audit.sig -oa audit -od session.digest
quiet tssverifysignature -ipem ak.pem -rsa -if audit -is audit.sig
equal "$(octets audit 0 6)" ff5443478016
equal "$(octets audit | tail -c 64)" "$(octets session.digest)"
unlike "$(octets session.digest)" "$zero"
flush "$session"
quiet tssgetcommandauditdigest -hk "$ak" -pwdk attest -os audit.sig -oa audit
quiet tssverifysignature -ipem ak.pem -rsa -if audit -is audit.sig
equal "$(octets audit 0 6)" ff5443478015
refuses 0xaa2 tssgetcommandauditdigest -hk "$ak" -pwdk wrong
flush "$ak"

# Curves, and what is committed to on them.
for curve in nistp256 nistp384; do quiet tsseccparameters -cv $curve -of parameters; done
quiet tssecephemeral -ecc nistp256 -oq point
equal "$(wc -c <point)" 70
quiet tsscreate -hp "$primary" -dau -ecc nistp256 -kt f -kt p -pwdk anonymous -opu key.pub -opr key.priv
key=$(handle tssload -hp "$primary" -ipu key.pub -ipr key.priv)
quiet tsscommit -hk "$key" -pwdk anonymous -Ef e.point
equal "$(wc -c <e.point)" 70
refuses 0x9a2 tsscommit -hk "$key" -pwdk wrong
flush "$key"

# seals HEX: the object `sealed` opens by this policy only.
printf 'the sealed secret' >secret
seals() {
  unhex "$1" >policy
  quiet tsscreate -hp "$primary" -bl -kt f -kt p -if secret -uwa -pol policy -opu key.pub -opr key.priv
  sealed=$(handle tssload -hp "$primary" -ipu key.pub -ipr key.priv)
}
session() { session=$(handle tssstartauthsession -se p -on noncetpm); }
unseals() {
  quiet tssunseal -ha "$sealed" -of unsealed -se0 "$session" 1
  same unsealed secret
}

# The clock: at most an hour, from octet 8 of TPMS_TIME_INFO.
unhex "$(u64 3600000)" >hour
seals "$(digest sha256 "$zero" 0000016d "$(digest sha256 "$(octets hour)" 0008 0005)")"
session
refuses 0x126 tsspolicycountertimer -ha "$session" -if hour -off 8 -op 3
quiet tsspolicycountertimer -ha "$session" -if hour -off 8 -op 5
unseals
flush "$session" "$sealed"

# An index that holds a policy, and in it the parameters that a command must have.
i=01500001
quiet tssnvdefinespace -hi o -ha $i -sz 34 -pwdn index
unseal_code=$(digest sha256 "$zero" 0000016c 0000015e)
unhex 000b "$unseal_code" >content
quiet tssnvwrite -ha $i -pwdn index -if content
quiet tssnvreadpublic -ha $i
seals "$(digest sha256 "$zero" 00000192 "$(octets "h$i.bin")")"
session
quiet tsspolicycommandcode -ha "$session" -cc 15e
quiet tsspolicyauthorizenv -ha $i -pwda index -hs "$session"
unseals
flush "$session"
session
refuses tsspolicyauthorizenv -ha $i -pwda index -hs "$session"
digest sha256 0000015e "$(octets "h$sealed.bin")" | xxd -r -p >cp.hash
unhex 000b "$(digest sha256 "$zero" 0000016e "$(octets cp.hash)")" >content
quiet tssnvwrite -ha $i -pwdn index -if content
quiet tsspolicycphash -ha "$session" -cp cp.hash
quiet tsspolicyauthorizenv -ha $i -pwda index -hs "$session"
unseals
flush "$session" "$sealed"
quiet tssnvundefinespace -hi o -ha $i

# A ticket, in the place of the value that it was got for.
seals "$(digest sha256 "$(digest sha256 "$zero" 00000151 40000001)")"
session
quiet tsspolicysecret -ha 40000001 -hs "$session" -in noncetpm -exp -600 -tk ticket -to timeout
unseals
flush "$session"
session
quiet tsspolicyticket -ha "$session" -to timeout -hi o -tk ticket
unseals
flush "$session" "$sealed" "$primary"

echo "ok $script"
