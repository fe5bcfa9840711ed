# ECDH: a key agreed between the TPM's ephemeral key and its own, and with openssl.
source "$(dirname "$0")/begin.sh"

primary parent.ctx
# key CURVE: an agreement key.
key() {
  quiet tpm2_create -C parent.ctx -G "ecc$1:ecdh" -u key.pub -r key.priv -p agree \
    -a 'decrypt|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
  flush
  quiet tpm2_load -C parent.ctx -u key.pub -r key.priv -c key.ctx
  flush
  quiet tpm2_readpublic -c key.ctx -f pem -o key.pem
  flush
}

for curve in 256 384; do
  octets=$((curve / 8))
  key "$curve"
  tpm2_ecdhkeygen -c key.ctx -u ephemeral.point -o generated.point
  flush
  tpm2_ecdhzgen -c key.ctx -p agree -u ephemeral.point -o shared.point
  flush
  same shared.point generated.point

  # openssl's half: its public point goes in, the x-coordinate must be the secret it derives.
  openssl ecparam -name "$([[ $curve == 256 ]] && echo prime256v1 || echo secp384r1)" -genkey -noout \
    -out theirs.pem
  point=$(openssl ec -in theirs.pem -pubout -outform DER 2>/dev/null | tail -c "$((2 * octets))" | xxd -p | tr -d '\n')
  x=${point:0:$((2 * octets))} y=${point:$((2 * octets))}
  unhex "$(u16 $((2 * octets + 4)))" "$(u16 "$octets")" "$x" "$(u16 "$octets")" "$y" >theirs.point
  tpm2_ecdhzgen -c key.ctx -p agree -u theirs.point -o shared.point
  flush
  openssl pkeyutl -derive -inkey theirs.pem -peerkey key.pem -out derived
  equal "$(octets shared.point 4 "$octets")" "$(octets derived)"

  # A point beside the curve, a wrong password.
  unhex "$(u16 $((2 * octets + 4)))" "$(u16 "$octets")" "$x" "$(u16 "$octets")" "$x" >beside.point
  refuses 0x1e7 tpm2_ecdhzgen -c key.ctx -p agree -u beside.point -o no.point
  refuses 0x9a2 tpm2_ecdhzgen -c key.ctx -p wrong -u theirs.point -o no.point
done

# A storage key is restricted and agrees on nothing for others.
refuses tpm2_ecdhzgen -c parent.ctx -u theirs.point -o no.point

echo "ok $script"
