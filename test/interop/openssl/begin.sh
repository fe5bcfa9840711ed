# Sourced by every script of this folder: what follows goes through tpm2-openssl, a provider of
# OpenSSL 3. Hashes, ciphers and random numbers stay with openssl itself unless a script says so.
# After the begin.sh of another folder it stays with that one's TPM.
declare -F primary >/dev/null || source "$(dirname "${BASH_SOURCE[0]}")/../tools/begin.sh"

export TPM2OPENSSL_TCTI=$TPM2TOOLS_TCTI
# Of two providers the first is taken by code that asks for none, as for the hashes within TLS.
tpm=(-provider default -provider tpm2 -propquery '?provider=tpm2,tpm2.digest!=yes,tpm2.cipher!=yes')
everything=(-provider tpm2 -provider default -propquery '?provider=tpm2')

# key NAME OPTION...: a new key of the TPM, whose blobs are in NAME.pem and public part in NAME.pub.
key() {
  quiet openssl genpkey "${tpm[@]}" "${@:2}" -out "$1.pem"
  shows 'TSS2 PRIVATE KEY' "$1.pem"
  quiet openssl pkey "${tpm[@]}" -in "$1.pem" -passin pass:sesame -pubout -out "$1.pub"
}

# certified NAME: a self-signed certificate of it.
certified() {
  quiet openssl req "${tpm[@]}" -x509 -new -key "$1.pem" -subj /CN=localhost -days 2 -out "$1.crt" \
    -addext subjectAltName=DNS:localhost
}

# serves OPTION...: a server in the background; sets `port`.
serves() {
  : >server.log
  openssl s_server "$@" -accept 127.0.0.1:0 -naccept 1 -www >server.log 2>&1 </dev/null &
  children+=($!)
  until_ready grep -q '^ACCEPT' server.log
  port=$(sed -nE 's/^ACCEPT .*:([0-9]+)$/\1/p' server.log)
}

# asks CERTIFICATE OPTION...: the page of the server, whose certificate must hold.
asks() {
  printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect "127.0.0.1:$port" -servername localhost \
    -verify_hostname localhost -verify_return_error -CAfile "$1" -ign_eof "${@:2}" >client.log 2>&1 || {
    tail -n 20 client.log server.log >&2
    fail 'no handshake'
  }
  shows 'Verify return code: 0 \(ok\)' client.log
  shows 'HTTP/1.0 200 ok' client.log
  wait "${children[-1]}" || fail 'the server failed'
}

# left_nothing: the programs flush what they load.
left_nothing() { equal "$(tpm2_getcap handles-transient)$(tpm2_getcap handles-loaded-session)" ''; }
