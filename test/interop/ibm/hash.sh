# Hashes, HMACs, sequences of each kind, and PCRs.
source "$(dirname "$0")/begin.sh"

head -c 3000 /dev/zero | openssl enc -aes-128-ctr -K "$(zeros 16)" -iv "$(zeros 16)" >stream
head -c 1000 stream >first
tail -c +1001 stream | head -c 1000 >second
tail -c +2001 stream >third

for hash in sha1 sha256 sha384; do
  quiet tsshash -hi o -halg $hash -if first -oh digest -tk ticket
  equal "$(octets digest)" "$(digest $hash "$(octets first)")"
  equal "$(octets ticket 0 6)" 802440000001

  # A hash sequence, with a password of its own.
  sequence=$(handle tsshashsequencestart -halg $hash -pwda sequence)
  quiet tsssequenceupdate -hs "$sequence" -pwds sequence -if first
  refuses 0x9a2 tsssequenceupdate -hs "$sequence" -pwds wrong -if second
  quiet tsssequenceupdate -hs "$sequence" -pwds sequence -if second
  quiet tsssequencecomplete -hs "$sequence" -pwds sequence -if third -of digest -tk ticket
  equal "$(octets digest)" "$(digest $hash "$(octets stream)")"
  refuses 0x910 tsssequenceupdate -hs "$sequence" -pwds sequence -if first
done

# HMAC by a key of the TPM's own: in one command as in a sequence.
primary=$(handle tsscreateprimary -hi o -ecc nistp256 -st)
quiet tsscreate -hp "$primary" -kh -halg sha256 -pwdk mac -opu key.pub -opr key.priv
key=$(handle tssload -hp "$primary" -ipu key.pub -ipr key.priv)
flush "$primary"
quiet tsshmac -hk "$key" -pwdk mac -halg sha256 -if first -os one.mac
head -c 500 first >start
sequence=$(handle tsshmacstart -hk "$key" -pwdk mac -pwda sequence -halg sha256)
quiet tsssequenceupdate -hs "$sequence" -pwds sequence -if start
tail -c +501 first >rest
quiet tsssequencecomplete -hs "$sequence" -pwds sequence -if rest -of two.mac
equal "$(octets two.mac)" "$(octets one.mac | tail -c 64)"
refuses 0x9a2 tsshmac -hk "$key" -pwdk wrong -halg sha256 -if first
flush "$key"

# PCRs: extended, an event, an event sequence; reset.
value() {
  quiet tsspcrread -ha "$1" -halg "$2" -of pcr
  octets pcr
}
# measured COMMAND...: the programs do not understand answers with more than three banks' digests, and
# say so after the TPM has done its part.
measured() { "$@" >measured.log 2>&1 || shows 'rc 00000095' measured.log; }
quiet tsspcrreset -ha 16
quiet tsspcrextend -ha 16 -halg sha256 -halg sha1 -ic data
equal "$(value 16 sha256)" "$(digest sha256 "$(zeros 32)" 64617461 "$(zeros 28)")"
equal "$(value 16 sha1)" "$(digest sha1 "$(zeros 20)" 64617461 "$(zeros 16)")"
quiet tsspcrreset -ha 16
equal "$(value 16 sha256)" "$(zeros 32)"
measured tsspcrevent -ha 16 -if first
equal "$(value 16 sha256)" "$(digest sha256 "$(zeros 32)" "$(digest sha256 "$(octets first)")")"
equal "$(value 16 sha1)" "$(digest sha1 "$(zeros 20)" "$(digest sha1 "$(octets first)")")"
quiet tsspcrreset -ha 16
sequence=$(handle tsshashsequencestart -halg null -pwda sequence)
quiet tsssequenceupdate -hs "$sequence" -pwds sequence -if first
quiet tsssequenceupdate -hs "$sequence" -pwds sequence -if second
measured tsseventsequencecomplete -ha 16 -hs "$sequence" -pwds sequence -if third
equal "$(value 16 sha256)" "$(digest sha256 "$(zeros 32)" "$(digest sha256 "$(octets stream)")")"
refuses 0x910 tsssequenceupdate -hs "$sequence" -pwds sequence -if first
refuses 0x907 tsspcrreset -ha 0
refuses 0x907 tsspcrextend -ha 17 -halg sha256 -ic data
quiet tsspcrreset -ha 16

echo "ok $script"
