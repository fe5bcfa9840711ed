# Sourced by every script of this folder: commands as octets, in the order in which firmware and
# kernels send them from power-on. Without INTEROP_RESET there is no power-on, and nothing is shown.
source "$(dirname "${BASH_SOURCE[0]}")/../tools/begin.sh"
can_reset || exit 0

# sends CODE HEX...: a command with this code and these octets behind its header, without sessions;
# its response code goes to `code`, what is behind the response's header to `answer`, both in
# hexadecimal.
sends() { transmits 8001 "$@"; }
# authorized CODE HANDLES HEX...: the same with one empty password, in this attribute octet.
authorized() { transmits 8002 "$1" "$2" 00000009 40000009 0000 "$continues" 0000 "${@:3}"; }
continues=01
transmits() {
  local body response
  printf -v body %s "${@:3}"
  response=$(unhex "$1" "$(u32 $((10 + ${#body} / 2)))" "$2" "$body" | tpm2_send | xxd -p | tr -d '\n')
  code=${response:12:8} answer=${response:20}
  equal $((16#${response:4:8})) $((${#response} / 2))
}

# succeeds COMMAND...: its response code is zero.
succeeds() {
  "$@"
  [[ $code == 00000000 ]] || fail "$code is the answer to $*"
}

# gives CODE COMMAND...: its response code is this one.
gives() {
  "${@:2}"
  [[ $code == "$1" ]] || fail "$code and not $1 is the answer to ${*:2}"
}

Startup=00000144 Shutdown=00000145 SelfTest=00000143 GetCapability=0000017a GetRandom=0000017b
StirRandom=00000146 PCR_Extend=00000182 PCR_Read=0000017e HierarchyChangeAuth=00000129
HierarchyControl=00000121 Clear=00000126 ClearControl=00000127 PCR_Allocate=0000012b
CLEAR=0000 STATE=0001 PLATFORM=4000000c OWNER=40000001 ENDORSEMENT=4000000b
PCRS=00000005 PROPERTIES=00000006 ALGS=00000000 COMMANDS=00000002

# value PCR BANK: as tpm2_pcrread tells it.
value() { tpm2_pcrread "$2:$1" -o value >pcr.log && octets value; }
