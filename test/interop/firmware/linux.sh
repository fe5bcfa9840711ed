# Linux, from the start of its driver to measurements and trusted keys in sessions salted to a key of
# the null hierarchy, as its releases since 6.10 have them. openssl alone works out the HMACs.
source "$(dirname "$0")/begin.sh"

hmac() { unhex "${@:2}" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary | xxd -p | tr -d '\n'; }
label() { printf '%s\0' "$1" | xxd -p | tr -d '\n'; }
# kdfa KEY LABEL CONTEXT...: 256 bits.
kdfa() { hmac "$1" 00000001 "$(label "$2")" "${@:3}" 00000100; }

# The driver finds a TPM that the firmware has started, or starts it by itself.
probes() {
  # The tag of any answer tells that it is a TPM 2.0.
  sends $GetCapability $PROPERTIES 00000129 00000001
  sends $SelfTest 00
  if [[ $code == 00000100 ]]; then
    succeeds sends $Startup $CLEAR
    succeeds sends $SelfTest 00
  fi
  equal "$code" 00000000
  succeeds sends $GetCapability $PCRS 00000000 00000001
  equal "$answer" 000000000500000004000403ffffff000b03ffffff000c03ffffff000d03ffffff
  succeeds sends $GetCapability $PROPERTIES 00000129 00000001
  local count=${answer:26:8}
  succeeds sends $GetCapability $COMMANDS 0000011f "$count"
  equal "${answer:0:18}" "0000000002$count"
  for bank in 0004 000b 000c 000d; do succeeds sends $PCR_Read 00000001 $bank 03010000; done
  succeeds sends $GetRandom 0020
}

# makes_null_key: kept as a saved context; `x`, `y` and `key_name` are what is known of it.
makes_null_key() {
  continues=00 succeeds authorized 00000131 40000007 0004 0000 0000 001a \
    0023 000b 00030472 0000 0006 0080 0043 0010 0003 0010 0000 0000 0000 00000000
  local handle=${answer:0:8} public=${answer:20:180}
  equal "${answer:16:4}" 005a
  x=${public:48:64} y=${public:116:64} key_name=000b$(digest sha256 "$public")
  equal "${answer: -78:68}" "$key_name"
  succeeds sends 00000162 "$handle"
  context=$answer
  succeeds sends 00000165 "$handle"
}

# starts_session: salted to that key; sets `session`, `session_key` and `nonce_tpm`.
starts_session() {
  local handle nonce ephemeral salt
  succeeds sends 00000161 "$context"
  handle=$answer
  nonce=$(openssl rand -hex 32)
  openssl genpkey -algorithm EC -pkeyopt group:P-256 -out ephemeral.pem
  ephemeral=$(openssl pkey -in ephemeral.pem -pubout -outform DER | tail -c 64 | xxd -p | tr -d '\n')
  unhex 3059301306072a8648ce3d020106082a8648ce3d03010703420004 "$x" "$y" >null.der
  openssl pkeyutl -derive -inkey ephemeral.pem -peerkey null.der -peerform DER -out shared
  salt=$(digest sha256 00000001 "$(octets shared)" "$(label SECRET)" "${ephemeral:0:64}" "$x")
  succeeds sends 00000176 "$handle" 40000007 0020 "$nonce" \
    0044 0020 "${ephemeral:0:64}" 0020 "${ephemeral:64}" 00 0006 0080 0043 000b
  session=${answer:0:8} nonce_tpm=${answer:12}
  session_key=$(kdfa "$salt" ATH "$nonce_tpm" "$nonce")
  succeeds sends 00000165 "$handle"
}

# in_session ATTRIBUTES CODE HANDLES NAMES VALUE PARAMETER...: the answer's HMAC is checked, and
# `parameters` are decrypted where the attributes say so.
in_session() {
  local nonce cp_hash rp_hash key=$session_key$5 size
  nonce=$(openssl rand -hex 32)
  cp_hash=$(digest sha256 "$2" "$4" "${@:6}")
  succeeds transmits 8002 "$2" "$3" 00000049 "$session" 0020 "$nonce" "$1" 0020 \
    "$(hmac "$key" "$cp_hash" "$nonce" "$nonce_tpm" "$1")" "${@:6}"
  size=$((2 * 16#${answer:0:8})) parameters=${answer:8:2 * 16#${answer:0:8}}
  nonce_tpm=${answer:12 + size:64}
  rp_hash=$(digest sha256 00000000 "$2" "$parameters")
  equal "${answer:8 + size}" \
    "0020${nonce_tpm}${1}0020$(hmac "$key" "$rp_hash" "$nonce_tpm" "$nonce" "$1")"
  ((0x$1 & 0x40)) || return 0
  local pad
  pad=$(kdfa "$key" CFB "$nonce_tpm" "$nonce")
  parameters=$(unhex "${parameters:4}" \
    | openssl enc -d -aes-128-cfb -K "${pad:0:32}" -iv "${pad:32}" | xxd -p | tr -d '\n')
}

# Without firmware.
reset_tpm
probes
makes_null_key
first=$key_name

# Measured in a session that ends with it.
measured=$(zeros 32)
for event in boot_aggregate /sbin/init; do
  digests=
  for bank in 0004:sha1 000b:sha256 000c:sha384 000d:sha512; do
    digests+=${bank%:*}$(printf %s $event | openssl dgst "-${bank#*:}" -binary | xxd -p | tr -d '\n')
  done
  measured=$(digest sha256 "$measured" "$(printf %s $event | openssl dgst -sha256 -binary | xxd -p | tr -d '\n')")
  starts_session
  in_session 00 $PCR_Extend 0000000a 0000000a '' 00000004 "$digests"
  equal "$(tpm2_getcap handles-loaded-session)" ''
done
equal "$(value 10 sha256)" "$measured"

# Random numbers, encrypted, several times in one session, which its last command ends.
starts_session
in_session 41 $GetRandom '' '' '' 0020
equal ${#parameters} 64
before=$parameters
in_session 40 $GetRandom '' '' '' 0020
unlike "$parameters" "$before"
equal "$(tpm2_getcap handles-loaded-session)" ''

# A trusted key: sealed with a value, read in an encrypted session.
printf 'thirty-two octets of a kernel key' >secret
quiet tpm2_createprimary -C o -G ecc -c parent.ctx
quiet tpm2_evictcontrol -C o -c parent.ctx 0x81000001
flush
quiet tpm2_create -C 0x81000001 -i secret -p sesame -u sealed.pub -r sealed.priv
flush
succeeds authorized 00000157 81000001 "$(octets sealed.priv)" "$(octets sealed.pub)"
sealed=${answer:0:8}
sesame=$(printf sesame | xxd -p)
starts_session
in_session 40 0000015e "$sealed" "$(name sealed.pub)" "$sesame"
equal "$parameters" "$(octets secret)"
succeeds sends 00000165 "$sealed"

# Asleep and awake: the context of the null key holds. After a reset it is another TPM's, as it were.
succeeds sends $Shutdown $STATE
reset_tpm
succeeds sends $Startup $STATE
starts_session
in_session 40 $GetRandom '' '' '' 0010
equal "$(value 10 sha256)" "$measured"
succeeds sends $Shutdown $CLEAR
reset_tpm
probes
gives 000001df sends 00000161 "$context"
makes_null_key
unlike "$key_name" "$first"
quiet tpm2_evictcontrol -C o -c 0x81000001

echo "ok $script"
