# EncryptDecrypt: every mode by keys of the TPM, back again, chained, and against openssl with a key
# that both know.
source "$(dirname "$0")/begin.sh"

head -c 3000 /dev/zero | openssl enc -aes-128-ctr -nosalt -K "$(zeros 16)" -iv "$(zeros 16)" >stream
head -c 960 stream >blocks
head -c 16 <(tail -c 100 stream) >iv
primary parent.ctx

# A key made by the TPM, which tells nobody what it is.
quiet tpm2_create -C parent.ctx -G aes256cfb -u own.pub -r own.priv -p sesame -c own.ctx
flush
tpm2_encryptdecrypt -c own.ctx -p sesame -t iv -o cipher blocks
flush
unlike "$(octets cipher)" "$(octets blocks)"
tpm2_encryptdecrypt -c own.ctx -p sesame -d -t iv -o plain cipher
flush
same plain blocks
refuses 0x98e tpm2_encryptdecrypt -c own.ctx -p wrong -t iv -o no blocks
# In two steps, the second with the initialization vector that the first has left.
head -c 480 blocks >first
tail -c 480 blocks >second
tpm2_encryptdecrypt -c own.ctx -p sesame -t iv:next.iv -o first.cipher first
flush
tpm2_encryptdecrypt -c own.ctx -p sesame -t next.iv -o second.cipher second
flush
equal "$(octets first.cipher)$(octets second.cipher)" "$(octets cipher)"
# A key of one mode serves no other.
refuses tpm2_encryptdecrypt -c own.ctx -p sesame -G cbc -t iv -o no blocks

# One from outside, in every mode; what is no multiple of a block is padded by the tool only.
for bits in 128 256; do
  head -c $((bits / 8)) <(tail -c 300 stream) >outside.key
  quiet tpm2_import -C parent.ctx -G aes -i outside.key -u outside.pub -r outside.priv \
    -a 'decrypt|sign|userwithauth|noda'
  flush
  quiet tpm2_load -C parent.ctx -u outside.pub -r outside.priv -c outside.ctx
  flush
  for mode in cfb cbc ctr ofb ecb; do
    options=(-iv "$(octets iv)") vector=(-t iv)
    if [[ $mode == ecb ]]; then options=() vector=(); fi
    tpm2_encryptdecrypt -c outside.ctx -G $mode "${vector[@]}" -o cipher blocks
    flush
    openssl enc -aes-$bits-$mode -K "$(octets outside.key)" "${options[@]}" -nopad -in blocks -out expected
    same cipher expected
    tpm2_encryptdecrypt -c outside.ctx -G $mode "${vector[@]}" -d -o plain cipher
    flush
    same plain blocks
  done
  head -c 21 stream >data
  refuses tpm2_encryptdecrypt -c outside.ctx -G cbc -t iv -o no data
  tpm2_encryptdecrypt -c outside.ctx -G cbc -t iv -e -o cipher data
  flush
  openssl enc -aes-$bits-cbc -K "$(octets outside.key)" -iv "$(octets iv)" -in data -out expected
  same cipher expected
done

# Keys for one direction only, and no key at all.
quiet tpm2_create -C parent.ctx -G aes128cfb -u one.pub -r one.priv -c one.ctx \
  -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda'
flush
tpm2_encryptdecrypt -c one.ctx -t iv -o cipher blocks
flush
refuses tpm2_encryptdecrypt -c one.ctx -d -t iv -o no blocks
refuses tpm2_encryptdecrypt -c parent.ctx -t iv -o no blocks

echo "ok $script"
