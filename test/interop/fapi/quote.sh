# PCRs with their log, and quotes over them, checked by the library and by openssl.
source "$(dirname "$0")/begin.sh"

tpm2_pcrreset 16 23
printf 0011223344556677 >nonce
printf 8899aabbccddeeff >other
for name in RSA2048 ECCP256; do
  profile $name
  quiet tss2_provision
  quiet tss2_createkey -p HS/SRK/attester -t 'sign, restricted, noda' -a ''

  tpm2_pcrreset 16
  tss2_pcrread -x 16 -o pcr -f
  equal "$(octets pcr)" "$(zeros 32)"
  printf 'an event' >event
  printf '{ "event": "an event" }' >event.json
  quiet tss2_pcrextend -x 16 -i event --logData=event.json
  tss2_pcrread -x 16 -o pcr -l pcr.log -f
  equal "$(octets pcr)" "$(digest sha256 "$(zeros 32)" "$(digest sha256 "$(octets event)")")"
  shows 'an event' pcr.log

  quiet tss2_quote -p HS/SRK/attester -x '16, 23' -Q nonce -l quote.log -q quote.info -o quote.sig -f
  quiet tss2_verifyquote -k HS/SRK/attester -Q nonce -l quote.log -q quote.info -i quote.sig
  quiet tss2_verifyquote -k HS/SRK/attester -Q nonce -q quote.info -i quote.sig
  refuses tss2_verifyquote -k HS/SRK/attester -Q other -q quote.info -i quote.sig
  sed 's/an event/no event/; s/"digest":"./"digest":"0/' quote.log >altered.log
  refuses tss2_verifyquote -k HS/SRK/attester -Q nonce -l altered.log -q quote.info -i quote.sig

  # By someone who has the public key only.
  quiet tss2_exportkey -p HS/SRK/attester -o exported.json -f
  quiet tss2_import -p /ext/attester -i exported.json
  quiet tss2_verifyquote -k /ext/attester -Q nonce -l quote.log -q quote.info -i quote.sig
  refuses tss2_verifyquote -k /ext/attester -Q other -q quote.info -i quote.sig
  tpm2_pcrreset 16
  quiet tss2_delete -p /
  quiet tpm2_clear -c p
done

echo "ok $script"
