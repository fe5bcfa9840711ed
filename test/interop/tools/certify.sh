# Attestation beyond quotes, the clock, and every group of capabilities.
source "$(dirname "$0")/begin.sh"

primary parent.ctx
quiet tpm2_create -C parent.ctx -G ecc256:ecdsa-sha256:null -u ak.pub -r ak.priv -p attest \
  -a 'sign|restricted|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda' -c ak.ctx
flush
quiet tpm2_readpublic -c ak.ctx -f pem -o ak.pem -q ak.qualified
flush
checks() { quiet openssl dgst -sha256 -verify ak.pem -signature "$1.sig" "$1.attest"; }

# Certify: the object's Name and qualified Name, under the key's signature.
quiet tpm2_create -C parent.ctx -G ecc256 -u key.pub -r key.priv -p keeper \
  --creation-data creation.data -t creation.ticket -d creation.hash -q c0ffee
flush
quiet tpm2_load -C parent.ctx -u key.pub -r key.priv -c key.ctx
flush
quiet tpm2_readpublic -c key.ctx -n key.name -q key.qualified
flush
quiet tpm2_certify -c key.ctx -P keeper -C ak.ctx -p attest -g sha256 -f plain -o certify.attest \
  -s certify.sig
flush
checks certify
equal "$(octets certify.attest 0 6)" ff5443478017
equal "$(octets certify.attest 6 36)" "0022$(octets ak.qualified)"
equal "$(octets certify.attest | tail -c 144)" "0022$(octets key.name)0022$(octets key.qualified)"
equal "$(octets key.name)" "$(name key.pub)"
refuses 0xaa2 tpm2_certify -c key.ctx -P keeper -C ak.ctx -p wrong -g sha256 -o no.attest -s no.sig
# A key for decryption cannot sign.
refuses tpm2_certify -c key.ctx -P keeper -C parent.ctx -g sha256 -o no.attest -s no.sig

# CertifyCreation: this TPM made this object, from this creation data.
equal "$(digest sha256 "$(octets creation.data 2)")" "$(octets creation.hash 2)"
quiet tpm2_certifycreation -C ak.ctx -P attest -c key.ctx -d creation.hash -t creation.ticket \
  -g sha256 -f plain -o created.sig --attestation created.attest -q 0badcafe
flush
checks created
equal "$(octets created.attest 0 6)" ff544347801a
equal "$(octets created.attest 42 6)" 00040badcafe
equal "$(octets created.attest | tail -c 140)" "0022$(octets key.name)0020$(octets creation.hash 2)"
altered creation.ticket 10 >altered.ticket
refuses 0x4e0 tpm2_certifycreation -C ak.ctx -P attest -c key.ctx -d creation.hash \
  -t altered.ticket -g sha256 -o no.sig --attestation no.attest

# GetTime: what the clock says, signed.
quiet tpm2_gettime -c ak.ctx -p attest -g sha256 -f plain -o time.sig --attestation time.attest \
  -q 0badcafe
flush
checks time
equal "$(octets time.attest 0 6)" ff5443478019
equal "$(octets time.attest 42 6)" 00040badcafe

# The clock runs forward, can be set ahead and never back.
clock() { tpm2_readclock | awk -v name="$1:" '$1 == name { print $2 }'; }
first=$(clock clock)
second=$(clock clock)
((second >= first)) || fail "the clock ran back from $first to $second"
ahead=$((second + 3600000))
quiet tpm2_setclock -c o $ahead
(($(clock clock) >= ahead && $(clock clock) < ahead + 600000)) || fail "the clock is at $(clock clock)"
(($(clock time) < ahead)) || fail 'setting the clock set the time'
refuses 0x1c4 tpm2_setclock -c o 1000
refuses 0x9a2 tpm2_setclock -c p -p wrong $((ahead + 3600000))
quiet tpm2_setclock -c p $((ahead + 3600000))
for rate in s ss sss f ff fff; do quiet tpm2_clockrateadjust -c p $rate; done
quiet tpm2_clockrateadjust -c o s
quiet tpm2_clockrateadjust -c o f

# Capabilities: each group answers, and says what the other commands rely on.
shows '^rsa:' <(tpm2_getcap algorithms)
for algorithm in sha1 sha256 sha384 hmac aes keyedhash xor rsassa rsaes rsapss oaep ecdsa ecdh \
  kdf1_sp800_108 kdf1_sp800_56a ecc symcipher cfb; do
  shows "^$algorithm:" <(tpm2_getcap algorithms)
done
tpm2_getcap commands >commands.log
for command in Startup Shutdown SelfTest CreatePrimary Load Sign Quote NV_DefineSpace PolicyPCR; do
  shows "^TPM2_CC_$command:" commands.log
done
shows 'NIST_P256' <(tpm2_getcap ecc-curves)
shows 'NIST_P384' <(tpm2_getcap ecc-curves)
tpm2_getcap properties-fixed >fixed.log
shows '"2.0"' fixed.log
for property in TPM2_PT_MANUFACTURER TPM2_PT_FIRMWARE_VERSION_1 TPM2_PT_INPUT_BUFFER \
  TPM2_PT_MAX_COMMAND_SIZE TPM2_PT_NV_BUFFER_MAX TPM2_PT_HR_TRANSIENT_MIN; do
  shows "^$property:" fixed.log
done
shows '^TPM2_PT_STARTUP_CLEAR:' <(tpm2_getcap properties-variable)
shows 'sha256: \[ 0, 1' <(tpm2_getcap pcrs)
equal "$(tpm2_getcap handles-pcr | wc -l)" 24
for handle in 0x40000001 0x40000007 0x40000009 0x4000000A 0x4000000B 0x4000000C; do
  shows "$handle" <(tpm2_getcap handles-permanent)
done
for group in transient persistent nv-index loaded-session saved-session; do
  tpm2_getcap handles-$group >/dev/null
done
tpm2_getcap --list >list.log
shows properties-fixed list.log

echo "ok $script"
