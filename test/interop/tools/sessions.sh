# Sessions: salted, bound and both, with encrypted parameters; kept over several commands; audit.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
primary parent.ctx
quiet tpm2_create -C parent.ctx -i secret -u sealed.pub -r sealed.priv -p sesame -c sealed.ctx
flush
ends() { tpm2_flushcontext session && flush; }

# serves: one session authorizes several commands, its nonces rolling, and refuses a wrong value.
serves() {
  for _ in 1 2; do
    tpm2_unseal -c sealed.ctx -p session:session+sesame -o unsealed
    flush
    same unsealed secret
  done
  refuses 0x98e tpm2_unseal -c sealed.ctx -p session:session+wrong
}

# Neither salted nor bound.
quiet tpm2_startauthsession --hmac-session -S session
serves
ends
for hash in sha1 sha384; do
  quiet tpm2_startauthsession --hmac-session -g $hash -S session
  tpm2_unseal -c sealed.ctx -p session:session+sesame -o unsealed
  flush
  same unsealed secret
  ends
done

# Salted: to an ECC key and to an RSA key. Encrypted in both directions once configured so.
quiet tpm2_createprimary -C o -G rsa2048:null:aes128cfb -c rsa.ctx
flush
for key in parent.ctx rsa.ctx; do
  quiet tpm2_startauthsession --hmac-session --tpmkey-context $key -S session
  flush
  serves
  quiet tpm2_sessionconfig session --enable-decrypt --enable-encrypt
  tpm2_sessionconfig session >config.log
  shows 'Session-Attributes: .*encrypt' config.log
  serves
  ends
done

# Bound to a key with an authorization value: it serves other entities with theirs, too.
quiet tpm2_createprimary -C o -G ecc -p binding -c bound.ctx
flush
quiet tpm2_startauthsession --hmac-session --bind-context bound.ctx --bind-auth binding -S session
flush
serves
quiet tpm2_sessionconfig session --enable-decrypt --enable-encrypt
serves
ends
# Bound to the sealed object itself, whose value is then part of the session key.
quiet tpm2_startauthsession --hmac-session --bind-context sealed.ctx --bind-auth sesame -S session
flush
tpm2_unseal -c sealed.ctx -p session:session+sesame -o unsealed
flush
same unsealed secret
ends
# Bound with a wrong value: the keys of both sides differ.
quiet tpm2_startauthsession --hmac-session --bind-context bound.ctx --bind-auth wrong -S session
flush
refuses tpm2_unseal -c sealed.ctx -p session:session+sesame
ends

# Salted and bound, encrypted from the start.
quiet tpm2_startauthsession --hmac-session -c parent.ctx -S session
flush
tpm2_sessionconfig session >config.log
shows 'Session-Attributes: .*decrypt' config.log
serves
quiet tpm2_create -C parent.ctx -P session:session -i secret -u inner.pub -r inner.priv -c inner.ctx
flush
tpm2_unseal -c inner.ctx -o unsealed
flush
same unsealed secret
ends
quiet tpm2_startauthsession --hmac-session --tpmkey-context parent.ctx --bind-context bound.ctx \
  --bind-auth binding -S session
flush
quiet tpm2_sessionconfig session --enable-decrypt --enable-encrypt
serves
ends

# As a session of its own beside the password, for a command that needs no authorization, too.
quiet tpm2_startauthsession --hmac-session -c parent.ctx -S session
flush
quiet tpm2_sessionconfig session --disable-decrypt
quiet tpm2_getrandom -S session -o random 20
equal "$(wc -c <random)" 20
quiet tpm2_getrandom -S session -o random 20
ends
i=0x01500001
quiet tpm2_nvdefine $i -C o -s 17 -p index -a 'authread|authwrite|no_da'
quiet tpm2_startauthsession --hmac-session -c parent.ctx -S session
flush
quiet tpm2_nvwrite $i -C $i -P session:session+index -i secret
tpm2_nvread $i -C $i -P session:session+index -s 17 -o unsealed
same unsealed secret
refuses 0x9a2 tpm2_nvread $i -C $i -P session:session+wrong -s 17
ends
# Bound to an object under dictionary attack protection, a failure counts although the index is not.
quiet tpm2_startauthsession --hmac-session --bind-context bound.ctx --bind-auth binding -S session
flush
refuses 0x98e tpm2_nvread $i -C $i -P session:session+wrong -s 17
ends
quiet tpm2_nvundefine $i -C o

# Without continueSession it ends with the command.
quiet tpm2_startauthsession --hmac-session -S session
quiet tpm2_sessionconfig session --disable-continuesession
# The tool wants to save what is gone by then, and says so.
tpm2_unseal -c sealed.ctx -p session:session+sesame -o unsealed >unseal.log 2>&1 || true
flush
same unsealed secret
refuses tpm2_unseal -c sealed.ctx -p session:session+sesame
equal "$(tpm2_getcap handles-saved-session)" ""
rm session

# An audit session sees several commands, encrypted or not.
quiet tpm2_startauthsession --audit-session -S session
quiet tpm2_sessionconfig session --enable-audit
quiet tpm2_getrandom -S session -o random 8
quiet tpm2_getrandom -S session -o random 8
tpm2_sessionconfig session >config.log
shows 'Session-Attributes: .*audit' config.log
ends

# A policy session may be salted, bound and encrypted just so.
quiet tpm2_startauthsession -S session
quiet tpm2_policyauthvalue -S session -L value.policy
tpm2_flushcontext session
quiet tpm2_create -C parent.ctx -i secret -u policy.pub -r policy.priv -p sesame -L value.policy \
  -a 'fixedtpm|fixedparent' -c policy.ctx
flush
quiet tpm2_startauthsession --policy-session -c parent.ctx -S session
flush
quiet tpm2_policyauthvalue -S session
tpm2_unseal -c policy.ctx -p session:session+sesame -o unsealed
flush
same unsealed secret
ends

echo "ok $script"
