# TLS in which server and client have a key each in the same TPM, and verify each other by it: more
# objects at a time than it has slots.
source "$(dirname "$0")/begin.sh"
source "$(dirname "$0")/../openssl/begin.sh"

key ecdsa -algorithm EC -pkeyopt group:P-256
key rsa -algorithm RSA -pkeyopt bits:2048
for name in ecdsa rsa; do certified $name; done
for pair in 'ecdsa rsa' 'rsa ecdsa'; do
  read -r theirs ours <<<"$pair"
  serves "${tpm[@]}" -key "$theirs.pem" -cert "$theirs.crt" -tls1_3 -Verify 1 -verify_return_error \
    -CAfile "$ours.crt"
  asks "$theirs.crt" "${tpm[@]}" -key "$ours.pem" -cert "$ours.crt"
  shows 'TLSv1.3, Cipher' client.log
done

echo "ok $script"
