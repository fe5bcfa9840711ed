# New authorization values for objects and NV indices.
source "$(dirname "$0")/begin.sh"

printf 'a message' >message
primary parent.ctx
quiet tpm2_create -C parent.ctx -G ecc256 -u key.pub -r key.priv -p old -c key.ctx \
  -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
flush
quiet tpm2_changeauth -C parent.ctx -c key.ctx -p old -r new.priv new
flush
quiet tpm2_load -C parent.ctx -u key.pub -r new.priv -c new.ctx -n new.name
flush
equal "$(octets new.name)" "$(name key.pub)"
quiet tpm2_sign -c new.ctx -p new -g sha256 -o message.sig message
flush
refuses 0x9a2 tpm2_sign -c new.ctx -p old -g sha256 -o no.sig message
# The object loaded before, and the private part of before, still have the old one.
quiet tpm2_sign -c key.ctx -p old -g sha256 -o message.sig message
flush
quiet tpm2_load -C parent.ctx -u key.pub -r key.priv -c old.ctx
flush
refuses 0x9a2 tpm2_sign -c old.ctx -p new -g sha256 -o no.sig message
# The old value is needed, and the right parent.
refuses 0x9a2 tpm2_changeauth -C parent.ctx -c key.ctx -p wrong -r no.priv new
quiet tpm2_createprimary -C o -G ecc384 -c other.ctx
flush
refuses 0x28a tpm2_changeauth -C other.ctx -c key.ctx -p old -r no.priv new
# Longer than the Name's hash is too long.
refuses tpm2_changeauth -C parent.ctx -c key.ctx -p old -r no.priv "hex:$(zeros 33 | tr 0 1)"
# To nothing and from nothing, in a session.
quiet tpm2_changeauth -C parent.ctx -c new.ctx -p new -r empty.priv
flush
quiet tpm2_load -C parent.ctx -u key.pub -r empty.priv -c empty.ctx
flush
quiet tpm2_sign -c empty.ctx -g sha256 -o message.sig message
flush
quiet tpm2_startauthsession --hmac-session -c parent.ctx -S session
flush
quiet tpm2_changeauth -C parent.ctx -c empty.ctx -p session:session -r last.priv last
flush
tpm2_flushcontext session
quiet tpm2_load -C parent.ctx -u key.pub -r last.priv -c last.ctx
flush
quiet tpm2_sign -c last.ctx -p last -g sha256 -o message.sig message
flush

# An index wants its policy for that: the ADMIN role.
i=0x01500001
quiet tpm2_startauthsession -S session
quiet tpm2_policyauthvalue -S session
quiet tpm2_policycommandcode -S session -L change.policy TPM2_CC_NV_ChangeAuth
tpm2_flushcontext session
quiet tpm2_nvdefine $i -C o -s 8 -p old -L change.policy -a 'authread|authwrite|no_da'
printf 12345678 >data
quiet tpm2_nvwrite $i -P old -i data
quiet tpm2_startauthsession --policy-session -S session
quiet tpm2_policyauthvalue -S session
quiet tpm2_policycommandcode -S session TPM2_CC_NV_ChangeAuth
quiet tpm2_changeauth -c $i -p session:session+old new
tpm2_flushcontext session
equal "$(tpm2_nvread $i -P new -s 8)" 12345678
refuses 0x9a2 tpm2_nvread $i -P old -s 8
refuses tpm2_changeauth -c $i -p new other
quiet tpm2_nvundefine $i -C o

echo "ok $script"
