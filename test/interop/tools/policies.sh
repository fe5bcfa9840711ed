# Policies: each assertion's digest worked out by hand, satisfied, and not satisfied.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
primary parent.ctx
zero=$(zeros 32)
trial() { quiet tpm2_startauthsession -S session; }
session() { quiet tpm2_startauthsession --policy-session -S "${1:-session}"; }
ends() { tpm2_flushcontext session && flush; }
digest_is() {
  tpm2_getpolicydigest -S session -o policy
  equal "$(octets policy)" "$1"
}
# seals POLICY [OPTION...]: afterwards only this policy opens sealed.ctx.
seals() {
  quiet tpm2_create -C parent.ctx -i secret -u sealed.pub -r sealed.priv -c sealed.ctx -L "$1" \
    -a 'fixedtpm|fixedparent|noda' "${@:2}"
  flush
}
unseals() {
  tpm2_unseal -c sealed.ctx -p "session:session${1:+"+$1"}" -o unsealed
  flush
  same unsealed secret
}
locked() { refuses "$1" tpm2_unseal -c sealed.ctx -p "session:session${2:+"+$2"}"; }

# A new session has a digest of zeros, and has it again after a restart.
for hash in sha1 sha256 sha384; do
  quiet tpm2_startauthsession --policy-session -g $hash -S session
  tpm2_getpolicydigest -S session -o policy
  equal "$(octets policy)" "$(zeros "$(digest $hash | xxd -r -p | wc -c)")"
  ends
done
session
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
digest_is "$(digest sha256 "$zero" 0000016c 0000015e)"
quiet tpm2_policyrestart -S session
digest_is "$zero"
ends

# PolicyCommandCode
trial
quiet tpm2_policycommandcode -S session -L code.policy TPM2_CC_Unseal
ends
seals code.policy
session
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
unseals
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
refuses 0x1c4 tpm2_policycommandcode -S session TPM2_CC_Sign
ends
session
quiet tpm2_policycommandcode -S session TPM2_CC_Sign
locked 0x99d
ends

# PolicyPassword and PolicyAuthValue: one digest, two ways to show the value.
trial
quiet tpm2_policyauthvalue -S session -L value.policy
ends
trial
quiet tpm2_policypassword -S session -L password.policy
ends
same value.policy password.policy
equal "$(octets value.policy)" "$(digest sha256 "$zero" 0000016b)"
seals value.policy -p sesame
session
quiet tpm2_policyauthvalue -S session
unseals sesame
quiet tpm2_policyauthvalue -S session
locked 0x9a2 wrong
ends
session
quiet tpm2_policypassword -S session
unseals sesame
quiet tpm2_policypassword -S session
locked 0x9a2 wrong
ends

# PolicySecret: another entity's value.
quiet tpm2_changeauth -c o owner
trial
quiet tpm2_policysecret -S session -c o -L secret.policy owner
ends
equal "$(octets secret.policy)" "$(digest sha256 "$(digest sha256 "$zero" 00000151 40000001)")"
seals secret.policy
session
quiet tpm2_policysecret -S session -c o owner
unseals
ends
session
refuses 0x9a2 tpm2_policysecret -S session -c o wrong
locked 0x99d
ends
# Of an object, with a reference and a deadline.
quiet tpm2_create -C parent.ctx -i secret -u object.pub -r object.priv -p object -c object.ctx \
  -a 'fixedtpm|fixedparent|userwithauth|noda'
flush
printf reference >reference
trial
quiet tpm2_policysecret -S session -c object.ctx -q reference -L secret.policy object
ends
equal "$(octets secret.policy)" "$(digest sha256 \
  "$(digest sha256 "$zero" 00000151 "$(name object.pub)")" "$(octets reference)")"
seals secret.policy
session
quiet tpm2_policysecret -S session -c object.ctx -q reference -t 100 -x object
flush
unseals
ends
session
quiet tpm2_policysecret -S session -c object.ctx object
locked 0x99d
ends
quiet tpm2_changeauth -c o -p owner

# PolicySigned: an authority's signature over nonce, expiration and reference.
openssl genrsa -out rsa.pem 2048 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout -out ecc.pem
for type in rsa ecc; do
  scheme=$([[ $type == rsa ]] && echo rsassa || echo ecdsa)
  openssl pkey -in $type.pem -pubout -out $type.pub.pem
  quiet tpm2_loadexternal -C o -G $type -u $type.pub.pem -c authority.ctx -n authority.name
  flush
  { unhex 00000000 && cat reference; } >tbs
  openssl dgst -sha256 -sign $type.pem -out tbs.sig tbs
  trial
  quiet tpm2_policysigned -S session -g sha256 -s tbs.sig -f $scheme -c authority.ctx -q reference \
    -L signed.policy
  ends
  equal "$(octets signed.policy)" "$(digest sha256 \
    "$(digest sha256 "$zero" 00000160 "$(octets authority.name)")" "$(octets reference)")"
  seals signed.policy
  session
  quiet tpm2_policysigned -S session -g sha256 -s tbs.sig -f $scheme -c authority.ctx -q reference
  unseals
  ends
  # For this session and a while only: the TPM's nonce and a number of seconds.
  session
  quiet tpm2_policysigned -S session -g sha256 -c authority.ctx -q reference -x -t 100 --raw-data tbs
  openssl dgst -sha256 -sign $type.pem -out fresh.sig tbs
  quiet tpm2_policysigned -S session -g sha256 -s fresh.sig -f $scheme -c authority.ctx \
    -q reference -x -t 100
  unseals
  ends
  session
  refuses 0x5db tpm2_policysigned -S session -g sha256 -s fresh.sig -f $scheme -c authority.ctx \
    -q reference -x -t 100
  refuses 0x5db tpm2_policysigned -S session -g sha256 -s tbs.sig -f $scheme -c authority.ctx
  locked 0x99d
  ends
done

# PolicyPCR
tpm2_pcrreset 16
tpm2_pcrread sha256:16 -o zero.pcr >/dev/null
trial
quiet tpm2_policypcr -S session -l sha256:16 -L pcr.policy
ends
equal "$(octets pcr.policy)" \
  "$(digest sha256 "$zero" 0000017f 00000001000b03000001 "$(digest sha256 "$zero")")"
seals pcr.policy
session
quiet tpm2_policypcr -S session -l sha256:16
unseals
ends
tpm2_pcrextend "16:sha256=$(digest sha256 01)"
session
quiet tpm2_policypcr -S session -l sha256:16
locked 0x99d
refuses 0x1c4 tpm2_policypcr -S session -l sha256:16 -f zero.pcr
ends
tpm2_pcrreset 16

# PolicyOR: branches in their order, and one of them in force.
trial
quiet tpm2_policyor -S session -L or.policy sha256:code.policy,value.policy,pcr.policy
ends
equal "$(octets or.policy)" "$(digest sha256 "$zero" 00000171 "$(octets code.policy)" \
  "$(octets value.policy)" "$(octets pcr.policy)")"
seals or.policy -p sesame
branches=sha256:code.policy,value.policy,pcr.policy
session
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
quiet tpm2_policyor -S session $branches
unseals
ends
session
quiet tpm2_policyauthvalue -S session
quiet tpm2_policyor -S session $branches
unseals sesame
ends
session
quiet tpm2_policypcr -S session -l sha256:16
quiet tpm2_policyor -S session $branches
unseals
ends
session
refuses 0x1c4 tpm2_policyor -S session $branches
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
quiet tpm2_policyor -S session sha256:value.policy,code.policy,pcr.policy
locked 0x99d
ends

# PolicyLocality: the tools are at locality 0.
trial
quiet tpm2_policylocality -S session -L locality.policy 1
ends
equal "$(octets locality.policy)" "$(digest sha256 "$zero" 0000016f 01)"
seals locality.policy
session
quiet tpm2_policylocality -S session 1
unseals
ends
trial
quiet tpm2_policylocality -S session -L locality.policy 8
ends
seals locality.policy
session
quiet tpm2_policylocality -S session 8
locked 0x907
ends

# PolicyNV: a number in an index, compared.
i=0x01500001
quiet tpm2_nvdefine $i -C o -s 8 -p index -a 'authread|authwrite|no_da'
unhex "$(u64 1000)" >stored
quiet tpm2_nvwrite $i -P index -i stored
nv_name=$(tpm2_nvreadpublic $i | awk '$1 == "name:" { print $2 }')
compares() { tpm2_policynv -S session -P index -i number $i "$1"; }
unhex "$(u64 1000)" >number
trial
quiet tpm2_policynv -S session -P index -i number -L nv.policy $i eq
ends
equal "$(octets nv.policy)" "$(digest sha256 "$zero" 00000149 \
  "$(digest sha256 "$(u64 1000)" 0000 0000)" "$nv_name")"
seals nv.policy
session
quiet compares eq
unseals
ends
session
unhex "$(u64 1000)" >number
for operation in eq sge uge sle ule bs; do quiet compares $operation; done
for operation in neq sgt ugt slt ult bc; do refuses 0x126 compares $operation; done
unhex "$(u64 999)" >number
for operation in neq sgt ugt sge uge; do quiet compares $operation; done
for operation in eq slt ult sle ule; do refuses 0x126 compares $operation; done
# As a signed number all ones are less, as an unsigned one more.
unhex ffffffffffffffff >number
for operation in sgt ult; do quiet compares $operation; done
for operation in slt ugt bs; do refuses 0x126 compares $operation; done
unhex 0000000000000007 >number
quiet compares bc
refuses 0x126 compares bs
refuses 0x9a2 tpm2_policynv -S session -P wrong -i number $i bc
ends
quiet tpm2_nvundefine $i -C o

# PolicyNvWritten: an index to be written once.
trial
quiet tpm2_policycommandcode -S session TPM2_CC_NV_Write
quiet tpm2_policynvwritten -S session -L once.policy c
ends
equal "$(octets once.policy)" \
  "$(digest sha256 "$(digest sha256 "$zero" 0000016c 00000137)" 0000018f 00)"
quiet tpm2_nvdefine $i -C o -s 8 -p index -L once.policy -a 'authread|policywrite|no_da'
session
quiet tpm2_policycommandcode -S session TPM2_CC_NV_Write
quiet tpm2_policynvwritten -S session c
quiet tpm2_nvwrite $i -P session:session -i stored
ends
session
quiet tpm2_policycommandcode -S session TPM2_CC_NV_Write
quiet tpm2_policynvwritten -S session c
refuses 0x99d tpm2_nvwrite $i -P session:session -i stored
ends
tpm2_nvread $i -P index -s 8 -o back
same back stored
quiet tpm2_nvundefine $i -C o

# A trial session authorizes nothing.
trial
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
seals code.policy
refuses tpm2_unseal -c sealed.ctx -p session:session
tpm2_flushcontext -s
rm -f session

echo "ok $script"
