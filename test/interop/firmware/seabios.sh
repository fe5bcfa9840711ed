# SeaBIOS: start, measurements in four banks at once, a secret platform, resume from sleep, its menu.
source "$(dirname "$0")/begin.sh"

# measures PCR TEXT: it has a SHA-1 digest only, and pads it for the larger banks.
measures() {
  local sha1
  sha1=$(printf %s "$2" | openssl dgst -sha1 -binary | xxd -p)
  succeeds authorized $PCR_Extend "$(u32 "$1")" 00000004 0004 "$sha1" 000b "$sha1$(zeros 12)" \
    000c "$sha1$(zeros 28)" 000d "$sha1$(zeros 44)"
}
hashed() { printf %s "$1" | openssl dgst -sha1 -binary | xxd -p; }

boots() {
  reset_tpm
  gives 00000100 sends $SelfTest 01
  succeeds sends $Startup $CLEAR
  succeeds sends $SelfTest 01
  succeeds sends $GetCapability $PCRS 00000000 00000008
  equal "$answer" 000000000500000004000403ffffff000b03ffffff000c03ffffff000d03ffffff
  for pcr in 1 2 3 4; do measures $pcr "event $pcr"; done
}
# A platform that nobody can use until the next reset.
leaves() {
  for pcr in 0 1 2 3 4 5 6 7; do measures $pcr $'\xff\xff\xff\xff'; done
  succeeds sends $StirRandom 0008 0123456789abcdef
  succeeds sends $GetRandom 0014
  equal "${answer:0:4}" 0014
  succeeds authorized $HierarchyChangeAuth $PLATFORM "$answer"
}

boots
leaves
gives 000009a2 authorized $HierarchyControl $PLATFORM $ENDORSEMENT 00
for bank in sha1:0:20 sha256:12:32; do
  IFS=: read -r hash pad size <<<"$bank"
  expected=$(digest "$hash" "$(zeros "$size")" "$(hashed 'event 2')$(zeros "$pad")")
  expected=$(digest "$hash" "$expected" "$(hashed $'\xff\xff\xff\xff')$(zeros "$pad")")
  equal "$(value 2 "$hash")" "$expected"
done

# Resumed from sleep: what was measured is there, and the platform is still secret.
succeeds sends $Shutdown $STATE
reset_tpm
succeeds sends $Startup $STATE
equal "$(value 2 sha256)" "$expected"
gives 000009a2 authorized $HierarchyControl $PLATFORM $ENDORSEMENT 00
# Without a Shutdown there is nothing to resume: it gives up, and closes the hierarchies.
reset_tpm
gives 000001c4 sends $Startup $STATE
succeeds sends $Startup $CLEAR
succeeds authorized $HierarchyControl $PLATFORM $ENDORSEMENT 00
succeeds authorized $HierarchyControl $PLATFORM $OWNER 00
refuses 0x185 tpm2_createprimary -C o -G ecc -c no.ctx

# From its menu: clear, and other banks, which are there after the next reset only.
boots
succeeds authorized $ClearControl $PLATFORM 00
succeeds authorized $Clear $PLATFORM
succeeds authorized $PCR_Allocate $PLATFORM 00000004 000403000000 000b03ffffff 000c03000000 000d03000000
equal "${answer:8:2}" 01
succeeds sends $Shutdown $CLEAR
reset_tpm
succeeds sends $Startup $CLEAR
succeeds sends $GetCapability $PCRS 00000000 00000008
equal "$answer" 000000000500000004000403000000000b03ffffff000c03000000000d03000000
equal "$(value 16 sha256)" "$(zeros 32)"
succeeds authorized $PCR_Allocate $PLATFORM 00000004 000403ffffff 000b03ffffff 000c03ffffff 000d03ffffff
succeeds sends $Shutdown $CLEAR
reset_tpm
succeeds sends $Startup $CLEAR

echo "ok $script"
