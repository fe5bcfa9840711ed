# Quotes, certification, time, and credentials.
source "$(dirname "$0")/begin.sh"

printf 'qualifying data' >qualifier
primary=$(handle tsscreateprimary -hi e -ecc nistp256 -st)
for algorithm in rsa ecc; do
  options=$([[ $algorithm == rsa ]] && echo -rsa || echo -ecc nistp256)
  quiet tsscreate -hp "$primary" -sir $options -kt f -kt p -pwdk attest -opu ak.pub -opr ak.priv -opem ak.pem
  ak=$(handle tssload -hp "$primary" -ipu ak.pub -ipr ak.priv)
  verified() {
    quiet tssverifysignature -hk "$ak" -$algorithm -if attest -is attest.sig
    quiet tssverifysignature -ipem ak.pem -$algorithm -if attest -is attest.sig
    equal "$(octets attest 0 6)" "$1"
  }
  attested=(-pwdk attest -salg $algorithm -os attest.sig -oa attest)

  quiet tsspcrreset -ha 16
  quiet tssquote -hp 16 -hk "$ak" "${attested[@]}" -qd qualifier
  verified ff5443478018
  equal "$(octets attest | tail -c 68)" "0020$(digest sha256 "$(zeros 32)")"
  shows 'qualifying data' <(tr -c '[:print:]' '\n' <attest)
  refuses 0x9a2 tssquote -hp 16 -hk "$ak" -pwdk wrong -salg $algorithm

  quiet tsscreate -hp "$primary" -si -ecc nistp256 -pwdk keeper -opu key.pub -opr key.priv -tk ticket -ch creation
  key=$(handle tssload -hp "$primary" -ipu key.pub -ipr key.priv)
  quiet tsscertify -ho "$key" -pwdo keeper -hk "$ak" "${attested[@]}" -qd qualifier
  verified ff5443478017
  shows "$(name key.pub)" <(octets attest && echo)
  quiet tsscertifycreation -ho "$key" -hk "$ak" "${attested[@]}" -qd qualifier -tk ticket -ch creation
  verified ff544347801a
  equal "$(octets attest | tail -c 64)" "$(octets creation | tail -c 64)"
  quiet tssgettime -hk "$ak" "${attested[@]}" -qd qualifier
  verified ff5443478019
  flush "$key" "$ak"
done

# A credential for the last key, by the storage key in place of an endorsement key.
ak=$(handle tssload -hp "$primary" -ipu ak.pub -ipr ak.priv)
printf 'a secret of thirty-two octets...' >secret
quiet tssmakecredential -ha "$primary" -icred secret -in "h$ak.bin" -ocred credential -os encrypted
quiet tssactivatecredential -ha "$ak" -hk "$primary" -icred credential -is encrypted -pwda attest \
  -ocred activated
equal "$(octets activated)" "$(octets secret)"
refuses 0x9a2 tssactivatecredential -ha "$ak" -hk "$primary" -icred credential -is encrypted -pwda wrong
quiet tssmakecredential -ha "$primary" -icred secret -in "h$primary.bin" -ocred credential -os encrypted
refuses 0x1df tssactivatecredential -ha "$ak" -hk "$primary" -icred credential -is encrypted -pwda attest
flush "$ak" "$primary"

echo "ok $script"
