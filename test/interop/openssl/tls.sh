# TLS with a server's key that never leaves the TPM, on a free port of loopback.
source "$(dirname "$0")/begin.sh"

# Below a persistent parent, which needs no slot of the TPM.
primary parent.ctx
quiet tpm2_evictcontrol -C o -c parent.ctx 0x81000031
flush
key ecdsa -algorithm EC -pkeyopt group:P-256 -pkeyopt parent:0x81000031
key rsa -algorithm RSA -pkeyopt bits:2048 -pkeyopt parent:0x81000031
for name in ecdsa rsa; do certified $name; done

serves "${tpm[@]}" -key ecdsa.pem -cert ecdsa.crt -tls1_3
asks ecdsa.crt
shows 'TLSv1.3, Cipher' client.log
shows 'Peer signature type: ECDSA' client.log
serves "${tpm[@]}" -key rsa.pem -cert rsa.crt -tls1_3
asks rsa.crt
shows 'TLSv1.3, Cipher' client.log
shows 'Peer signature type: RSA-PSS' client.log

# TLS 1.2, with forward secrecy and by decryption.
for cipher in ECDHE-RSA-AES128-GCM-SHA256 AES128-GCM-SHA256; do
  serves "${tpm[@]}" -key rsa.pem -cert rsa.crt -tls1_2 -cipher $cipher
  asks rsa.crt
  shows "Cipher is $cipher" client.log
done

left_nothing
quiet tpm2_evictcontrol -C o -c 0x81000031

echo "ok $script"
