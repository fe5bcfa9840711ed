# Hierarchies: switched off and on, and authorized by a policy of their own.
source "$(dirname "$0")/begin.sh"

enabled() { tpm2_getcap properties-variable | awk -v name="$1:" '$1 == name { print $2 }'; }
creates() { tpm2_createprimary -C "$1" -G ecc -c primary.ctx "${@:2}"; }

equal "$(enabled phEnable)$(enabled shEnable)$(enabled ehEnable)" 111
h=0x81010008
quiet creates o
quiet tpm2_evictcontrol -C o -c primary.ctx $h
flush
cp primary.ctx owner.ctx

# The owner switches itself off; its objects are out of reach until the platform switches it on.
quiet tpm2_hierarchycontrol -C o shEnable clear
equal "$(enabled shEnable)" 0
refuses 0x185 creates o
refuses tpm2_readpublic -c $h
refuses tpm2_readpublic -c owner.ctx
quiet creates e
flush
refuses tpm2_hierarchycontrol -C o shEnable set
quiet tpm2_hierarchycontrol -C p shEnable set
quiet creates o
quiet tpm2_readpublic -c $h
flush
quiet tpm2_evictcontrol -C o -c $h

quiet tpm2_hierarchycontrol -C e ehEnable clear
refuses 0x185 creates e
quiet tpm2_hierarchycontrol -C p ehEnable set
quiet creates e
flush
refuses tpm2_hierarchycontrol -C o ehEnable clear
refuses tpm2_hierarchycontrol -C e shEnable clear

# The platform's indices have a switch, too; the platform itself comes back with a reset only.
i=0x01500001
quiet tpm2_nvdefine $i -C p -s 8 -a 'ppread|ppwrite|platformcreate|authread'
printf 12345678 >data
quiet tpm2_nvwrite $i -C p -i data
quiet tpm2_hierarchycontrol -C p phEnableNV clear
refuses 0x18b tpm2_nvread $i -C p -s 8
quiet tpm2_hierarchycontrol -C p phEnableNV set
equal "$(tpm2_nvread $i -C p -s 8)" 12345678
quiet tpm2_nvundefine $i -C p
if can_reset; then
  quiet tpm2_hierarchycontrol -C p phEnable clear
  equal "$(enabled phEnable)" 0
  refuses 0x185 creates p
  tpm2_shutdown -c
  reset_tpm
  tpm2_startup -c
  equal "$(enabled phEnable)" 1
  quiet creates p
  flush
  # And so do the others, and the platform's authorization value with them.
  quiet tpm2_hierarchycontrol -C o shEnable clear
  quiet tpm2_changeauth -c p platform
  refuses 0x9a2 creates p
  tpm2_shutdown -c
  reset_tpm
  tpm2_startup -c
  equal "$(enabled shEnable)" 1
  quiet creates p
  flush
fi

# SetPrimaryPolicy: whoever satisfies it needs no authorization value.
quiet tpm2_startauthsession -S session
quiet tpm2_policycommandcode -S session -L create.policy TPM2_CC_CreatePrimary
tpm2_flushcontext session
for hierarchy in o e p; do
  quiet tpm2_changeauth -c $hierarchy value
  quiet tpm2_startauthsession --policy-session -S session
  quiet tpm2_policycommandcode -S session TPM2_CC_CreatePrimary
  refuses 0x12f creates $hierarchy -P session:session
  quiet tpm2_setprimarypolicy -C $hierarchy -P value -g sha256 -L create.policy
  quiet creates $hierarchy -P session:session
  flush
  tpm2_flushcontext session
  refuses 0x9a2 creates $hierarchy -P wrong
  refuses 0x9a2 tpm2_setprimarypolicy -C $hierarchy -P wrong -g sha256 -L create.policy
  quiet tpm2_setprimarypolicy -C $hierarchy -P value
  quiet tpm2_startauthsession --policy-session -S session
  quiet tpm2_policycommandcode -S session TPM2_CC_CreatePrimary
  refuses 0x12f creates $hierarchy -P session:session
  tpm2_flushcontext session
  quiet tpm2_changeauth -c $hierarchy -p value
done
# The lockout's, for its own commands.
quiet tpm2_startauthsession -S session
quiet tpm2_policycommandcode -S session -L reset.policy TPM2_CC_DictionaryAttackLockReset
tpm2_flushcontext session
quiet tpm2_setprimarypolicy -C l -g sha256 -L reset.policy
quiet tpm2_startauthsession --policy-session -S session
quiet tpm2_policycommandcode -S session TPM2_CC_DictionaryAttackLockReset
quiet tpm2_dictionarylockout -c -p session:session
tpm2_flushcontext session
quiet tpm2_setprimarypolicy -C l

echo "ok $script"
