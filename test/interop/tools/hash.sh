# Hashes, HMACs and sequences; random numbers; self tests and parameter tests.
source "$(dirname "$0")/begin.sh"

# Inputs around the 1024 octets of one command: beyond that the tools use sequences.
head -c 5000 /dev/zero | openssl enc -aes-128-ctr -K "$(zeros 16)" -iv "$(zeros 16)" >stream
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
unhex $key >key.bin
hmac() { openssl dgst -"$1" -mac HMAC -macopt "hexkey:$key" -binary "$2" | xxd -p | tr -d '\n'; }

quiet tpm2_loadexternal -C n -G hmac -r key.bin -a "sign|userwithauth" -c hmac.ctx
flush
for size in 0 1 63 64 1023 1024 1025 2048 5000; do
  head -c $size stream >input
  for hash in sha1 sha256 sha384; do
    equal "$(tpm2_hash -C n -g $hash --hex input)" "$(digest $hash "$(octets input)")"
  done
  equal "$(tpm2_hash -C n -g sha256 --hex <input)" "$(digest sha256 "$(octets input)")"
  flush
  equal "$(tpm2_hmac -c hmac.ctx --hex input)" "$(hmac sha256 input)"
  flush
done
flush

# Tickets: for what the owner hierarchy hashed, none for what looks like an attestation.
printf 'a message' >input
quiet tpm2_hash -C o -g sha256 -o digest -t ticket input
equal "$(octets ticket 0 6)" 802440000001
printf '\xffTCGa message' >input
quiet tpm2_hash -C o -g sha256 -o digest -t ticket input
equal "$(octets ticket)" 8024400000070000
equal "$(octets digest)" "$(digest sha256 "$(octets input)")"

# An HMAC key of the TPM's own, with a password.
primary parent.ctx
head -c 3000 stream >input
quiet tpm2_create -C parent.ctx -G hmac -c own.ctx -p mac -u own.pub -r own.priv
flush
first=$(tpm2_hmac -c own.ctx -p mac --hex input)
flush
equal "$(tpm2_hmac -c own.ctx -p mac --hex <input)" "$first"
flush
unlike "$first" "$(hmac sha256 input)"
refuses tpm2_hmac -c own.ctx -p wrong --hex input
quiet tpm2_dictionarylockout -c

# An event longer than one command: an event sequence.
tpm2_pcrreset 16
quiet tpm2_pcrevent 16 input
tpm2_pcrread sha256:16 -o pcr >/dev/null
equal "$(octets pcr)" "$(digest sha256 "$(zeros 32)" "$(digest sha256 "$(octets input)")")"
tpm2_pcrreset 16

# Random numbers: the length asked for, never twice the same, after stirring too.
tpm2_getrandom -o first 32
tpm2_getrandom -o second 32
equal "$(wc -c <first)" 32
unlike "$(octets first)" "$(octets second)"
printf 'more entropy' >entropy
quiet tpm2_stirrandom entropy
tpm2_getrandom -o third 32
unlike "$(octets third)" "$(octets second)"
equal "$(tpm2_getrandom --hex 8 | tr -d '\n' | wc -c)" 16

tpm2_selftest
tpm2_selftest --fulltest
quiet tpm2_incrementalselftest
tpm2_incrementalselftest rsa ecc aes sha256 hmac >remaining.log
shows 'status: +(success|complete)' remaining.log
tpm2_gettestresult >result.log
shows 'success' result.log

for parameters in rsa2048 rsa3072 ecc256 ecc384 ecc256:ecdsa aes128cfb aes256cfb hmac:sha256 \
  rsa2048:rsassa-sha256 rsa2048:oaep; do
  quiet tpm2_testparms $parameters
done
refuses tpm2_testparms rsa512

echo "ok $script"
