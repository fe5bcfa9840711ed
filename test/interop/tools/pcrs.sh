# PCRs: every bank read, extended, an event measured, the two debug PCRs reset, the allocation read.
source "$(dirname "$0")/begin.sh"

banks() { tpm2_getcap pcrs | sed -nE 's/^ *- ([a-z0-9]+): \[ 0,.*/\1/p'; }
value() { tpm2_pcrread "$1:$2" -o value >pcr.log && octets value; }

tpm2_getcap pcrs >allocation.log
shows 'sha256: \[ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, .* 23 \]' allocation.log
readarray -t active < <(banks)
shows "^sha256$" <(printf "%s\n" "${active[@]}")

# After a reset the debug PCRs are zero in every bank.
tpm2_pcrreset 16 23
for bank in "${active[@]}"; do
  length=$(printf '' | openssl dgst -"$bank" -binary | wc -c)
  equal "$(value "$bank" 16)" "$(zeros "$length")"
  equal "$(value "$bank" 23)" "$(zeros "$length")"
  # All 24 at once: more than one PCR_Read, since one answers with at most eight digests.
  tpm2_pcrread "$bank:all" -o all >/dev/null
  equal "$(wc -c <all)" "$((24 * length))"
done

# Extend: each bank for itself, twice, and all in one command.
for bank in "${active[@]}"; do
  before=$(value "$bank" 16)
  first=$(digest "$bank" 01) second=$(digest "$bank" 02)
  tpm2_pcrextend "16:$bank=$first"
  tpm2_pcrextend "16:$bank=$second"
  expected=$(digest "$bank" "$(digest "$bank" "$before" "$first")" "$second")
  equal "$(value "$bank" 16)" "$expected"
done
tpm2_pcrreset 16
together=16:
for bank in "${active[@]}"; do together+="$bank=$(digest "$bank" 03),"; done
tpm2_pcrextend "${together%,}"
for bank in "${active[@]}"; do
  measured=$(digest "$bank" 03)
  equal "$(value "$bank" 16)" "$(digest "$bank" "$(zeros "$((${#measured} / 2))")" "$measured")"
done

# Event: the TPM hashes the data itself, in every bank.
printf 'an event of some length' >event
tpm2_pcrevent 23 event >event.log
for bank in "${active[@]}"; do
  measured=$(digest "$bank" "$(octets event)")
  shows "$bank: $measured" event.log
  equal "$(value "$bank" 23)" "$(digest "$bank" "$(zeros "$((${#measured} / 2))")" "$measured")"
done
# Without a PCR it only hashes.
before=$(value sha256 23)
tpm2_pcrevent event >hash.log
shows "sha256: $(digest sha256 "$(octets event)")" hash.log
equal "$(value sha256 23)" "$before"

# The update counter rises with every extend, and not with those of PCR 16 and 23.
update_counter() {
  # TPM2_PCR_Read of PCR 0 in the SHA-256 bank, as octets; the counter follows the header.
  unhex 8001000000140000017e00000001000b03010000 | tpm2_send | tail -c +11 | head -c 4 | xxd -p
}
before=$(update_counter)
tpm2_pcrextend "16:sha256=$(digest sha256 04)"
equal "$(update_counter)" "$before"
old=$(value sha256 10)
tpm2_pcrextend "10:sha256=$(digest sha256 04)"
equal "$(update_counter)" "$(u32 $((16#$before + 1)))"
equal "$(value sha256 10)" "$(digest sha256 "$old" "$(digest sha256 04)")"

# Locality 0 can neither reset the static PCRs nor extend the dynamic ones.
refuses 0x907 tpm2_pcrreset 0
refuses 0x907 tpm2_pcrreset 17
refuses 0x907 tpm2_pcrextend "17:sha256=$(digest sha256 05)"
refuses 0x907 tpm2_pcrextend "20:sha256=$(digest sha256 05)"
equal "$(value sha256 17)" "$(zeros 32 | tr 0 f)"
tpm2_pcrreset 16 23

# Allocation: what is active now can be allocated again.
tpm2_getcap pcrs >before.log
quiet tpm2_pcrallocate "$(printf '%s:all+' "${active[@]}" | sed 's/+$//')"
tpm2_getcap pcrs >after.log
same before.log after.log
if can_reset; then
  # Another allocation holds from the next reset on.
  quiet tpm2_pcrallocate sha1:none+sha256:all
  reset_tpm
  tpm2_startup -c
  equal "$(banks | xargs)" "$(printf "%s\n" "${active[@]}" | sed "/^sha1$/d" | xargs)"
  quiet tpm2_pcrallocate "$(printf '%s:all+' "${active[@]}" | sed 's/+$//')"
  reset_tpm
  tpm2_startup -c
  tpm2_getcap pcrs >after.log
  same before.log after.log
fi

echo "ok $script"
