# Sourced by every script of this folder: what follows goes through the resource manager tpm2-abrmd.
# It gives every client objects and sessions of its own, swaps them in and out of the slots of the
# TPM with ContextSave and ContextLoad, and flushes what a client leaves. The bus is private.
source "$(dirname "${BASH_SOURCE[0]}")/../prelude.sh"

bus=com.intel.tss2.Tabrmd
cat >bus.conf <<END
<busconfig>
  <type>session</type>
  <listen>unix:path=$work/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
export DBUS_SESSION_BUS_ADDRESS=unix:path=$work/bus
dbus-daemon --config-file="$work/bus.conf" --nofork --nopidfile >bus.log 2>&1 &
children+=($!)

owned() {
  dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner "string:$1" | grep 'boolean true'
}
until_ready owned org.freedesktop.DBus

as_root=()
if [[ $(id -u) == 0 ]]; then as_root=(--allow-root); fi
tpm2-abrmd --session "${as_root[@]}" --dbus-name=$bus --tcti="$TPM2TOOLS_TCTI" --flush-all \
  >abrmd.log 2>&1 &
children+=($!)
until_ready owned $bus
export TPM2TOOLS_TCTI=tabrmd:bus_type=session,bus_name=$bus

source "$(dirname "${BASH_SOURCE[0]}")/../tools/begin.sh"
