# Persistent objects: kept, used by handle, still there after a power cycle, removed.
source "$(dirname "$0")/begin.sh"

h=0x81010005
printf 'a message' >message
quiet tpm2_createprimary -C o -G ecc256:ecdsa-sha256:null -c key.ctx \
  -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda' -p keeper
flush
quiet tpm2_readpublic -c key.ctx -n key.name -f pem -o key.pem
flush
quiet tpm2_evictcontrol -C o -c key.ctx $h
flush
shows "$h" <(tpm2_getcap handles-persistent | tr A-F a-f)

uses() {
  quiet tpm2_readpublic -c $h -n persistent.name
  same persistent.name key.name
  quiet tpm2_sign -c $h -p keeper -g sha256 -f plain -o message.sig message
  quiet openssl dgst -sha256 -verify key.pem -signature message.sig message
  refuses 0x9a2 tpm2_sign -c $h -p wrong -g sha256 -o no.sig message
}
uses
# The handle is taken, outside its range for the owner, or of another hierarchy.
refuses 0x14c tpm2_evictcontrol -C o -c key.ctx $h
refuses 0x1cd tpm2_evictcontrol -C o -c key.ctx 0x81800005
refuses 0x285 tpm2_evictcontrol -C p -c key.ctx 0x81800005
quiet tpm2_createprimary -C n -G ecc -c null.ctx
flush
refuses tpm2_evictcontrol -C o -c null.ctx 0x81010006

if can_reset; then
  tpm2_shutdown -c
  reset_tpm
  tpm2_startup -c
  uses
  reset_tpm
  tpm2_startup -c
  uses
fi

# The platform keeps its own, which the owner cannot remove.
quiet tpm2_createprimary -C p -G ecc -c platform.ctx
flush
quiet tpm2_evictcontrol -C p -c platform.ctx 0x81800005
flush
refuses tpm2_evictcontrol -C o -c 0x81800005
quiet tpm2_evictcontrol -C p -c 0x81800005

# It survives without its context file, as a parent too; once removed it is gone.
quiet tpm2_createprimary -C o -G ecc -c parent.ctx
flush
quiet tpm2_evictcontrol -C o -c parent.ctx 0x81010006
flush
quiet tpm2_create -C 0x81010006 -G ecc256 -u child.pub -r child.priv
quiet tpm2_load -C 0x81010006 -u child.pub -r child.priv -c child.ctx
flush
quiet tpm2_evictcontrol -C o -c 0x81010006
quiet tpm2_evictcontrol -C o -c $h
refuses 0x18b tpm2_readpublic -c $h
equal "$(tpm2_getcap handles-persistent | grep -ciE '8101000[56]|81800005' || true)" 0

echo "ok $script"
