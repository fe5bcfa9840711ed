# Sourced by every script of this folder: brings the TPM to a known state. Which TPM: the variables
# of IBM's TSS, TPM_SERVER_NAME, TPM_COMMAND_PORT and TPM_PLATFORM_PORT. TPM_SERVER_TYPE is `mssim`
# unless it is set: `raw` is for a TPM with a plain data port, such as swtpm, and has no platform
# port, so that INTEROP_RESET must say how to power-cycle it.
source "$(dirname "${BASH_SOURCE[0]}")/../prelude.sh"

export TPM_INTERFACE_TYPE=socsim TPM_SERVER_TYPE=${TPM_SERVER_TYPE:-mssim}
export TPM_SERVER_NAME=${TPM_SERVER_NAME:-127.0.0.1} TPM_DATA_DIR=$work TPM_ENCRYPT_SESSIONS=0

# recover: these programs load and flush only what they are told to.
recover() { :; }

# handle COMMAND...: the handle it made.
handle() {
  quiet "$@" || return
  sed -nE 's/^(.*: h|H)andle ([0-9a-f]{8}).*/\2/p' quiet.log
}

# handles TYPE: those in the TPM whose first octet is TYPE.
handles() {
  tssgetcapability -cap 1 -pr "${1}000000" >handles.log
  sed -nE 's/^\t([0-9a-f]{8})$/\1/p' handles.log
}

flush() { for object in "$@"; do quiet tssflushcontext -ha "$object"; done; }

# flush_all: transient objects, loaded and saved sessions.
# Of another script's sessions the programs miss their own file, and fail after the flush.
flush_all() {
  local type object
  for type in 80 02 03; do
    for object in $(handles $type); do tssflushcontext -ha "$object" >quiet.log 2>&1 || true; done
    equal "$(handles $type)" ""
  done
}

if [[ $TPM_SERVER_TYPE == mssim ]]; then
  INTEROP_RESET=tsspowerup
  quiet tsspowerup
fi
tssstartup >startup.log || shows 'rc 00000100' startup.log
flush_all
quiet tsshierarchycontrol -hi p -he o -state 1
quiet tsshierarchycontrol -hi p -he e -state 1
quiet tssclearcontrol -hi p -state 0
quiet tssclear -hi p
quiet tssdictionaryattacklockreset
quiet tssdictionaryattackparameters -nmt 32 -nrt 1000 -lr 1000
for index in $(handles 01 | grep -E '^0150' || true); do
  quiet tssnvundefinespace -hi p -ha "$index"
done
