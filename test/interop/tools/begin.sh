# Sourced by every script of this folder: brings the TPM at TPM2TOOLS_TCTI to a known state. There
# is no resource manager: objects are flushed by hand, and three transient slots are enough.
source "$(dirname "${BASH_SOURCE[0]}")/../prelude.sh"

# flush: all transient objects; saved contexts and sessions stay.
flush() { tpm2_flushcontext -t; }

# flush_all: sessions too, loaded or saved.
flush_all() {
  tpm2_flushcontext -t
  tpm2_flushcontext -l
  tpm2_flushcontext -s
}

# recover: after a refusal the tools leave objects and their own sessions loaded.
recover() {
  tpm2_flushcontext -t
  tpm2_flushcontext -l
}

# primary FILE: a storage key that costs the TPM little, exempt from dictionary attack protection.
primary() {
  quiet tpm2_createprimary -C o -G ecc256:aes128cfb -c "$1" \
    -a 'restricted|decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
  flush
}

# property NAME: the value of a TPM property, as tpm2_getcap prints it.
property() {
  tpm2_getcap properties-"${2:-variable}" >property.log
  awk -v name="$1:" '$1 == name { if (NF > 1) print $2; else { getline; print $2 } }' property.log
}

tpm2_startup -c
flush_all
quiet tpm2_hierarchycontrol -C p shEnable set
quiet tpm2_hierarchycontrol -C p ehEnable set
quiet tpm2_clearcontrol -C p c
quiet tpm2_clear -c p
quiet tpm2_dictionarylockout --setup-parameters --max-tries=32 --recovery-time=1000 \
  --lockout-recovery-time=1000
for index in $(tpm2_getcap handles-nv-index | grep -oiE '0x150[0-9a-f]{4}' || true); do
  quiet tpm2_nvundefine -C p "$index"
done
