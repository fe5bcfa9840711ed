# Sessions: salted, bound, with XOR and with AES, each in use over several commands.
source "$(dirname "$0")/begin.sh"

printf 'the sealed secret' >secret
primary=$(handle tsscreateprimary -hi o -ecc nistp256 -st -pwdk storage)
quiet tsscreate -hp "$primary" -pwdp storage -bl -kt f -kt p -if secret -pwdk sesame -opu key.pub -opr key.priv

# exercise SESSION: 1 continue, 20 encrypts the first parameter sent, 40 the first received.
exercise() {
  local session=$1 bits object
  object=$(handle tssload -hp "$primary" -pwdp storage -ipu key.pub -ipr key.priv -se0 "$session" 21)
  for bits in 1 41; do
    rm -f unsealed
    quiet tssunseal -ha "$object" -pwd sesame -of unsealed -se0 "$session" $bits
    same unsealed secret
  done
  refuses tssunseal -ha "$object" -pwd wrong -se0 "$session" 1
  flush "$object"
  quiet tsscreate -hp "$primary" -pwdp storage -bl -kt f -kt p -if secret \
    -opu o.pub -opr o.priv -se0 "$session" 61
  object=$(handle tssload -hp "$primary" -pwdp storage -ipu o.pub -ipr o.priv -se0 "$session" 61)
  # As a second session. (Beside a password in place of the first these programs decrypt wrongly.)
  quiet tssunseal -ha "$object" -of unsealed -se0 "$first" 1 -se1 "$session" 41
  same unsealed secret
  flush "$object"
}

first=$(handle tssstartauthsession -se h)
salt_rsa=$(handle tsscreateprimary -hi o -rsa -st -pwdk storage)
for symmetric in xor aes; do
  for hash in sha256 sha1 sha384; do
    session=$(handle tssstartauthsession -se h -halg $hash -sym $symmetric)
    exercise "$session"
    flush "$session"
  done
  # Bound to the parent itself, and to a hierarchy.
  session=$(handle tssstartauthsession -se h -sym $symmetric -bi "$primary" -pwdb storage)
  exercise "$session"
  flush "$session"
  session=$(handle tssstartauthsession -se h -sym $symmetric -bi 40000001)
  exercise "$session"
  flush "$session"
  # Salted; salted and bound.
  session=$(handle tssstartauthsession -se h -sym $symmetric -hs "$salt_rsa")
  exercise "$session"
  flush "$session"
  session=$(handle tssstartauthsession -se h -sym $symmetric -hs "$salt_rsa" -bi "$primary" -pwdb storage)
  exercise "$session"
  flush "$session"
done
flush "$salt_rsa" "$first"

# Bound with a wrong value the two sides have different keys.
session=$(handle tssstartauthsession -se h -bi "$primary" -pwdb wrong)
refuses tssload -hp "$primary" -pwdp storage -ipu key.pub -ipr key.priv -se0 "$session" 1
flush "$session"

# Without the continue bit a session ends with its command.
session=$(handle tssstartauthsession -se h)
object=$(handle tssload -hp "$primary" -pwdp storage -ipu key.pub -ipr key.priv -se0 "$session" 0)
equal "$(handles 02)" ""
flush "$object"

# An audit session sees what it is given, and several sessions serve one command.
session=$(handle tssstartauthsession -se h)
quiet tsspcrread -ha 16 -halg sha256 -se0 "$session" 81
quiet tssgetrandom -by 8 -se0 "$session" 81
flush "$session"
one=$(handle tssstartauthsession -se h)
two=$(handle tssstartauthsession -se h -sym aes)
three=$(handle tssstartauthsession -se h -sym xor)
object=$(handle tssload -hp "$primary" -pwdp storage -ipu o.pub -ipr o.priv -se0 "$one" 1 -se1 "$two" 21)
quiet tssunseal -ha "$object" -of unsealed -se0 "$one" 1 -se1 "$two" 41
same unsealed secret
quiet tssunseal -ha "$object" -of unsealed -se0 "$one" 1 -se1 "$two" 41 -se2 "$three" 81
same unsealed secret
flush "$one" "$two" "$three" "$object"

# A session's context, saved and loaded.
session=$(handle tssstartauthsession -se h)
quiet tsscontextsave -ha "$session" -of session.ctx
equal "$(handles 02)" ""
equal "$(handles 03)" "$session"
refuses tssunseal -ha "$primary" -se0 "$session" 1
session=$(handle tsscontextload -if session.ctx)
object=$(handle tssload -hp "$primary" -pwdp storage -ipu key.pub -ipr key.priv -se0 "$session" 1)
refuses tsscontextload -if session.ctx
flush "$session" "$object" "$primary"

echo "ok $script"
