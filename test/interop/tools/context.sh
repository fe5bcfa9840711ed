# Contexts: objects and sessions saved and loaded, altered, used twice; slots used up and flushed.
source "$(dirname "$0")/begin.sh"

handles() { tpm2_getcap "handles-$1" | sed -nE 's/^- //p' | xargs; }
equal "$(handles transient)$(handles loaded-session)$(handles saved-session)" ""

# An object's context can be loaded any number of times, each time into a slot of its own.
quiet tpm2_createprimary -C o -G ecc -c object.ctx
equal "$(handles transient)" 0x80000000
quiet tpm2_readpublic -c 0x80000000 -n direct.name
quiet tpm2_readpublic -c object.ctx -n loaded.name
same direct.name loaded.name
equal "$(handles transient)" "0x80000000 0x80000001"
tpm2_flushcontext 0x80000000
equal "$(handles transient)" 0x80000001
refuses tpm2_flushcontext 0x80000000
flush
equal "$(handles transient)" ""
refuses 0x910 tpm2_readpublic -c 0x80000000

# All slots used: one more is refused, and flushing one makes room.
available=$(property TPM2_PT_HR_TRANSIENT_AVAIL)
for ((slot = 0; slot < available; slot++)); do quiet tpm2_createprimary -C o -G ecc -c object.ctx; done
equal "$(property TPM2_PT_HR_TRANSIENT_AVAIL)" 0x0
if tpm2_createprimary -C o -G ecc -c no.ctx >refused.log 2>&1; then fail 'there was one more slot'; fi
shows '\(0x902\)' refused.log
tpm2_flushcontext 0x80000001
quiet tpm2_createprimary -C o -G ecc -c object.ctx
flush

# Altered anywhere, a context is refused.
size=$(wc -c <object.ctx)
# The octets of the TPM begin at 32; first come those that protect the rest.
for offset in 40 120; do
  altered object.ctx "$offset" >altered.ctx
  equal "$(wc -c <altered.ctx)" "$size"
  refuses tpm2_readpublic -c altered.ctx
done
quiet tpm2_readpublic -c object.ctx
flush

# A session's context is good once.
quiet tpm2_startauthsession --policy-session -S session
equal "$(handles loaded-session)" ""
equal "$(handles saved-session | wc -w)" 1
cp session replayed
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
cp session second
quiet tpm2_policyrestart -S session
refuses tpm2_policyrestart -S replayed
refuses tpm2_policyrestart -S second
quiet tpm2_policyrestart -S session
tpm2_flushcontext session
equal "$(handles loaded-session)$(handles saved-session)" ""

# Many sessions can be saved at once; each keeps its own digest.
for n in 1 2 3 4 5; do
  quiet tpm2_startauthsession --policy-session -S session.$n
  quiet tpm2_policylocality -S session.$n $n || quiet tpm2_policylocality -S session.$n 32
done
equal "$(handles saved-session | wc -w)" 5
for n in 5 1 3 2 4; do
  tpm2_getpolicydigest -S session.$n -o digest.$n
  unlike "$(octets digest.$n)" "$(zeros 32)"
  tpm2_flushcontext session.$n
done
equal "$(cat digest.? | xxd -p -c 32 | sort -u | wc -l)" 5

if can_reset; then
  # A context does not outlive a TPM Reset, orderly or not.
  tpm2_shutdown -c
  reset_tpm
  tpm2_startup -c
  refuses 0x1df tpm2_readpublic -c object.ctx
  quiet tpm2_createprimary -C o -G ecc -c object.ctx
  equal "$(handles transient)" 0x80000000
  flush
fi

echo "ok $script"
