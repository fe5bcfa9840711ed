# Clear: hierarchies' authorization values, what a clear takes away and what it keeps, its control.
source "$(dirname "$0")/begin.sh"

# flag NAME: of the permanent attributes.
flag() { tpm2_getcap properties-variable | awk -v name="$1:" '$1 == name { print $2 }'; }
names() {
  quiet tpm2_createprimary -C o -G ecc "${@:2}" -c srk.ctx
  quiet tpm2_readpublic -c srk.ctx -n "$1.srk"
  flush
  quiet tpm2_createek -G ecc -c ek.ctx -u ek.pub ${ek_auth:+-P "$ek_auth"}
  quiet tpm2_readpublic -c ek.ctx -n "$1.ek"
  flush
  tpm2_flushcontext -l
}

names before
names again
same before.srk again.srk
same before.ek again.ek

# An authorization value for each: needed from then on, changed with the old one only.
equal "$(flag ownerAuthSet)$(flag endorsementAuthSet)$(flag lockoutAuthSet)" 000
quiet tpm2_changeauth -c o owner
quiet tpm2_changeauth -c e endorsement
quiet tpm2_changeauth -c l lockout
equal "$(flag ownerAuthSet)$(flag endorsementAuthSet)$(flag lockoutAuthSet)" 111
refuses 0x9a2 tpm2_createprimary -C o -G ecc -c no.ctx
refuses 0x9a2 tpm2_createprimary -C o -G ecc -P wrong -c no.ctx
refuses 0x9a2 tpm2_createprimary -C e -G ecc -c no.ctx
refuses 0x9a2 tpm2_changeauth -c o -p wrong other
quiet tpm2_changeauth -c o -p owner other
ek_auth=endorsement names again -P other
same before.srk again.srk
same before.ek again.ek
quiet tpm2_createprimary -C n -G ecc -c null.ctx
flush
quiet tpm2_createprimary -C p -G ecc -c platform.ctx
quiet tpm2_readpublic -c platform.ctx -n before.platform
flush
# With a password and in an HMAC session.
quiet tpm2_startauthsession --hmac-session -S session
quiet tpm2_createprimary -C o -G ecc -P session:session+other -c srk.ctx
flush
tpm2_flushcontext session

# What belongs to the owner goes with a clear.
i=0x01500001 j=0x01500002 h=0x81010007
quiet tpm2_nvdefine $i -C o -P other -s 8 -a 'ownerread|ownerwrite'
quiet tpm2_nvdefine $j -C p -s 8 -a 'ppread|ppwrite|platformcreate'
quiet tpm2_evictcontrol -C o -P other -c srk.ctx $h
flush
refuses 0x9a2 tpm2_clear -c p wrong
quiet tpm2_clear -c l lockout
equal "$(flag ownerAuthSet)$(flag endorsementAuthSet)$(flag lockoutAuthSet)" 000
refuses 0x18b tpm2_nvread $i -C o
refuses 0x18b tpm2_readpublic -c $h
shows '0x1500002' <(tpm2_getcap handles-nv-index)
quiet tpm2_nvundefine $j -C p
names after
unlike "$(octets before.srk)" "$(octets after.srk)"
same before.ek after.ek
quiet tpm2_createprimary -C p -G ecc -c platform.ctx
quiet tpm2_readpublic -c platform.ctx -n after.platform
flush
same before.platform after.platform
# Contexts of the owner's objects are dead.
quiet tpm2_createprimary -C o -G ecc -c dead.ctx
flush
quiet tpm2_clear -c p
refuses 0x1df tpm2_readpublic -c dead.ctx

# Its control: the lockout authorization can forbid it, only the platform can allow it again.
quiet tpm2_clearcontrol -C l s
equal "$(flag disableClear)" 1
refuses 0x120 tpm2_clear -c l
refuses 0x120 tpm2_clear -c p
refuses tpm2_clearcontrol -C l c
quiet tpm2_clearcontrol -C p c
equal "$(flag disableClear)" 0
quiet tpm2_clear -c l

echo "ok $script"
