# Policies beyond those of policies.sh: an index that holds one, the clock, parameters, Names, templates,
# and tickets in the place of signatures and values.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
primary parent.ctx
trial() { quiet tpm2_startauthsession -S session; }
session() { quiet tpm2_startauthsession --policy-session -S session; }
ends() { tpm2_flushcontext session && flush; }
# seals NAME: under NAME.policy.
seals() {
  quiet tpm2_create -C parent.ctx -i secret -u "$1.pub" -r "$1.priv" -L "$1.policy" \
    -a 'fixedtpm|fixedparent|noda' -c "$1.ctx"
  flush
}
unseals() {
  tpm2_unseal -c "$1.ctx" -p session:session -o unsealed
  flush
  same unsealed secret
}

# The clock.
trial
quiet tpm2_policycountertimer -S session -L clock.policy --ult 3600000
ends
equal "$(octets clock.policy)" "$(digest sha256 "$(zeros 32)" 0000016d \
  "$(digest sha256 "$(u64 3600000)" 0000 0005)")"
seals clock
session
quiet tpm2_policycountertimer -S session --ult 3600000
unseals clock
ends
session
refuses 0x126 tpm2_policycountertimer -S session --ugt 3600000
tpm2_flushcontext session
# How often it was reset, and whether it is safe.
resets=$(tpm2_readclock | sed -n 's/^ *reset_count: *//p')
for argument in "resets=$resets" safe; do
  session
  quiet tpm2_policycountertimer -S session "$argument"
  tpm2_flushcontext session
done
session
refuses 0x126 tpm2_policycountertimer -S session "resets=$((resets + 1))"
tpm2_flushcontext session

# What stands in an index, by whom it was put there.
i=0x01500001
quiet tpm2_nvdefine $i -C o -s 34 -p index -a 'authread|authwrite|no_da'
trial
quiet tpm2_policycommandcode -S session -L unseal.policy TPM2_CC_Unseal
ends
{ unhex 000b && cat unseal.policy; } >content
quiet tpm2_nvwrite $i -C $i -P index -i content
trial
quiet tpm2_policyauthorizenv -S session -C $i -P index -L index.policy $i
ends
index_name=$(tpm2_nvreadpublic $i | sed -n 's/^ *name: *//p')
equal "$(octets index.policy)" "$(digest sha256 "$(zeros 32)" 00000192 "$index_name")"
seals index
session
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
quiet tpm2_policyauthorizenv -S session -C $i -P index $i
unseals index
ends
session
quiet tpm2_policyauthvalue -S session
refuses tpm2_policyauthorizenv -S session -C $i -P index $i
tpm2_flushcontext session
session
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
refuses tpm2_policyauthorizenv -S session -C $i -P wrong $i
tpm2_flushcontext session

# One command with these parameters, by way of the index.
# approves POLICY: what stands in the index from now on.
approves() {
  { unhex 000b && cat "$1"; } >content
  quiet tpm2_nvwrite $i -C $i -P index -i content
}
quiet tpm2_unseal -c index.ctx --cphash=cp.hash
equal "$(octets cp.hash 2)" "$(digest sha256 0000015e "$(name index.pub)")"
trial
quiet tpm2_policycphash -S session -L parameters.policy --cphash-input=cp.hash
ends
equal "$(octets parameters.policy)" "$(digest sha256 "$(zeros 32)" 0000016e "$(octets cp.hash 2)")"
approves parameters.policy
session
quiet tpm2_policycphash -S session --cphash-input=cp.hash
quiet tpm2_policyauthorizenv -S session -C $i -P index $i
unseals index
ends
unhex 0020 "$(zeros 32)" >cp.hash
session
quiet tpm2_policycphash -S session --cphash-input=cp.hash
refuses tpm2_policyauthorizenv -S session -C $i -P index $i
tpm2_flushcontext session

# One entity, by its Name.
unhex "$(digest sha256 "$(name index.pub)")" >name.hash
trial
quiet tpm2_policynamehash -S session -L names.policy -n name.hash
ends
equal "$(octets names.policy)" "$(digest sha256 "$(zeros 32)" 00000170 "$(octets name.hash)")"
approves names.policy
session
quiet tpm2_policynamehash -S session -n name.hash
quiet tpm2_policyauthorizenv -S session -C $i -P index $i
unseals index
ends
cp index.policy other.policy
seals other
session
quiet tpm2_policynamehash -S session -n name.hash
quiet tpm2_policyauthorizenv -S session -C $i -P index $i
refuses 0x99d tpm2_unseal -c other.ctx -p session:session
tpm2_flushcontext session
quiet tpm2_nvundefine $i -C o

# One template, which is all that the owner lets be made.
quiet tpm2_createprimary -C o -G ecc --template-data template -c made.ctx
flush
unhex "$(digest sha256 "$(octets template)")" >template.hash
trial
quiet tpm2_policytemplate -S session -L template.policy --template-hash template.hash
ends
equal "$(octets template.policy)" "$(digest sha256 "$(zeros 32)" 00000190 "$(octets template.hash)")"
quiet tpm2_setprimarypolicy -C o -L template.policy -g sha256
session
quiet tpm2_policytemplate -S session --template-hash template.hash
quiet tpm2_createprimary -C o -G ecc -P session:session -c again.ctx
ends
session
quiet tpm2_policytemplate -S session --template-hash template.hash
refuses 0x99d tpm2_createprimary -C o -G rsa -P session:session -c no.ctx
tpm2_flushcontext session
quiet tpm2_setprimarypolicy -C o

# A ticket for a value that was told once.
trial
quiet tpm2_policysecret -S session -c o -L owner.policy
ends
seals owner
session
quiet tpm2_policysecret -S session -c o -t -3600 -x --ticket ticket --timeout timeout
unseals owner
ends
session
unhex 40000001 >owner.name
quiet tpm2_policyticket -S session -n owner.name --ticket ticket --timeout timeout
unseals owner
ends
altered ticket 20 >altered.ticket
session
refuses tpm2_policyticket -S session -n owner.name --ticket altered.ticket --timeout timeout
tpm2_flushcontext session

echo "ok $script"
