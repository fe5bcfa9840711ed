# Sourced by every script of this folder: what follows goes through the Feature API of tpm2-tss, by
# the programs tss2_*. Keystore, policies and logs are in the script's own folder.
source "$(dirname "${BASH_SOURCE[0]}")/../tools/begin.sh"

# profile RSA2048|ECCP256: what keys are made by from here on; an empty keystore, not provisioned.
profile() {
  rm -rf keystore
  mkdir -p keystore/user keystore/system/policy keystore/log
  cat >fapi.json <<END
{
  "profile_name": "P_$1SHA256",
  "profile_dir": "/etc/tpm2-tss/fapi-profiles/",
  "user_dir": "$work/keystore/user",
  "system_dir": "$work/keystore/system",
  "log_dir": "$work/keystore/log",
  "tcti": "$TPM2TOOLS_TCTI",
  "system_pcrs": [],
  "ek_cert_less": "yes"
}
END
}
export TSS2_FAPICONF=$work/fapi.json

# The library tells what it refuses on stderr in any case; what it was warned of is no news.
export TSS2_LOG=all+error

# with AUTH COMMAND...: the value is asked for on the terminal, which here is a pipe.
with() { printf '%s\n' "$1" | "${@:2}"; }

# policy NAME ELEMENTS: a policy of that name in the keystore.
policy() {
  printf '{ "description": "%s", "policy": [ %s ] }' "$1" "$2" >policy.json
  quiet tss2_import -p "/policy/$1" -i policy.json
}

# lists PATTERN PATH: what is in the keystore.
lists() { shows "$1" <(tss2_list -p "$2" | tr : '\n' && echo); }



