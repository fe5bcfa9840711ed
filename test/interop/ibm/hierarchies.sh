# Hierarchies: authorization values, policies, switches, seeds, clear, dictionary attack protection.
source "$(dirname "$0")/begin.sh"

primary() { handle tsscreateprimary -hi "$1" -ecc nistp256 -st "${@:2}"; }
# public HIERARCHY: the Name of its primary.
public() {
  local object
  object=$(primary "$1")
  octets "h$object.bin"
  flush "$object"
}

for hierarchy in o e p l; do
  quiet tsshierarchychangeauth -hi $hierarchy -pwdn value
  [[ $hierarchy == l ]] || refuses 0x9a2 tsscreateprimary -hi $hierarchy -st
  [[ $hierarchy == l ]] || flush "$(primary $hierarchy -pwdp value)"
  quiet tsshierarchychangeauth -hi $hierarchy -pwda value
done
# In a session, the new value encrypted on its way.
session=$(handle tssstartauthsession -se h -sym aes)
quiet tsshierarchychangeauth -hi o -pwdn value -se0 "$session" 21
flush "$(primary o -pwdp value -se0 "$session" 21)"
quiet tsshierarchychangeauth -hi o -pwda value -se0 "$session" 20
equal "$(handles 02)" ""

# A policy in place of a value.
unhex "$(digest sha256 "$(zeros 32)" 0000016c 00000131)" >create.policy
quiet tsshierarchychangeauth -hi o -pwdn value
quiet tsssetprimarypolicy -hi o -pwda value -pol create.policy -halg sha256
session=$(handle tssstartauthsession -se p)
quiet tsspolicycommandcode -ha "$session" -cc 131
flush "$(primary o -se0 "$session" 0)"
quiet tsssetprimarypolicy -hi o -pwda value
session=$(handle tssstartauthsession -se p)
quiet tsspolicycommandcode -ha "$session" -cc 131
refuses 0x12f tsscreateprimary -hi o -ecc nistp256 -st -se0 "$session" 0
flush "$session"
quiet tsshierarchychangeauth -hi o -pwda value

# Switched off and on.
for hierarchy in o e; do
  quiet tsshierarchycontrol -hi $hierarchy -he $hierarchy -state 0
  refuses 0x185 tsscreateprimary -hi $hierarchy -ecc nistp256 -st
  refuses 0x185 tsshierarchycontrol -hi $hierarchy -he $hierarchy -state 1
  quiet tsshierarchycontrol -hi p -he $hierarchy -state 1
  flush "$(primary $hierarchy)"
done

# New seeds, and clear.
owner=$(public o) endorsement=$(public e) platform=$(public p)
quiet tsschangepps
unlike "$(public p)" "$platform"
equal "$(public e)" "$endorsement"
quiet tsschangeeps
unlike "$(public e)" "$endorsement"
equal "$(public o)" "$owner"
endorsement=$(public e)
quiet tssclear -hi l
unlike "$(public o)" "$owner"
equal "$(public e)" "$endorsement"
quiet tssclearcontrol -hi l -state 1
refuses 0x120 tssclear -hi l
refuses tssclearcontrol -hi l -state 0
quiet tssclearcontrol -hi p -state 0
quiet tssclear -hi p

# Dictionary attack protection.
i=01500001
quiet tssnvdefinespace -hi o -ha $i -sz 8 -pwdn index -at da
# The first use of such an entity after a startup may be answered with RETRY, once.
quiet tssnvwrite -ha $i -pwdn index -ic 12345678 2>retry.log || {
  shows 'rc 00000922' retry.log
  quiet tssnvwrite -ha $i -pwdn index -ic 12345678
}
quiet tssdictionaryattackparameters -nmt 2 -nrt 1000 -lr 1000
for _ in 1 2; do refuses 0x98e tssnvread -ha $i -pwdn wrong -sz 8; done
refuses 0x921 tssnvread -ha $i -pwdn index -sz 8
quiet tssdictionaryattacklockreset
quiet tssnvread -ha $i -pwdn index -sz 8
quiet tssdictionaryattackparameters -nmt 32 -nrt 1000 -lr 1000
quiet tssnvundefinespace -hi o -ha $i

echo "ok $script"
