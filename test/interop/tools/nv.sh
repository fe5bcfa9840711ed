# NV: each type of index, its locks, policies, certification and removal.
source "$(dirname "$0")/begin.sh"

i=0x01500001
define() { quiet tpm2_nvdefine "$@"; }
# nv_name INDEX ATTRIBUTES SIZE [POLICY]: worked out without the TPM.
nv_name() {
  local policy=${4:-}
  printf '000b%s' "$(digest sha256 "${1#0x}" 000b "$(u32 "$2")" "$(u16 $((${#policy} / 2)))" \
    "$policy" "$(u16 "$3")")"
}
named() { shows "name: $1" <(tpm2_nvreadpublic $i); }

# An ordinary index: unwritten, written in parts, read in parts, its Name before and after.
define $i -s 16 -p index -a 'authread|authwrite|ownerread|no_da'
named "$(nv_name $i 0x2060004 16)"
refuses 0x14a tpm2_nvread $i -P index
printf 0123456789abcdef >data
quiet tpm2_nvwrite $i -P index -i data
named "$(nv_name $i 0x22060004 16)"
equal "$(tpm2_nvread $i -P index -s 16)" 0123456789abcdef
equal "$(tpm2_nvread $i -C o -s 16)" 0123456789abcdef
quiet tpm2_nvwrite $i -P index --offset 4 -i - < <(printf XYZ)
equal "$(tpm2_nvread $i -P index -s 8 --offset 2)" 23XYZ789
refuses 0x9a2 tpm2_nvread $i -P wrong
refuses tpm2_nvwrite $i -C o -i data
refuses tpm2_nvwrite $i -P index --offset 1 -i data
refuses 0x14c tpm2_nvdefine $i -s 16 -a 'authread|authwrite'
quiet tpm2_nvundefine $i
refuses 0x18b tpm2_nvread $i -C o

# More than one NV_Write: 1024 octets are the most at once.
head -c 1500 /dev/zero | openssl enc -aes-128-ctr -K "$(zeros 16)" -iv "$(zeros 16)" >data
define $i -s 1500 -a 'authread|authwrite'
quiet tpm2_nvwrite $i -C $i -i data
tpm2_nvread $i -C $i -s 1500 -o back
same back data
quiet tpm2_nvundefine $i

# A counter only rises, and starts above every counter there ever was.
define $i -C o -a 'ownerread|ownerwrite|nt=counter' -s 8
refuses 0x14a tpm2_nvread $i -C o
quiet tpm2_nvincrement $i -C o
first=$(tpm2_nvread $i -C o -s 8 | xxd -p)
quiet tpm2_nvincrement $i -C o
equal "$(tpm2_nvread $i -C o -s 8 | xxd -p)" "$(u64 $((16#$first + 1)))"
refuses tpm2_nvwrite $i -C o -i - < <(unhex "$(u64 1)")
quiet tpm2_nvundefine $i -C o
define $i -C o -a 'ownerread|ownerwrite|nt=counter' -s 8
quiet tpm2_nvincrement $i -C o
again=$(tpm2_nvread $i -C o -s 8 | xxd -p)
((16#$again > 16#$first + 1)) || fail "the counter fell back to $again"
quiet tpm2_nvundefine $i -C o

# Bits are only ever set.
define $i -C o -a 'ownerread|ownerwrite|nt=bits' -s 8
quiet tpm2_nvsetbits $i -C o -i 0x0102
quiet tpm2_nvsetbits $i -C o -i 0x8000000000000010
equal "$(tpm2_nvread $i -C o -s 8 | xxd -p)" 8000000000000112
quiet tpm2_nvsetbits $i -C o -i 0
equal "$(tpm2_nvread $i -C o -s 8 | xxd -p)" 8000000000000112
refuses 0x282 tpm2_nvincrement $i -C o
quiet tpm2_nvundefine $i -C o

# An extend index is a PCR of its own, with the hash of its Name.
for hash in sha256 sha384; do
  length=$((${hash#sha} / 8))
  define $i -C o -a 'ownerread|ownerwrite|nt=extend' -s $length -g $hash
  printf one >data
  quiet tpm2_nvextend $i -C o -i data
  printf two >data
  quiet tpm2_nvextend $i -C o -i data
  expected=$(digest $hash "$(digest $hash "$(zeros $length)" 6f6e65)" 74776f)
  equal "$(tpm2_nvread $i -C o -s $length | xxd -p | tr -d '\n')" "$expected"
  quiet tpm2_nvundefine $i -C o
done

# PIN fail: wrong passwords are counted, and at the limit the right one is refused too.
define $i -C o -p pin -a 'ownerread|ownerwrite|authread|no_da|nt=pinfail' -s 8
quiet tpm2_nvwrite $i -C o -i - < <(unhex 00000000 00000002)
quiet tpm2_nvread $i -P pin -s 8
refuses 0x9a2 tpm2_nvread $i -P wrong -s 8
equal "$(tpm2_nvread $i -C o -s 8 | xxd -p)" 0000000100000002
# The right one sets the count back.
tpm2_nvread $i -P pin -s 8 >/dev/null
equal "$(tpm2_nvread $i -C o -s 8 | xxd -p)" 0000000000000002
refuses 0x9a2 tpm2_nvread $i -P wrong -s 8
refuses 0x9a2 tpm2_nvread $i -P wrong -s 8
refuses 0x12f tpm2_nvread $i -P pin -s 8
equal "$(tpm2_nvread $i -C o -s 8 | xxd -p)" 0000000200000002
quiet tpm2_nvwrite $i -C o -i - < <(unhex 00000000 00000002)
quiet tpm2_nvread $i -P pin -s 8
quiet tpm2_nvundefine $i -C o
# It must not be writable with its own password, nor subject to the dictionary attack logic.
refuses 0x2c2 tpm2_nvdefine $i -C o -p pin -a 'ownerread|authwrite|authread|no_da|nt=pinfail' -s 8
refuses 0x2c2 tpm2_nvdefine $i -C o -p pin -a 'ownerread|ownerwrite|authread|nt=pinfail' -s 8

# PIN pass: right passwords are counted, and at the limit no more are accepted.
define $i -C o -p pin -a 'ownerread|ownerwrite|authread|no_da|nt=pinpass' -s 8
quiet tpm2_nvwrite $i -C o -i - < <(unhex 00000000 00000002)
quiet tpm2_nvread $i -P pin -s 8
refuses 0x9a2 tpm2_nvread $i -P wrong -s 8
quiet tpm2_nvread $i -P pin -s 8
equal "$(tpm2_nvread $i -C o -s 8 | xxd -p)" 0000000200000002
refuses 0x12f tpm2_nvread $i -P pin -s 8
quiet tpm2_nvundefine $i -C o

# Locks: for writing until defined anew, for reading and writing until the next startup, for all.
printf 12345678 >data
define $i -C o -s 8 -a 'ownerread|ownerwrite|writedefine'
quiet tpm2_nvwrite $i -C o -i data
quiet tpm2_nvwritelock $i -C o
refuses 0x148 tpm2_nvwrite $i -C o -i data
equal "$(tpm2_nvread $i -C o -s 8)" 12345678
named "$(nv_name $i 0x20022802 8)"
s=0x01500002 g=0x01500003
define $s -C o -s 8 -a 'ownerread|ownerwrite|write_stclear|read_stclear'
quiet tpm2_nvwrite $s -C o -i data
quiet tpm2_nvwritelock $s -C o
refuses 0x148 tpm2_nvwrite $s -C o -i data
equal "$(tpm2_nvread $s -C o -s 8)" 12345678
quiet tpm2_nvreadlock $s -C o
refuses 0x148 tpm2_nvread $s -C o
define $g -C o -s 8 -a 'ownerread|ownerwrite|globallock'
quiet tpm2_nvwrite $g -C o -i data
quiet tpm2_nvwritelock -C o --global
refuses 0x148 tpm2_nvwrite $g -C o -i data
equal "$(tpm2_nvread $g -C o -s 8)" 12345678
c=0x01500004
define $c -C o -s 8 -a 'ownerread|ownerwrite|clear_stclear'
quiet tpm2_nvwrite $c -C o -i data
refuses 0x282 tpm2_nvwritelock $c -C o
if can_reset; then
  tpm2_shutdown -c
  reset_tpm
  tpm2_startup -c
  quiet tpm2_dictionarylockout --clear-lockout
  refuses 0x148 tpm2_nvwrite $i -C o -i data
  equal "$(tpm2_nvread $s -C o -s 8)" 12345678
  quiet tpm2_nvwrite $s -C o -i data
  quiet tpm2_nvwrite $g -C o -i data
  refuses 0x14a tpm2_nvread $c -C o
fi
for index in $i $s $g $c; do quiet tpm2_nvundefine $index -C o; done

# Reading and writing by policy: whoever knows a command code may do that command only.
trial() { quiet tpm2_startauthsession -S session; }
session() { quiet tpm2_startauthsession --policy-session -S session; }
trial
quiet tpm2_policycommandcode -S session -L read.policy TPM2_CC_NV_Read
tpm2_flushcontext session
trial
quiet tpm2_policycommandcode -S session -L write.policy TPM2_CC_NV_Write
tpm2_flushcontext session
trial
quiet tpm2_policyor -S session -L either.policy sha256:read.policy,write.policy
tpm2_flushcontext session
equal "$(octets read.policy)" "$(digest sha256 "$(zeros 32)" 0000016c 0000014e)"
define $i -C o -s 8 -L either.policy -a 'policyread|policywrite'
named "$(nv_name $i 0x80008 8 "$(octets either.policy)")"
session
quiet tpm2_policycommandcode -S session TPM2_CC_NV_Write
quiet tpm2_policyor -S session sha256:read.policy,write.policy
quiet tpm2_nvwrite $i -P session:session -i data
tpm2_flushcontext session
session
quiet tpm2_policycommandcode -S session TPM2_CC_NV_Read
quiet tpm2_policyor -S session sha256:read.policy,write.policy
equal "$(tpm2_nvread $i -P session:session -s 8)" 12345678
quiet tpm2_policycommandcode -S session TPM2_CC_NV_Read
quiet tpm2_policyor -S session sha256:read.policy,write.policy
refuses 0x9a4 tpm2_nvwrite $i -P session:session -i data
tpm2_flushcontext session
refuses 0x149 tpm2_nvread $i -C o
quiet tpm2_nvundefine $i -C o

# What the platform defined the owner cannot remove; with policydelete only its policy can.
define $i -C p -s 8 -a 'ppread|ppwrite|platformcreate|ownerread'
quiet tpm2_nvwrite $i -C p -i data
equal "$(tpm2_nvread $i -C o -s 8)" 12345678
refuses 0x149 tpm2_nvundefine $i -C o
quiet tpm2_nvundefine $i -C p
trial
quiet tpm2_policyauthvalue -S session
quiet tpm2_policycommandcode -S session -L special.policy TPM2_CC_NV_UndefineSpaceSpecial
tpm2_flushcontext session
define $i -C p -s 8 -L special.policy -a 'ppread|ppwrite|authread|authwrite|platformcreate|policydelete'
refuses tpm2_nvundefine $i -C p
session
quiet tpm2_policyauthvalue -S session
quiet tpm2_policycommandcode -S session TPM2_CC_NV_UndefineSpaceSpecial
quiet tpm2_nvundefine -S session $i
rm -f session
refuses 0x18b tpm2_nvread $i -C o

# Certified contents: signed over magic, type, signer, nonce, clock, then the index and its data.
define $i -C o -s 8 -p index -a 'ownerread|ownerwrite|authread|authwrite'
quiet tpm2_nvwrite $i -C o -i data
quiet tpm2_createprimary -C o -G ecc256:ecdsa-sha256:null -c key.ctx \
  -a 'sign|restricted|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
flush
quiet tpm2_readpublic -c key.ctx -f pem -o key.pem
flush
quiet tpm2_nvcertify -C key.ctx -c $i -p index -g sha256 -f plain -o certify.sig \
  --attestation certify.attest -q 0badcafe --size 4 --offset 2 $i
flush
quiet openssl dgst -sha256 -verify key.pem -signature certify.sig certify.attest
equal "$(octets certify.attest 0 6)" ff5443478014
equal "$(octets certify.attest 42 6)" 00040badcafe
equal "$(octets certify.attest | tail -c 88)" "$(printf '%s' 0022 "$(nv_name $i 0x20060006 8)" 0002 0004 33343536)"
quiet tpm2_nvundefine $i -C o

# What no index may be.
refuses 0x2c2 tpm2_nvdefine $i -C o -s 8 -a ownerread
refuses 0x182 tpm2_nvdefine $i -C o -s 8 -a 'ownerread|ownerwrite|platformcreate'
refuses 0x2d5 tpm2_nvdefine $i -C o -s 4097 -a 'ownerread|ownerwrite'

echo "ok $script"
