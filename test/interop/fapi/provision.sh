# Provisioning: the values of the hierarchies, what is made persistent, and what a second one meets.
source "$(dirname "$0")/begin.sh"

profile ECCP256
quiet tss2_provision -E endorsing -S storing -L locking
tpm2_getcap properties-variable >properties.log
for hierarchy in owner endorsement lockout; do shows "${hierarchy}AuthSet: *1" properties.log; done
refuses 0x9a2 tpm2_createprimary -C o -G ecc -c no.ctx
quiet tpm2_createprimary -C o -P storing -G ecc -c o.ctx
flush
quiet tpm2_createprimary -C e -P endorsing -G ecc -c e.ctx
flush
equal "$(tpm2_getcap handles-persistent)" '- 0x81000001'
for path in HS HS/SRK HE HE/EK LOCKOUT HN; do lists "^/P_ECCP256SHA256/$path$" /; done
tss2_getinfo -o info.json -f
shows '"version"' info.json
equal "$(tss2_getrandom -n 20 -o - | wc -c)" 20

# A key asks for nothing; indices and persistent objects want the owner's value.
quiet tss2_createkey -p HS/SRK/key -t 'sign, noda' -a ''
with storing quiet tss2_createnv -p /nv/Owner/index -t noda -s 4 -a ''
refuses 0x9a2 with wrong tss2_createnv -p /nv/Owner/other -t noda -s 4 -a ''
with storing quiet tss2_createkey -p HS/SRK/lasting -t 'sign, noda, 0x81000018' -a ''
with storing quiet tss2_delete -p HS/SRK/lasting
with storing quiet tss2_delete -p /nv/Owner/index
equal "$(tpm2_getcap handles-persistent)" '- 0x81000001'

# The value of a hierarchy is changed by its path.
with storing quiet tss2_changeauth -p HS -a kept
refuses 0x9a2 tpm2_createprimary -C o -P storing -G ecc -c no.ctx
quiet tpm2_createprimary -C o -P kept -G ecc -c o.ctx
flush

# A second time it is refused; from an empty keystore the persistent key is found and kept.
refuses tss2_provision
quiet tpm2_readpublic -c 0x81000001 -n srk.name
profile ECCP256
refuses 0x9a2 with wrong tss2_provision
profile ECCP256
with $'endorsing\nlocking\nkept' quiet tss2_provision
quiet tpm2_readpublic -c 0x81000001 -n again.name
same srk.name again.name
with kept quiet tss2_createkey -p HS/SRK/key -t 'sign, noda' -a ''
quiet tpm2_clear -c p

echo "ok $script"
