# Clevis: what it encrypts to the TPM, only this TPM decrypts, and only in the same state.
source "$(dirname "$0")/begin.sh"

printf 'a key of a disk' >secret
encrypts() { clevis encrypt tpm2 "$1" <secret >secret.jwe 2>clevis.log; }
decrypts() { clevis decrypt <secret.jwe 2>clevis.log; }

tpm2_pcrreset 16
for options in '{}' '{"hash":"sha1","key":"rsa"}' '{"pcr_bank":"sha256","pcr_ids":"16"}'; do
  encrypts "$options"
  equal "$(decrypts)" "$(cat secret)"
done
tpm2_pcrextend "16:sha256=$(digest sha256 01)"
refuses decrypts
tpm2_pcrreset 16
equal "$(decrypts)" "$(cat secret)"
quiet tpm2_clear -c p
refuses decrypts

echo "ok $script"
