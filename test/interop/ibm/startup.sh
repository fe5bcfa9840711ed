# Power, Startup and Shutdown, self tests, capabilities.
source "$(dirname "$0")/begin.sh"

refuses 0x100 tssstartup
quiet tssstartup -sto
if can_reset; then
  quiet tssshutdown -c
  reset_tpm
  refuses 0x100 tssgetrandom -by 8
  refuses 0x1c4 tssstartup -s
  quiet tssstartup -c -st
  # Resume: PCR 0 is kept. Restart: it begins anew.
  quiet tsspcrextend -ha 0 -halg sha256 -ic measured
  quiet tsspcrread -ha 0 -halg sha256 -of before
  quiet tssshutdown -s
  reset_tpm
  quiet tssstartup -s
  quiet tsspcrread -ha 0 -halg sha256 -of after
  same before after
  quiet tssshutdown -s
  reset_tpm
  quiet tssstartup -c
  quiet tsspcrread -ha 0 -halg sha256 -of after
  equal "$(octets after)" "$(zeros 32)"
fi

tssgetrandom -by 32 -of first >/dev/null
tssgetrandom -by 32 -of second >/dev/null
equal "$(wc -c <first)" 32
unlike "$(octets first)" "$(octets second)"
quiet tssstirrandom -if first

# Each capability answers; unknown ones are refused.
# 5, the PCR allocation, is left out: the program gives up on a TPM with more than three banks.
for capability in 0 2 3 4 6 7 8; do quiet tssgetcapability -cap $capability; done
for type in 00 01 02 03 40 80 81; do quiet tssgetcapability -cap 1 -pr ${type}000000; done
quiet tssgetcapability -cap 6 -pr 200
refuses 0x2cb tssgetcapability -cap 1 -pr 55000000

# The clock.
clock() { tssreadclock | awk '$1 == "TPMS_CLOCK_INFO" && $2 == "clock" { print $3 }'; }
ahead=$(($(clock) + 3600000))
quiet tssclockrateadjust -hi p -adj 1
quiet tssclockrateadjust -hi o -adj 0
quiet tssclockset -hi o -time $ahead
(($(clock) >= ahead)) || fail "the clock is at $(clock)"
refuses 0x1c4 tssclockset -hi o -time 1000
refuses 0x9a2 tssclockset -hi p -pwdp wrong -time $((ahead + 3600000))

echo "ok $script"
