#!/bin/sh
# Makes the files of this folder anew with OpenSSL 3: two CAs, responders, an index, a CRL and OCSP responses. Keys are thrown away.
# usage: sh e2e/vectors/openssl-status/make.sh
set -eu
to=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > ca.cnf <<'CNF'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[ca]
default_ca = it
[it]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[responder]
basicConstraints = CA:false
extendedKeyUsage = OCSPSigning
[client]
basicConstraints = CA:false
extendedKeyUsage = clientAuth
CNF

authority() { # name, subject, genpkey options
  name=$1 subject=$2; shift 2
  openssl genpkey -quiet "$@" -out "$name.key" 2>/dev/null || openssl genpkey "$@" -out "$name.key" 2>/dev/null
  openssl req -new -x509 -config ca.cnf -extensions authority -days 3650 -sha256 -subj "$subject" -key "$name.key" -out "$name.pem"
}
signer() { # name, CA, section, days
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" 2>/dev/null
  openssl req -new -config ca.cnf -subj "/O=Example/CN=$1" -key "$1.key" |
    openssl x509 -req -CA "$2.pem" -CAkey "$2.key" -days "$4" -sha256 -extfile ca.cnf -extensions "$3" -out "$1.pem" 2>/dev/null
}
authority ca /O=Example/CN=CA -algorithm RSA -pkeyopt rsa_keygen_bits:2048
authority ec-ca "/O=Example/CN=EC CA" -algorithm EC -pkeyopt ec_paramgen_curve:P-256
signer responder ca responder 3000
signer ended ca responder 1
signer not-for-ocsp ca client 3000
signer of-another-ca ec-ca responder 3000

# Status, end, revoked since and why, serial number, file, subject; between tabs.
row() { printf '%s\t360101000000Z\t%s\t%s\tunknown\t/CN=%s\n' "$1" "$2" "$3" "$3" >> index.txt; }
row V '' 41000000000000000000000000000001
row R 261120101112Z,keyCompromise 41000000000000000000000000000002
row R 261121101112Z,certificateHold 41000000000000000000000000000003
row R 261122101112Z 41000000000000000000000000000004
echo 2a > crlnumber
openssl ca -config ca.cnf -gencrl -cert ca.pem -keyfile ca.key | openssl crl -outform DER -out "$to/list.crl"
openssl ca -config ca.cnf -gencrl -cert ec-ca.pem -keyfile ec-ca.key | openssl crl -outform DER -out "$to/ec-list.crl"
for name in ca ec-ca; do openssl x509 -in "$name.pem" -outform DER -out "$to/$name.cer"; done

# `openssl ocsp` chooses its nonce itself: it is noted beside the answer.
answer() { # file, serial number, CA, responder, further options of the responder
  file=$1 serial=$2 ca=$3 by=$4; shift 4
  openssl ocsp -issuer "$ca.pem" -serial "0x$serial" -reqout q.der $REQUEST >/dev/null
  openssl ocsp -index index.txt -CA "$ca.pem" -rsigner "$by.pem" -rkey "$by.key" -rmd sha256 -reqin q.der -respout "$to/$file.der" "$@" >/dev/null 2>&1
  # The nonce that was sent, as lower-case hex; empty if there was none.
  sent=$(openssl ocsp -reqin q.der -req_text -noverify 2>/dev/null | sed -n '/Nonce/{n;s/ //g;p;}' | tr A-F a-f | sed 's/^0410//')
  printf '%s %s\n' "$file" "$sent" >> "$to/nonces.txt"
}
: > "$to/nonces.txt"
n=4100000000000000000000000000000
REQUEST=
answer good ${n}1 ca responder -ndays 7
answer revoked ${n}2 ca responder -ndays 7
answer held ${n}3 ca responder -ndays 7
answer revoked-without-reason ${n}4 ca responder -ndays 7
answer unknown ${n}9 ca responder -ndays 7
answer responder-by-key ${n}2 ca responder -ndays 7 -resp_key_id
answer by-the-ca ${n}2 ca ca -ndays 7
answer by-an-ec-ca ${n}2 ec-ca ec-ca -ndays 7
answer without-next-update ${n}2 ca responder
answer without-certificate ${n}2 ca responder -ndays 7 -resp_no_certs
answer responder-ended ${n}2 ca ended -ndays 7
answer responder-not-for-ocsp ${n}2 ca not-for-ocsp -ndays 7
answer responder-of-another-ca ${n}2 ca of-another-ca -ndays 7
REQUEST=-no_nonce
answer without-nonce ${n}2 ca responder -ndays 7
answer without-nonce-and-next-update ${n}2 ca responder
date -u +%Y-%m-%dT%H:%M:%SZ > "$to/made-at.txt"
