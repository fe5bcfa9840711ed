# NV indices of every type.
source "$(dirname "$0")/begin.sh"

profile RSA2048
indices() { tpm2_getcap handles-nv-index | wc -l; }
before=$(indices)
quiet tss2_provision

# reads PATH HEX
reads() {
  quiet tss2_nvread -p "$1" -o content -f
  equal "$(octets content)" "$2"
}

# Octets: unwritten, written, under a value of its own, under a policy.
unhex 00112233445566778899 >data
quiet tss2_createnv -p /nv/Owner/plain -t noda -s 10 -a ''
refuses 0x14a tss2_nvread -p /nv/Owner/plain -o no
quiet tss2_nvwrite -p /nv/Owner/plain -i data
reads /nv/Owner/plain 00112233445566778899
refuses tss2_createnv -p /nv/Owner/plain -t noda -s 10 -a ''
quiet tss2_createnv -p /nv/Owner/guarded -t noda -s 10 -a sesame
with sesame quiet tss2_nvwrite -p /nv/Owner/guarded -i data
with sesame reads /nv/Owner/guarded 00112233445566778899
refuses 0x9a2 with wrong tss2_nvread -p /nv/Owner/guarded -o no
refuses with sesame tss2_changeauth -p /nv/Owner/guarded -a other
policy value '{ "type": "PolicyAuthValue" }'
quiet tss2_createnv -p /nv/Owner/policy -t noda -s 10 -a sesame -P /policy/value
with sesame quiet tss2_nvwrite -p /nv/Owner/policy -i data
with sesame reads /nv/Owner/policy 00112233445566778899
refuses 0x9a2 with wrong tss2_nvread -p /nv/Owner/policy -o no
# Its value is changed under a policy that names the command.
policy change '{ "type": "PolicyOR", "branches": [
  { "name": "use", "description": "use", "policy": [{ "type": "PolicyAuthValue" }] },
  { "name": "change", "description": "change", "policy": [
    { "type": "PolicyAuthValue" }, { "type": "PolicyCommandCode", "code": "nv_changeauth" }] }] }'
quiet tss2_createnv -p /nv/Owner/changing -t noda -s 10 -a sesame -P /policy/change
with $'2\nsesame' quiet tss2_changeauth -p /nv/Owner/changing -a other
with $'1\nother' quiet tss2_nvwrite -p /nv/Owner/changing -i data
with $'1\nother' reads /nv/Owner/changing 00112233445566778899
# More than one command can carry.
head -c 1200 /dev/zero | tr '\0' n >long
quiet tss2_createnv -p /nv/Owner/long -t noda -s 1200 -a ''
quiet tss2_nvwrite -p /nv/Owner/long -i long
tss2_nvread -p /nv/Owner/long -o content -f
same content long

# A counter starts above every counter that ever was, and rises by one.
quiet tss2_createnv -p /nv/Owner/counter -t 'counter, noda' -a ''
quiet tss2_nvincrement -p /nv/Owner/counter
tss2_nvread -p /nv/Owner/counter -o content -f
first=$((16#$(octets content)))
quiet tss2_nvincrement -p /nv/Owner/counter
reads /nv/Owner/counter "$(u64 $((first + 1)))"
refuses tss2_nvwrite -p /nv/Owner/counter -i data

# Bits are set and never cleared.
quiet tss2_createnv -p /nv/Owner/bits -t 'bitfield, noda' -a ''
quiet tss2_nvsetbits -p /nv/Owner/bits -i 0x0102
quiet tss2_nvsetbits -p /nv/Owner/bits -i 0x8000000000000001
reads /nv/Owner/bits 8000000000000103

# Extended like a PCR, with a log beside.
quiet tss2_createnv -p /nv/Owner/extended -t 'pcr, noda' -a ''
printf '{ "event": "first" }' >event.json
quiet tss2_nvextend -p /nv/Owner/extended -i data -l event.json
reads /nv/Owner/extended "$(digest sha256 "$(zeros 32)" "$(octets data)")"
quiet tss2_nvextend -p /nv/Owner/extended -i data -l event.json
tss2_nvread -p /nv/Owner/extended -o content -f -l log.json
equal "$(octets content)" \
  "$(digest sha256 "$(digest sha256 "$(zeros 32)" "$(octets data)")" "$(octets data)")"
shows first log.json

lists '^/nv/Owner/extended$' /nv/Owner
equal "$(indices)" $((before + 8))
for index in plain guarded policy changing long counter bits extended; do
  quiet tss2_delete -p /nv/Owner/$index
done
equal "$(indices)" "$before"
quiet tss2_delete -p /

echo "ok $script"
