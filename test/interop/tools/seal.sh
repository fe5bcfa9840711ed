# Sealed data: behind a password, PCR values, a choice of policies, an authority's signed policy.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
primary parent.ctx
tpm2_pcrreset 16 23

# seals NAME OPTION...: the secret under the parent.
seals() {
  local name=$1
  shift
  quiet tpm2_create -C parent.ctx -i secret -u "$name.pub" -r "$name.priv" "$@"
  flush
  quiet tpm2_load -C parent.ctx -u "$name.pub" -r "$name.priv" -c "$name.ctx"
  flush
}
# unseals NAME AUTHORIZATION
unseals() {
  tpm2_unseal -c "$1.ctx" ${2:+-p "$2"} -o unsealed
  flush
  same unsealed secret
}
session() { quiet tpm2_startauthsession --policy-session -S "${1:-session}"; }
trial() { quiet tpm2_startauthsession -S session; }
ends() { tpm2_flushcontext "${1:-session}" && flush; }

# A password, as text, in hexadecimal and from a file; the empty one.
seals plain
unseals plain
seals password -p sesame
unseals password sesame
unseals password hex:736573616d65
printf sesame >password.txt
unseals password file:password.txt
refuses 0x98e tpm2_unseal -c password.ctx -p wrong
refuses 0x98e tpm2_unseal -c password.ctx
equal "$(property TPM2_PT_LOCKOUT_COUNTER)" 0x2
quiet tpm2_dictionarylockout --clear-lockout

# 128 octets are the most; one more is refused.
head -c 128 /dev/zero | tr '\0' s >most
quiet tpm2_create -C parent.ctx -i most -u most.pub -r most.priv -c most.ctx
flush
tpm2_unseal -c most.ctx -o unsealed
flush
same unsealed most

# PCR values: the policy is worked out by the TPM, by the tool from a file, and by hand.
tpm2_pcrextend "16:sha256=$(digest sha256 01)"
tpm2_pcrread sha256:16,23 -o good.pcrs >/dev/null
trial
quiet tpm2_policypcr -S session -l sha256:16,23 -L pcr.policy
ends
quiet tpm2_createpolicy --policy-pcr -l sha256:16,23 -f good.pcrs -L tool.policy
same pcr.policy tool.policy
equal "$(octets pcr.policy)" "$(digest sha256 "$(zeros 32)" 0000017f 00000001000b03000081 \
  "$(digest sha256 "$(octets good.pcrs)")")"
seals pcr -L pcr.policy -a 'fixedtpm|fixedparent|noda'
session
quiet tpm2_policypcr -S session -l sha256:16,23
unseals pcr session:session
# A session serves once more after it was used: its policy is satisfied anew.
quiet tpm2_policypcr -S session -l sha256:16,23
unseals pcr session:session
ends
unseals pcr pcr:sha256:16,23
# No password opens it, no session without the assertion does, and none after an extend.
refuses 0x12f tpm2_unseal -c pcr.ctx -p anything
session
refuses 0x99d tpm2_unseal -c pcr.ctx -p session:session
ends
# PCR 16 counts no updates; one that does makes every session look again.
session
quiet tpm2_policypcr -S session -l sha256:16,23
tpm2_pcrextend "16:sha256=$(digest sha256 02)"
tpm2_pcrextend "10:sha256=$(digest sha256 02)"
refuses 0x128 tpm2_unseal -c pcr.ctx -p session:session
ends
session
quiet tpm2_policypcr -S session -l sha256:16,23
refuses 0x99d tpm2_unseal -c pcr.ctx -p session:session
ends
session
refuses 0x1c4 tpm2_policypcr -S session -l sha256:16,23 -f good.pcrs
ends

# A choice: these values or those.
tpm2_pcrread sha256:16,23 -o next.pcrs >/dev/null
quiet tpm2_createpolicy --policy-pcr -l sha256:16,23 -f next.pcrs -L next.policy
trial
quiet tpm2_policyor -S session -L or.policy sha256:pcr.policy,next.policy
ends
equal "$(octets or.policy)" \
  "$(digest sha256 "$(zeros 32)" 00000171 "$(octets pcr.policy)" "$(octets next.policy)")"
seals or -L or.policy -a 'fixedtpm|fixedparent|noda'
session
quiet tpm2_policypcr -S session -l sha256:16,23
quiet tpm2_policyor -S session sha256:pcr.policy,next.policy
unseals or session:session
ends
tpm2_pcrreset 16
tpm2_pcrextend "16:sha256=$(digest sha256 01)"
session
quiet tpm2_policypcr -S session -l sha256:16,23
quiet tpm2_policyor -S session sha256:pcr.policy,next.policy
unseals or session:session
ends
tpm2_pcrreset 16
session
quiet tpm2_policypcr -S session -l sha256:16,23
refuses 0x1c4 tpm2_policyor -S session sha256:pcr.policy,next.policy
ends

# An authority's word: whatever policy it signs opens the same object.
openssl genrsa -out authority.pem 2048 2>/dev/null
openssl rsa -in authority.pem -pubout -out authority.pub.pem 2>/dev/null
quiet tpm2_loadexternal -G rsa -C o -u authority.pub.pem -c authority.ctx -n authority.name
flush
printf release >qualifier
trial
quiet tpm2_policyauthorize -S session -L authorized.policy -n authority.name -q qualifier -i pcr.policy
ends
equal "$(octets authorized.policy)" "$(digest sha256 \
  "$(digest sha256 "$(zeros 32)" 0000016a "$(octets authority.name)")" "$(octets qualifier)")"
seals signed -L authorized.policy -a 'fixedtpm|fixedparent|noda'
# approve POLICY: signed by the authority outside, the signature verified by the TPM.
approve() {
  cat "$1" qualifier >approved.tbs
  openssl dgst -sha256 -sign authority.pem -out approved.sig approved.tbs
  quiet tpm2_verifysignature -c authority.ctx -g sha256 -m approved.tbs -s approved.sig -f rsassa \
    -t approved.ticket
  flush
}
authorized() {
  quiet tpm2_policyauthorize -S session -n authority.name -q qualifier -i "$1" -t approved.ticket
}
tpm2_pcrextend "16:sha256=$(digest sha256 01)"
approve pcr.policy
session
quiet tpm2_policypcr -S session -l sha256:16,23
authorized pcr.policy
unseals signed session:session
ends
# The state of the machine changes: the old policy no longer holds, a newly signed one does.
tpm2_pcrextend "16:sha256=$(digest sha256 02)"
session
quiet tpm2_policypcr -S session -l sha256:16,23
refuses 0x1c4 authorized pcr.policy
refuses 0x4c4 authorized next.policy
approve next.policy
authorized next.policy
unseals signed session:session
ends
refuses 0x2db tpm2_verifysignature -c authority.ctx -g sha256 -m pcr.policy -s approved.sig \
  -f rsassa -t no.ticket
tpm2_pcrreset 16 23

echo "ok $script"
