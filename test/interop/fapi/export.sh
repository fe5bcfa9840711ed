# Encryption, and keys that leave: under a policy which names their new parent, to another keystore.
source "$(dirname "$0")/begin.sh"

printf 'a short message' >message
profile RSA2048
quiet tss2_provision

quiet tss2_createkey -p HS/SRK/decryptor -t 'decrypt, noda' -a sesame
quiet tss2_encrypt -p HS/SRK/decryptor -i message -o cipher
with sesame quiet tss2_decrypt -p HS/SRK/decryptor -i cipher -o plain
same plain message
refuses 0x9a2 with wrong tss2_decrypt -p HS/SRK/decryptor -i cipher -o no
altered cipher 100 >altered.cipher
refuses with sesame tss2_decrypt -p HS/SRK/decryptor -i altered.cipher -o no

# The new parent is known by its public part only.
quiet tss2_createkey -p HS/SRK/parent -t 'restricted, decrypt, noda' -a ''
quiet tss2_exportkey -p HS/SRK/parent -o parent.json
quiet tss2_import -p /ext/parent -i parent.json
policy leave '{ "type": "PolicyOR", "branches": [
  { "name": "use", "description": "use", "policy": [{ "type": "PolicyAuthValue" }] },
  { "name": "leave", "description": "leave", "policy": [
    { "type": "PolicyDuplicationSelect", "newParentPath": "ext/parent" }] }] }'
quiet tss2_createkey -p HS/SRK/mover -t 'exportable, decrypt, noda' -a sesame -P /policy/leave
quiet tss2_encrypt -p HS/SRK/mover -i message -o cipher -f
with 2 quiet tss2_exportkey -p HS/SRK/mover -e /ext/parent -o mover.json
quiet tss2_import -p moved -i mover.json
lists /HS/SRK/parent/moved$ HS/SRK
quiet tss2_delete -p HS/SRK/mover
with $'1\nsesame' quiet tss2_decrypt -p HS/SRK/parent/moved -i cipher -o plain -f
same plain message

# A key without that attribute stays.
refuses tss2_exportkey -p HS/SRK/decryptor -e /ext/parent -o no.json
quiet tss2_delete -p /

echo "ok $script"
