# OVMF: its PEI phase, measurements with a digest a bank, its DXE phase, a random platform value, and
# the end of boot services; sleep; the requests of an operator with physical presence.
source "$(dirname "$0")/begin.sh"

# It does not ask for its password session to continue.
continues=00
declare -A log digests
measures() {
  local bank sum
  if [[ -z ${digests[$2]:-} ]]; then
    for bank in 0004:1 000b:256 000c:384 000d:512; do
      sum=$(printf %s "$2" | "sha${bank#*:}sum")
      digests[$2]+=${bank%:*}${sum%% *}
    done
  fi
  succeeds authorized $PCR_Extend "$(u32 "$1")" 00000004 "${digests[$2]}"
  # The second of them, behind the first with its hash and its own hash.
  log[$1]+="${digests[$2]:48:64} "
}
# logged PCR: what the SHA-256 bank must hold.
logged() {
  local value event
  value=$(zeros 32)
  for event in ${log[$1]}; do value=$(digest sha256 "$value" "$event"); done
  printf %s "$value"
}

reset_tpm
succeeds sends $Startup $CLEAR
succeeds sends $SelfTest 00
succeeds sends $GetCapability $PCRS 00000000 00000001
equal "${answer:0:18}" 000000000500000004
measures 0 'CRTM version'
measures 0 'firmware volume'
measures 7 SecureBoot

# The driver: what the TPM is, how large its commands may be, what it can hash.
for property in 00000105 0000010b 0000010c 0000011e 0000011f; do
  succeeds sends $GetCapability $PROPERTIES $property 00000001
  equal "${answer:10:16}" "00000001$property"
done
equal "$((16#${answer:26:8}))" 4096
succeeds sends $GetCapability $ALGS 00000001 0000007f
for algorithm in 0004 000b 000c 000d; do
  [[ ${answer:18} == *"$algorithm"0000* ]] || fail "hash $algorithm is not told of"
done
measures 1 'SMBIOS and boot variables'
measures 4 'Calling EFI Application from Boot Option'
for pcr in 0 1 2 3 4 5 6 7; do measures $pcr $'\x01\x01\x01\x01'; done

# What is too large for one command goes by a sequence, which ends in every bank.
head -c 2500 /dev/zero | tr '\0' k >kernel
succeeds sends 00000186 0000 0010
sequence=${answer:0:8}
succeeds authorized 0000015c "$sequence" 0400 "$(octets kernel 0 1024)"
succeeds authorized 0000015c "$sequence" 0400 "$(octets kernel 1024 1024)"
transmits 8002 00000185 00000004 "$sequence" 00000012 40000009 0000 00 0000 40000009 0000 00 0000 \
  01c4 "$(octets kernel 2048)"
equal "$code" 00000000
log[4]+="$(digest sha256 "$(octets kernel)") "

# The platform's value is random from now on, of the size of its largest hash; boot services end.
succeeds sends $GetRandom 0020
succeeds authorized $HierarchyChangeAuth $PLATFORM "$answer"
measures 5 'Exit Boot Services Invocation'
measures 5 'Exit Boot Services Returned with Success'
for pcr in 0 1 4 5 7; do equal "$(value $pcr sha256)" "$(logged $pcr)"; done
gives 000009a2 authorized $Clear $PLATFORM

# Sleep: the PEI phase resumes it and measures nothing.
succeeds sends $Shutdown $STATE
reset_tpm
succeeds sends $Startup $STATE
succeeds sends $SelfTest 00
equal "$(value 4 sha256)" "$(logged 4)"
# An orderly end: there is nothing to resume, and it starts it anew.
succeeds sends $Shutdown $CLEAR
reset_tpm
gives 000001c4 sends $Startup $STATE
succeeds sends $Startup $CLEAR
equal "$(value 4 sha256)" "$(zeros 32)"

# By the operator's wish: a new endorsement seed, clear, other banks; or the platform is shut.
succeeds authorized 00000124 $PLATFORM
succeeds authorized $ClearControl $PLATFORM 00
succeeds authorized $Clear $PLATFORM
succeeds authorized $PCR_Allocate $PLATFORM 00000004 000403000000 000b03ffffff 000c03ffffff 000d03000000
succeeds authorized $HierarchyControl $PLATFORM $PLATFORM 00
gives 00000185 authorized $Clear $PLATFORM
succeeds sends $Shutdown $CLEAR
reset_tpm
succeeds sends $Startup $CLEAR
succeeds sends $GetCapability $PCRS 00000000 00000001
equal "$answer" 000000000500000004000403000000000b03ffffff000c03ffffff000d03000000
succeeds authorized $PCR_Allocate $PLATFORM 00000004 000403ffffff 000b03ffffff 000c03ffffff 000d03ffffff
succeeds sends $Shutdown $CLEAR
reset_tpm
succeeds sends $Startup $CLEAR

echo "ok $script"
