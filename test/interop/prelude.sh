# Sourced first by every script below this folder. A script runs in a fresh folder of its own, which
# is removed at the end; it prints `ok NAME` when everything held, and otherwise names the line and
# the command that did not.
#
# THE TPM IS CLEARED: everything in its owner hierarchy is gone afterwards, and so is every NV index
# between 0x01500000 and 0x0150FFFF. Point these scripts at a test TPM only.
#
# INTEROP_RESET, where set, is a command which takes the TPM through a power cycle without
# TPM2_Shutdown. Steps which need one are left out where it is not set, and say so.
# Sourced once, however many ask for it.
if declare -F refuses >/dev/null; then return; fi
set -Eeuo pipefail
export LC_ALL=C

script=$(basename "$(cd "$(dirname "$0")" && pwd)")/$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/stemma-interop.XXXXXX")
cd "$work"
trap 'printf "%s: %s line %s: exit status %s from: %s\n" "$script" "${BASH_SOURCE[0]##*/}" "$LINENO" "$?" "$BASH_COMMAND" >&2' ERR
# Programs of the script's own in the background, ended with it: the last first.
children=()
finish() {
  local status=$? index
  cd /
  for ((index = ${#children[@]} - 1; index >= 0; index--)); do
    kill "${children[index]}" 2>/dev/null || true
    wait "${children[index]}" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT

# until_ready COMMAND...: repeats it until it succeeds, for ten seconds.
until_ready() {
  local attempt
  for ((attempt = 0; attempt < 500; attempt++)); do
    if "$@" >until.log 2>&1; then return; fi
    sleep 0.02
  done
  cat until.log >&2
  fail "did not become ready: $*"
}

# fail SENTENCE: ends the script.
fail() {
  printf '%s: line %s: %s\n' "$script" "${BASH_LINENO[1]:-?}" "$*" >&2
  trap - ERR
  exit 1
}

# quiet COMMAND...: what it prints is shown only when it fails.
quiet() {
  "$@" >quiet.log 2>&1 || {
    local status=$?
    cat quiet.log >&2
    printf '%s: failed: %s\n' "$script" "$*" >&2
    return $status
  }
}

# refuses [0xCODE] COMMAND...: the command must fail, with this TPM response code when one is given.
# A function given must itself return the failure: bash ignores `set -e` here.
# What the failed program left in the TPM is then removed, by the `recover` of its folder.
refuses() {
  local code=
  if [[ $1 == 0x* ]]; then code=${1#0x} && shift; fi
  local status=0
  "$@" >refused.log 2>&1 || status=$?
  # Above 125 nothing was refused: the program is missing or crashed.
  if ((status == 0 || status > 125)); then
    cat refused.log >&2
    fail "was not refused (exit status $status): $*"
  fi
  [[ -z $code ]] || grep -qiE "\(0x0*$code\)|rc 0*$code\b" refused.log || {
    cat refused.log >&2
    fail "was refused with another code than 0x$code: $*"
  }
  recover
}

# same FILE FILE: both hold the same octets.
same() { cmp -s "$1" "$2" || fail "$1 ($(octets "$1")) differs from $2 ($(octets "$2"))"; }

# equal ACTUAL EXPECTED
equal() { [[ $1 == "$2" ]] || fail "is '$1' and not '$2'"; }

# unlike ACTUAL FORBIDDEN
unlike() { [[ $1 != "$2" ]] || fail "both are '$1'"; }

# shows PATTERN FILE: a line of the file matches the extended regular expression.
shows() {
  local text
  # Read to the end: a program that still writes must not find its reader gone.
  text=$(cat "$2")
  grep -qE -- "$1" <<<"$text" || {
    printf '%s\n' "$text" >&2
    fail "$2 does not show $1"
  }
}

# octets FILE [OFFSET [LENGTH]]: in hexadecimal, on one line.
octets() { tail -c "+$((${2:-0} + 1))" "$1" | head -c "${3:-99999999}" | xxd -p | tr -d '\n'; }

# unhex HEX...: the octets themselves.
unhex() { printf '%s' "$@" | xxd -r -p; }

# digest ALGORITHM HEX...: the hash of the concatenated octets, worked out without the TPM.
digest() {
  local algorithm=$1
  shift
  unhex "$@" | openssl dgst -"$algorithm" -binary | xxd -p | tr -d '\n'
}

# name FILE: the Name of a public area in TPM2B_PUBLIC form, worked out without the TPM.
name() { printf '000b%s' "$(digest sha256 "$(octets "$1" 2)")"; }

# zeros N: N zero octets in hexadecimal.
zeros() { printf '%0*d' "$((2 * $1))" 0; }

# u32 N: big-endian in hexadecimal; u16 and u64 alike.
u16() { printf '%04x' "$1"; }
u32() { printf '%08x' "$1"; }
u64() { printf '%016x' "$1"; }

can_reset() {
  [[ -n ${INTEROP_RESET:-} ]] && return
  echo "$script: no INTEROP_RESET, so the steps after a power cycle are left out" >&2
  return 1
}
reset_tpm() { bash -c "$INTEROP_RESET"; }

# altered FILE OFFSET: the file with the octet at the offset changed.
altered() {
  head -c "$2" "$1"
  tail -c +$(($2 + 1)) "$1" | head -c 1 | xxd -p | tr 0-9a-f 1-9a-f0 | xxd -r -p
  tail -c +$(($2 + 2)) "$1"
}
