#!/usr/bin/env bash
# usage: run.sh TARGET [--shuffle SEED] [SCRIPT...]
#
# Runs the scripts of the folders beside it, one after the other on the same TPM, which it starts and
# stops:
#   swtpm      the TPM emulator of the same name, the yardstick
#   simulator  `stemma simulator`, one for each protocol, and one with three slots for the
#              resource manager
#   endpoint   a machine of `stemma serve`, through its TCP and its UNIX endpoints
# SCRIPT is FOLDER/NAME, FOLDER/ for all in it, or NAME for those of that name in every folder; all
# of them where none is given. Prints one line a script with its duration, what a failed one said,
# and a summary.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2 && exit 2; }
die() { echo "run.sh: $*" >&2 && exit 1; }

target=${1:-}
[[ $target =~ ^(swtpm|simulator|endpoint)$ ]] || usage
shift
seed=
scripts=()
# every GLOB: the scripts that match it.
every() { (cd "$here" && find . -path "./$1.sh" ! -name begin.sh -printf '%P\n' | sed 's/\.sh$//' | sort); }
while (($# > 0)); do
  case $1 in
    --shuffle) seed=${2:?--shuffle wants a seed} && shift ;;
    -*) usage ;;
    *)
      case $1 in */) glob="$1*" ;; */*) glob=$1 ;; *) glob="*/$1" ;; esac
      readarray -t -O "${#scripts[@]}" scripts < <(every "$glob" | grep . || echo "none: $1")
      [[ ${scripts[-1]} != none:* ]] || die "there is no script $1"
      ;;
  esac
  shift
done
if ((${#scripts[@]} == 0)); then readarray -t scripts < <(every '*/*'); fi
if [[ -n $seed ]]; then
  # A stream that depends on the seed alone.
  stream() { openssl enc -aes-128-ctr -nosalt -pbkdf2 -pass "pass:$seed" -in /dev/zero 2>/dev/null; }
  readarray -t scripts < <(printf '%s\n' "${scripts[@]}" | shuf --random-source=<(stream))
fi

state=$(mktemp -d "${TMPDIR:-/tmp}/stemma-run.XXXXXX")
children=()
finish() {
  local status=$? child
  trap - EXIT
  [[ ! -f $state/swtpm.pid ]] || kill "$(cat "$state/swtpm.pid")" 2>/dev/null || true
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  # What they still write when they close goes before the folder does.
  for child in "${children[@]}"; do timeout 30 tail --pid="$child" -f /dev/null || true; done
  rm -rf "$state"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

# free_ports VARIABLE: a pair of ports nobody listens on, the first of which is even.
taken=' '
free_ports() {
  local candidate
  while :; do
    candidate=$((20000 + 2 * (SRANDOM % 6000)))
    [[ $taken == *" $candidate "* ]] && continue
    (exec 3<>"/dev/tcp/127.0.0.1/$candidate") 2>/dev/null && continue
    (exec 3<>"/dev/tcp/127.0.0.1/$((candidate + 1))") 2>/dev/null && continue
    taken+="$candidate "
    printf -v "$1" %s "$candidate"
    return
  done
}

stemma() { "$root/node_modules/.bin/node" "$root/dist/infrastructure/cli/main.js" "$@"; }

# starts ARGUMENT...: a program of ours in the background, once it has said that it is ready.
starts() {
  local line out
  exec {out}< <(exec "$root/node_modules/.bin/node" "$root/dist/infrastructure/cli/main.js" "$@")
  children+=($!)
  while IFS= read -r -t 60 -u "$out" line; do [[ $line == ready* ]] && return; done
  die "stemma $1 did not become ready"
}

# uses FOLDER
uses() { [[ " ${scripts[*]}" == *" $1/"* ]]; }
tcti_tcp='' tcti_unix='' tcti_slots='' tools_reset='' ibm_type=mssim ibm_port='' ibm_reset=''

start_swtpm() {
  local port
  free_ports port
  mkdir "$state/tpm"
  swtpm socket --tpm2 --tpmstate "dir=$state/tpm" --flags not-need-init --daemon \
    --server "type=tcp,port=$port,bindaddr=127.0.0.1" --pid "file=$state/swtpm.pid" \
    --ctrl "type=tcp,port=$((port + 1)),bindaddr=127.0.0.1"
  tcti_tcp=swtpm:host=127.0.0.1,port=$port
  tools_reset="swtpm_ioctl --tcp 127.0.0.1:$((port + 1)) -i"
  ibm_type=raw ibm_port=$port ibm_reset=$tools_reset
}

start_simulator() {
  local port
  free_ports port
  starts simulator --listen "tcp:127.0.0.1:$port" --protocol swtpm
  tcti_tcp=swtpm:host=127.0.0.1,port=$port
  tools_reset="swtpm_ioctl --tcp 127.0.0.1:$((port + 1)) -i"
  if uses abrmd || uses applications; then
    free_ports port
    starts simulator --listen "tcp:127.0.0.1:$port" --protocol swtpm --profile swtpm
    tcti_slots=swtpm:host=127.0.0.1,port=$port
  fi
  if uses ibm; then
    free_ports ibm_port
    starts simulator --listen "tcp:127.0.0.1:$ibm_port" --protocol mssim
  fi
}

start_endpoint() {
  local port data=$state/data
  starts serve --data "$data"
  stemma machine create interop --data "$data" >/dev/null
  stemma machine power interop on --data "$data" >/dev/null
  free_ports port
  stemma endpoint open interop --protocol swtpm --listen "tcp:127.0.0.1:$port" --data "$data" >/dev/null
  stemma endpoint open interop --protocol swtpm --listen "unix:$state/tpm" --data "$data" >/dev/null
  tcti_tcp=swtpm:host=127.0.0.1,port=$port tcti_unix=swtpm:path=$state/tpm
  tools_reset="'$root/node_modules/.bin/node' '$root/dist/infrastructure/cli/main.js'"
  tools_reset+=" machine power interop reset --data '$data' >/dev/null"
  if uses ibm; then
    free_ports ibm_port
    stemma endpoint open interop --protocol mssim --listen "tcp:127.0.0.1:$ibm_port" --data "$data" >/dev/null
  fi
}

# run SCRIPT [TCTI]: with the variables its folder wants.
run() {
  case $1 in
    ibm/*)
      TPM_SERVER_TYPE=$ibm_type TPM_SERVER_NAME=127.0.0.1 TPM_COMMAND_PORT=$ibm_port \
        TPM_PLATFORM_PORT=$((ibm_port + 1)) INTEROP_RESET=$ibm_reset timeout 300 bash "$here/$1.sh"
      ;;
    abrmd/* | applications/*) TPM2TOOLS_TCTI=${tcti_slots:-$2} timeout 300 bash "$here/$1.sh" ;;
    *) TPM2TOOLS_TCTI=$2 INTEROP_RESET=$tools_reset timeout 300 bash "$here/$1.sh" ;;
  esac
}

"start_$target"
passed=0 failed=0 tcti=$tcti_tcp
for name in "${scripts[@]}"; do
  start=${EPOCHREALTIME/./}
  verdict=ok
  run "$name" "$tcti" >"$state/output" 2>&1 </dev/null || verdict=FAIL
  [[ $verdict == FAIL || $(tail -n 1 "$state/output") == "ok $name" ]] || verdict=FAIL
  milliseconds=$(((${EPOCHREALTIME/./} - start) / 1000))
  printf '%-4s %s %d.%03d s\n' "$verdict" "$name" $((milliseconds / 1000)) $((milliseconds % 1000))
  if [[ $verdict == ok ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    sed 's/^/  | /' "$state/output"
  fi
  # Where there are two ways in, the scripts take turns.
  if [[ -n $tcti_unix && $name != ibm/* ]]; then
    tcti=$([[ $tcti == "$tcti_tcp" ]] && echo "$tcti_unix" || echo "$tcti_tcp")
  fi
done
echo "$passed passed, $failed failed"
((failed == 0))
