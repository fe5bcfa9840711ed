# Audit: of a session's commands, and of all commands with certain codes; digests worked out beside.
source "$(dirname "$0")/begin.sh"

primary parent.ctx
quiet tpm2_create -C parent.ctx -G ecc256:ecdsa-sha256:null -u ak.pub -r ak.priv -p attest \
  -a 'sign|restricted|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda' -c ak.ctx
flush
quiet tpm2_readpublic -c ak.ctx -f pem -o ak.pem
flush
checks() { quiet openssl dgst -sha256 -verify ak.pem -signature audit.sig audit.attest; }

# session_digest: of the audit session, signed with a nonce; the last 32 octets of what is attested.
session_digest() {
  quiet tpm2_getsessionauditdigest -c ak.ctx -p attest -S session -g sha256 -f plain -q c0ffee \
    -m audit.attest -s audit.sig
  flush
  checks
  equal "$(octets audit.attest 0 6)" ff5443478016
  equal "$(octets audit.attest 42 5)" 0003c0ffee
  octets audit.attest | tail -c 64
}
quiet tpm2_startauthsession --audit-session -S session
printf 'some octets' >data
measured=$(zeros 32)
for command in 1 2; do
  quiet tpm2_getrandom -S session --rphash=rp.hash -o random 8
  # cpHash: code and parameter; rpHash: success, code, and what came.
  cp=$(digest sha256 0000017b 0008)
  rp=$(digest sha256 00000000 0000017b 0008 "$(octets random)")
  equal "$(octets rp.hash)" "0020$rp"
  measured=$(digest sha256 "$measured" "$cp" "$rp")
done
equal "$(session_digest)" "$measured"
tpm2_flushcontext session
# A session which audits nothing has nothing to tell.
quiet tpm2_startauthsession --hmac-session -S session
refuses tpm2_getsessionauditdigest -c ak.ctx -p attest -S session -m no -s no
tpm2_flushcontext session

# Commands, by the owner's choice. Which are audited is audited, too; a signed digest begins anew.
command_digest() {
  quiet tpm2_getcommandauditdigest -c ak.ctx -p attest -g sha256 -f plain -q c0ffee \
    -m audit.attest -s audit.sig
  flush
  checks
  equal "$(octets audit.attest 0 6)" ff5443478015
}
quiet tpm2_setcommandauditstatus -g sha256
command_digest
quiet tpm2_setcommandauditstatus TPM2_CC_Hash
command_digest
counter=$(octets audit.attest $((47 + 17 + 8)) 8)
tpm2_hash -C n -g sha256 -o data.digest data
command_digest
cp=$(digest sha256 0000017d 000b "$(octets data)" 000b 40000007)
rp=$(digest sha256 00000000 0000017d 0020 "$(octets data.digest)" 8024 40000007 0000)
attested=$(octets audit.attest $((47 + 17 + 8)))
equal "${attested:16:4}" 000b
equal "${attested:20:68}" "0020$(digest sha256 "$(zeros 32)" "$cp" "$rp")"
equal "${attested:88}" "0020$(digest sha256 00000140 0000017d)"
((16#${attested:0:16} == 16#$counter + 1)) || fail "the counter is at ${attested:0:16}"
command_digest
equal "$(octets audit.attest $((47 + 17 + 8 + 10)) 2)" 0000
# Without a signature it is told and kept; and nobody signs without the endorsement's word.
quiet tpm2_changeauth -c e endorsement
refuses 0x9a2 tpm2_getcommandauditdigest -c ak.ctx -p attest -m no -s no
quiet tpm2_getcommandauditdigest -P endorsement -c ak.ctx -p attest -m audit.attest -s audit.sig
flush
quiet tpm2_changeauth -c e -p endorsement
quiet tpm2_setcommandauditstatus TPM2_CC_Hash --clear-list
quiet tpm2_setcommandauditstatus -g sha512

echo "ok $script"
