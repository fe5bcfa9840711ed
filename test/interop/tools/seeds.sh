# New primary seeds: ChangePPS and ChangeEPS each make other keys in their own hierarchy only.
source "$(dirname "$0")/begin.sh"

# names PREFIX: the Name of one primary in each hierarchy.
names() {
  for hierarchy in o e p; do
    quiet tpm2_createprimary -C $hierarchy -G ecc -c $hierarchy.ctx
    quiet tpm2_readpublic -c $hierarchy.ctx -n "$1.$hierarchy"
    flush
  done
}
names first

quiet tpm2_evictcontrol -C p -c p.ctx 0x81800007
flush
quiet tpm2_changepps
refuses 0x18b tpm2_readpublic -c 0x81800007
refuses 0x1df tpm2_readpublic -c p.ctx
names second
same first.o second.o
same first.e second.e
unlike "$(octets first.p)" "$(octets second.p)"

quiet tpm2_changeauth -c e endorsement
quiet tpm2_changeeps
names third
same first.o third.o
same second.p third.p
unlike "$(octets first.e)" "$(octets third.e)"

quiet tpm2_changeauth -c p platform
refuses 0x9a2 tpm2_changeeps
refuses 0x9a2 tpm2_changepps -p wrong
quiet tpm2_changepps -p platform
quiet tpm2_changeauth -c p -p platform

echo "ok $script"
