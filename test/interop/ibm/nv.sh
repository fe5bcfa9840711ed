# NV: each type defined, written, incremented, extended, read, locked, certified, undefined.
source "$(dirname "$0")/begin.sh"

i=01500001
define() { quiet tssnvdefinespace -hi o -ha $i "$@"; }
undefine() { quiet tssnvundefinespace -hi o -ha $i; }
contents() {
  quiet tssnvread -ha $i -of contents "$@"
  octets contents
}

# Ordinary
define -sz 16 -pwdn index -ty o
refuses 0x14a tssnvread -ha $i -pwdn index -sz 16
printf 0123456789abcdef >data
quiet tssnvwrite -ha $i -pwdn index -if data
equal "$(contents -pwdn index -sz 16)" "$(octets data)"
quiet tssnvwrite -ha $i -pwdn index -ic XYZ -off 4
equal "$(contents -pwdn index -sz 4 -off 3)" 3358595a
refuses 0x146 tssnvwrite -ha $i -pwdn index -if data -off 1
refuses 0x9a2 tssnvread -ha $i -pwdn wrong -sz 16
refuses 0x149 tssnvread -ha $i -hia o -sz 16
refuses 0x14c tssnvdefinespace -hi o -ha $i -sz 16
# With the session bits of parameter encryption, under the owner's password as well.
session=$(handle tssstartauthsession -se h)
quiet tssnvwrite -ha $i -pwdn index -if data -se0 "$session" 21
equal "$(contents -pwdn index -sz 16 -se0 "$session" 41)" "$(octets data)"
flush "$session"
undefine
refuses 0x18b tssnvreadpublic -ha $i

# Under dictionary attack protection: another code.
define -sz 8 -pwdn index -ty o -at da
# The first use of such an entity after a startup may be answered with RETRY, once.
quiet tssnvwrite -ha $i -pwdn index -ic 12345678 2>retry.log || {
  shows 'rc 00000922' retry.log
  quiet tssnvwrite -ha $i -pwdn index -ic 12345678
}
refuses 0x98e tssnvwrite -ha $i -pwdn wrong -ic 12345678
undefine
quiet tssdictionaryattacklockreset

# Counter
define -ty c -pwdn index
refuses 0x14a tssnvread -ha $i -pwdn index -sz 8
quiet tssnvincrement -ha $i -pwdn index
first=$(contents -pwdn index -sz 8)
quiet tssnvincrement -ha $i -pwdn index
equal "$(contents -pwdn index -sz 8)" "$(u64 $((16#$first + 1)))"
refuses 0x282 tssnvsetbits -ha $i -pwdn index -bit 1
undefine

# Bits
define -ty b -pwdn index
quiet tssnvsetbits -ha $i -pwdn index -bit 4
quiet tssnvsetbits -ha $i -pwdn index -bit 63 -bit 0
equal "$(contents -pwdn index -sz 8)" 8000000000000011
refuses 0x282 tssnvincrement -ha $i -pwdn index
undefine

# Extend
for hash in sha1 sha256 sha384; do
  define -ty e -pwdn index -nalg $hash
  length=$(digest $hash | xxd -r -p | wc -c)
  quiet tssnvextend -ha $i -pwdn index -ic one
  quiet tssnvextend -ha $i -pwdn index -ic two
  equal "$(contents -pwdn index -sz "$length")" \
    "$(digest $hash "$(digest $hash "$(zeros "$length")" 6f6e65)" 74776f)"
  undefine
done

# PIN fail and PIN pass
define -ty f -pwdn pin -hia o
quiet tssnvwrite -ha $i -hia o -id 0 2
refuses 0x9a2 tssnvread -ha $i -pwdn wrong -sz 8
equal "$(contents -hia o -sz 8)" 0000000100000002
equal "$(contents -pwdn pin -sz 8)" 0000000000000002
for _ in 1 2; do refuses 0x9a2 tssnvread -ha $i -pwdn wrong -sz 8; done
refuses 0x12f tssnvread -ha $i -pwdn pin -sz 8
undefine
define -ty p -pwdn pin -hia o
quiet tssnvwrite -ha $i -hia o -id 0 2
for _ in 1 2; do quiet tssnvread -ha $i -pwdn pin -sz 8; done
refuses 0x12f tssnvread -ha $i -pwdn pin -sz 8
equal "$(contents -hia o -sz 8)" 0000000200000002
undefine

# Locks
define -sz 8 -pwdn index +at wst +at rst
quiet tssnvwrite -ha $i -pwdn index -ic 12345678
quiet tssnvwritelock -ha $i -pwdn index
refuses 0x148 tssnvwrite -ha $i -pwdn index -ic 12345678
quiet tssnvreadlock -ha $i -pwdn index
refuses 0x148 tssnvread -ha $i -pwdn index -sz 8
undefine
define -sz 8 -pwdn index +at wd
quiet tssnvwrite -ha $i -pwdn index -ic 12345678
quiet tssnvwritelock -ha $i -pwdn index
refuses 0x148 tssnvwrite -ha $i -pwdn index -ic 12345678
undefine
define -sz 8 -pwdn index +at gl
quiet tssnvwrite -ha $i -pwdn index -ic 12345678
quiet tssnvglobalwritelock -hia o
refuses 0x148 tssnvwrite -ha $i -pwdn index -ic 12345678
undefine

# A new password wants a policy: the ADMIN role.
change=$(digest sha256 "$(digest sha256 "$(zeros 32)" 0000016c 0000013b)" 0000016b)
unhex "$change" >change.policy
define -sz 8 -pwdn old -pol change.policy
quiet tssnvwrite -ha $i -pwdn old -ic 12345678
session=$(handle tssstartauthsession -se p)
quiet tsspolicycommandcode -ha "$session" -cc 13b
quiet tsspolicyauthvalue -ha "$session"
quiet tssnvchangeauth -ha $i -pwdo old -pwdn new -se0 "$session" 0
quiet tssnvread -ha $i -pwdn new -sz 8
refuses 0x9a2 tssnvread -ha $i -pwdn old -sz 8
undefine

# The platform's, to be removed by its policy only.
special=$(digest sha256 "$(digest sha256 "$(zeros 32)" 0000016c 0000011f)" 0000016b)
unhex "$special" >special.policy
quiet tssnvdefinespace -hi p -ha $i -sz 8 -pwdn index -pol special.policy +at pold
refuses tssnvundefinespace -hi p -ha $i
session=$(handle tssstartauthsession -se p)
quiet tsspolicycommandcode -ha "$session" -cc 11f
quiet tsspolicyauthvalue -ha "$session"
quiet tssnvundefinespacespecial -ha $i -pwdn index -se0 "$session" 1
flush "$session"
refuses 0x18b tssnvreadpublic -ha $i

# Certified
define -sz 8 -pwdn index
quiet tssnvwrite -ha $i -pwdn index -ic 12345678
key=$(handle tsscreateprimary -hi o -si -ecc nistp256 -opu key.pub)
quiet tssnvcertify -ha $i -pwdn index -hk "$key" -halg sha256 -salg ecc -sz 8 -os certify.sig \
  -oa certify.attest
quiet tssverifysignature -hk "$key" -ecc -if certify.attest -is certify.sig
equal "$(octets certify.attest 0 6)" ff5443478014
equal "$(octets certify.attest | tail -c 20)" 00083132333435363738
flush "$key"
undefine

echo "ok $script"
