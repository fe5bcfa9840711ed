# What unlocks a disk at boot: tpm2-initramfs-tool and the credentials of systemd, under PCRs.
source "$(dirname "$0")/begin.sh"

tpm2_pcrreset 16
tpm2-initramfs-tool seal --data 'a key of a disk' --pcrs 0,16 --banks SHA256 --tcti "$TPM2TOOLS_TCTI" >/dev/null
unseals() { tpm2-initramfs-tool unseal --pcrs 0,16 --banks SHA256 --tcti "$TPM2TOOLS_TCTI" 2>/dev/null; }
equal "$(unseals)" 'a key of a disk'
shows 0x81000000 <(tpm2_getcap handles-persistent)

printf 'a credential' >secret
creds() { systemd-creds "$1" --tpm2-device="$TPM2TOOLS_TCTI" --name=test "${@:2}" 2>creds.log; }
creds encrypt --with-key=tpm2 --tpm2-pcrs=7+16 secret sealed
equal "$(creds decrypt sealed -)" 'a credential'

tpm2_pcrextend "16:sha256=$(digest sha256 01)"
refuses unseals
refuses creds decrypt sealed -
tpm2_pcrreset 16
equal "$(unseals)" 'a key of a disk'
equal "$(creds decrypt sealed -)" 'a credential'

echo "ok $script"
