# Dictionary attack protection: wrong values are counted, the TPM locks out, and recovers.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
primary parent.ctx
seals() {
  quiet tpm2_create -C parent.ctx -i secret -u "$1.pub" -r "$1.priv" -p sesame -c "$1.ctx" -a "$2"
  flush
}
seals protected 'fixedtpm|fixedparent|userwithauth'
seals free 'fixedtpm|fixedparent|userwithauth|noda'
counter() { printf '%d' "$(property TPM2_PT_LOCKOUT_COUNTER)"; }
in_lockout() { tpm2_getcap properties-variable | awk '$1 == "inLockout:" { print $2 }'; }

quiet tpm2_dictionarylockout -s -n 3 -t 1000 -l 1000
equal "$(property TPM2_PT_MAX_AUTH_FAIL)" 0x3
equal "$(property TPM2_PT_LOCKOUT_INTERVAL)" 0x3E8
equal "$(property TPM2_PT_LOCKOUT_RECOVERY)" 0x3E8
equal "$(counter)$(in_lockout)" 00

# Objects outside the protection count nothing.
refuses 0x9a2 tpm2_unseal -c free.ctx -p wrong
equal "$(counter)" 0
for count in 1 2 3; do
  refuses 0x98e tpm2_unseal -c protected.ctx -p wrong
  equal "$(counter)" $count
done
equal "$(in_lockout)" 1
# Now even the right one is refused; what is not protected still works.
refuses 0x921 tpm2_unseal -c protected.ctx -p sesame
tpm2_unseal -c free.ctx -p sesame -o unsealed
flush
same unsealed secret

quiet tpm2_dictionarylockout -c
equal "$(counter)$(in_lockout)" 00
tpm2_unseal -c protected.ctx -p sesame -o unsealed
flush
same unsealed secret

if can_reset; then
  # A power cycle heals nothing, and an unorderly one counts as a try once a protected one was seen.
  for count in 1 2 3; do refuses 0x98e tpm2_unseal -c protected.ctx -p wrong; done
  tpm2_shutdown -c
  reset_tpm
  tpm2_startup -c
  primary parent.ctx
  quiet tpm2_load -C parent.ctx -u protected.pub -r protected.priv -c protected.ctx
  flush
  refuses 0x921 tpm2_unseal -c protected.ctx -p sesame
  equal "$(counter)" 3
  quiet tpm2_dictionarylockout -c
fi

# Time forgives: one try each recovery time.
quiet tpm2_dictionarylockout -s -n 3 -t 1 -l 1
refuses 0x98e tpm2_unseal -c protected.ctx -p wrong
refuses 0x98e tpm2_unseal -c protected.ctx -p wrong
until [[ $(counter) == 0 ]]; do
  ((SECONDS < 60)) || fail "the counter is still $(counter)"
done
# No tries at all: locked out from the start.
quiet tpm2_dictionarylockout -s -n 32 -t 1000 -l 1000

# The lockout authorization itself: one wrong value and it is out of use; the platform clears that.
quiet tpm2_changeauth -c l lockout
refuses 0x9a2 tpm2_changeauth -c o -p wrong none
refuses 0x98e tpm2_dictionarylockout -c -p wrong
refuses 0x921 tpm2_dictionarylockout -c -p lockout
quiet tpm2_clear -c p
quiet tpm2_dictionarylockout -c

echo "ok $script"
