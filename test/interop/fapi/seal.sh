# Sealed data under values and policies, which the library builds and carries out by itself.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
tpm2_pcrreset 16 23
profile ECCP256
quiet tss2_provision

# seals NAME POLICY: and opens it.
seals() {
  quiet tss2_createseal -p "HS/SRK/$1" -P "/policy/$2" -a '' -t noda -i secret
  opens "HS/SRK/$1"
}
opens() {
  quiet tss2_unseal -p "$1" -o unsealed -f
  same unsealed secret
}

quiet tss2_createseal -p HS/SRK/plain -t noda -a '' -i secret
opens HS/SRK/plain
quiet tss2_createseal -p HS/SRK/random -t noda -a '' -s 24
tss2_unseal -p HS/SRK/random -o unsealed -f
equal "$(wc -c <unsealed)" 24
quiet tss2_createseal -p HS/SRK/guarded -t noda -a sesame -i secret
with sesame opens HS/SRK/guarded
refuses 0x9a2 with wrong tss2_unseal -p HS/SRK/guarded -o no

# A PCR, with its value of now and with a given one. (Of more the library makes a memory error.)
policy pcr '{ "type": "PolicyPCR", "currentPCRs": [16] }'
seals pcr pcr
policy zero "{ \"type\": \"PolicyPCR\", \"pcrs\": [{ \"pcr\": 16, \"hashAlg\": \"SHA256\", \"digest\": \"$(zeros 32)\" }] }"
seals zero zero
tss2_exportpolicy -p HS/SRK/pcr -o exported.json
shows "$(digest sha256 "$(zeros 32)" 0000017f 00000001000b03000001 "$(digest sha256 "$(zeros 32)")")" exported.json

# Either the machine's state or a password; the value of another object; a command.
policy either '{ "type": "PolicyOR", "branches": [
  { "name": "state", "description": "state", "policy": [
    { "type": "PolicyPCR", "pcrs": [{ "pcr": 16, "hashAlg": "SHA256", "digest": "'"$(zeros 32)"'" }] }] },
  { "name": "password", "description": "password", "policy": [{ "type": "PolicyAuthValue" }] }] }'
quiet tss2_createseal -p HS/SRK/either -P /policy/either -a sesame -t noda -i secret
with 1 opens HS/SRK/either
policy secret '{ "type": "PolicySecret", "objectPath": "/P_ECCP256SHA256/HS/SRK/guarded" }'
quiet tss2_createseal -p HS/SRK/secret -P /policy/secret -a '' -t noda -i secret
with sesame opens HS/SRK/secret
refuses with wrong tss2_unseal -p HS/SRK/secret -o no
policy password '{ "type": "PolicyPassword" }'
quiet tss2_createseal -p HS/SRK/password -P /policy/password -a sesame -t noda -i secret
with sesame opens HS/SRK/password
policy command '{ "type": "PolicyCommandCode", "code": "unseal" }'
seals command command
policy signing '{ "type": "PolicyCommandCode", "code": "sign" }'
quiet tss2_createseal -p HS/SRK/signing -P /policy/signing -a '' -t noda -i secret
refuses tss2_unseal -p HS/SRK/signing -o no
policy local '{ "type": "PolicyLocality", "locality": { "ZERO": 1, "ONE": 0 } }'
seals local local
policy clock '{ "type": "PolicyCounterTimer", "operandB": "'"$(zeros 8)"'", "offset": 0, "operation": "UNSIGNED_GE" }'
seals clock clock

# An NV index: its content, that it was written, and a policy that stands in it.
quiet tss2_createnv -p /nv/Owner/index -t noda -s 4 -a ''
unhex 01020304 >content
quiet tss2_nvwrite -p /nv/Owner/index -i content
policy nv '{ "type": "PolicyNV", "nvPath": "/nv/Owner/index", "operandB": "01020304", "operation": "EQ" }'
seals nv nv
unhex 01020305 >content
quiet tss2_nvwrite -p /nv/Owner/index -i content
refuses 0x126 tss2_unseal -p HS/SRK/nv -o no
quiet tss2_createnv -p /nv/Owner/approved -t noda -s 34 -a ''
policy authorized '{ "type": "PolicyAuthorizeNV", "nvPath": "/nv/Owner/approved" }'
quiet tss2_writeauthorizenv -p /nv/Owner/approved -P /policy/pcr
seals authorized authorized

# A policy is whatever a key has signed.
quiet tss2_createkey -p HS/SRK/authority -t 'sign, noda' -a ''
policy signed '{ "type": "PolicyAuthorize", "keyPath": "/HS/SRK/authority" }'
quiet tss2_authorizepolicy -P /policy/pcr -p HS/SRK/authority
seals signed signed

# The machine's state changes: what hangs by it is shut, until its new state is approved.
quiet tss2_pcrextend -x 16 -i secret
refuses tss2_unseal -p HS/SRK/pcr -o no
refuses tss2_unseal -p HS/SRK/zero -o no
refuses tss2_unseal -p HS/SRK/authorized -o no
refuses tss2_unseal -p HS/SRK/signed -o no
printf '2\nsesame\n' | tss2_unseal -p HS/SRK/either -o unsealed -f
same unsealed secret
policy later '{ "type": "PolicyPCR", "currentPCRs": [16] }'
quiet tss2_writeauthorizenv -p /nv/Owner/approved -P /policy/later
opens HS/SRK/authorized
quiet tss2_authorizepolicy -P /policy/later -p HS/SRK/authority
with 2 opens HS/SRK/signed

quiet tss2_delete -p /
tpm2_pcrreset 16 23

echo "ok $script"
