# Startup and Shutdown: TPM Reset, TPM Restart, TPM Resume, and no Shutdown at all. Needs a power
# cycle between them: nothing of it can be shown without INTEROP_RESET.
source "$(dirname "$0")/begin.sh"
can_reset || exit 0

# code HEX: the response code of a command given as octets.
code() { unhex "$1" | tpm2_send | tail -c +7 | head -c 4 | xxd -p; }
startup_clear=80010000000c000001440000 startup_state=80010000000c000001440001
clock() { tpm2_readclock | awk -v name="$1:" '$1 == name { print $2 }'; }
value() { tpm2_pcrread "sha256:$1" -o value >pcr.log && octets value; }

# A second Startup, and anything before the first.
equal "$(code $startup_clear)" 00000100
tpm2_shutdown -c
reset_tpm
# GetRandom and PCR_Read.
equal "$(code 80010000000c0000017b0008)" 00000100
equal "$(code 8001000000140000017e00000001000b03010000)" 00000100
# Nothing was saved to resume.
equal "$(code $startup_state)" 000001c4
equal "$(code $startup_clear)" 00000000

# TPM Reset after an orderly Shutdown: the clock is safe, PCRs begin anew.
tpm2_pcrextend "0:sha256=$(digest sha256 01)"
before=$(clock reset_count)
time_before=$(clock clock)
tpm2_shutdown -c
reset_tpm
tpm2_startup -c
equal "$(clock reset_count)" $((before + 1))
equal "$(clock restart_count)" 0
equal "$(clock safe)" yes
(($(clock clock) >= time_before)) || fail 'the clock ran back'
equal "$(value 0)" "$(zeros 32)"

# Without a Shutdown the clock is not safe, for a while.
reset_tpm
tpm2_startup -c
equal "$(clock reset_count)" $((before + 2))
equal "$(clock safe)" no

# TPM Resume: everything is as it was, PCRs and saved contexts included.
primary object.ctx
quiet tpm2_readpublic -c object.ctx -n object.name
flush
quiet tpm2_startauthsession --policy-session -S session
quiet tpm2_policycommandcode -S session TPM2_CC_Unseal
tpm2_pcrextend "0:sha256=$(digest sha256 02)"
saved=$(value 0)
quiet tpm2_hierarchycontrol -C e ehEnable clear
tpm2_shutdown
reset_tpm
tpm2_startup
equal "$(clock reset_count)" $((before + 2))
equal "$(clock restart_count)" 1
equal "$(value 0)" "$saved"
quiet tpm2_readpublic -c object.ctx -n again.name
flush
same object.name again.name
tpm2_getpolicydigest -S session -o policy
equal "$(octets policy)" "$(digest sha256 "$(zeros 32)" 0000016c 0000015e)"
refuses 0x185 tpm2_createprimary -C e -G ecc -c no.ctx

# TPM Restart: contexts and sessions live, PCRs and hierarchies begin anew.
tpm2_shutdown
reset_tpm
tpm2_startup -c
equal "$(clock reset_count)" $((before + 2))
equal "$(clock restart_count)" 2
equal "$(value 0)" "$(zeros 32)"
quiet tpm2_readpublic -c object.ctx -n again.name
flush
same object.name again.name
tpm2_getpolicydigest -S session -o policy
equal "$(octets policy)" "$(digest sha256 "$(zeros 32)" 0000016c 0000015e)"
tpm2_flushcontext session
quiet tpm2_createprimary -C e -G ecc -c ek.ctx
flush

# A command after Shutdown makes it void for a resume.
tpm2_shutdown
tpm2_pcrextend "0:sha256=$(digest sha256 03)"
reset_tpm
equal "$(code $startup_state)" 000001c4
tpm2_startup -c
equal "$(clock reset_count)" $((before + 3))
refuses 0x1df tpm2_readpublic -c object.ctx

echo "ok $script"
