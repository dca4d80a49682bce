/** Every OBJECT IDENTIFIER used, once, by the name its standard gives it. */
export const OID = {
  // RFC 8017 (PKCS #1), RFC 4055
  rsaEncryption: '1.2.840.113549.1.1.1',
  md5WithRSAEncryption: '1.2.840.113549.1.1.4',
  sha1WithRSAEncryption: '1.2.840.113549.1.1.5',
  'id-RSASSA-PSS': '1.2.840.113549.1.1.10',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
  // RFC 5480, RFC 5758
  'id-ecPublicKey': '1.2.840.10045.2.1',
  'ecdsa-with-SHA256': '1.2.840.10045.4.3.2',
  'ecdsa-with-SHA384': '1.2.840.10045.4.3.3',
  'ecdsa-with-SHA512': '1.2.840.10045.4.3.4',
  secp256r1: '1.2.840.10045.3.1.7',
  secp384r1: '1.3.132.0.34',
  // RFC 8410
  'id-Ed25519': '1.3.101.112',
  // RFC 5652 (CMS): content types
  'id-data': '1.2.840.113549.1.7.1',
  'id-signedData': '1.2.840.113549.1.7.2',
  'id-envelopedData': '1.2.840.113549.1.7.3',
  // RFC 3370, RFC 5754: digests; RFC 3565, RFC 3370: content encryption
  'id-sha1': '1.3.14.3.2.26',
  'id-sha256': '2.16.840.1.101.3.4.2.1',
  'id-sha384': '2.16.840.1.101.3.4.2.2',
  'id-sha512': '2.16.840.1.101.3.4.2.3',
  'id-aes128-CBC': '2.16.840.1.101.3.4.1.2',
  'id-aes192-CBC': '2.16.840.1.101.3.4.1.22',
  'id-aes256-CBC': '2.16.840.1.101.3.4.1.42',
  'des-ede3-cbc': '1.2.840.113549.3.7',
  'des-cbc': '1.3.14.3.2.7',
  // RFC 8894 §3.2.1, §3.2.1.4.3: SCEP's authenticated attributes (VeriSign's arc), and the text of a failure
  'id-scep-messageType': '2.16.840.1.113733.1.9.2',
  'id-scep-pkiStatus': '2.16.840.1.113733.1.9.3',
  'id-scep-failInfo': '2.16.840.1.113733.1.9.4',
  'id-scep-senderNonce': '2.16.840.1.113733.1.9.5',
  'id-scep-recipientNonce': '2.16.840.1.113733.1.9.6',
  'id-scep-transactionID': '2.16.840.1.113733.1.9.7',
  'id-scep-failInfoText': '1.3.6.1.5.5.7.24.1',
  // RFC 2985 (PKCS #9): attributes
  emailAddress: '1.2.840.113549.1.9.1',
  unstructuredName: '1.2.840.113549.1.9.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  challengePassword: '1.2.840.113549.1.9.7',
  extensionRequest: '1.2.840.113549.1.9.14',
  // Microsoft's older twin of extensionRequest
  'ms-CertExtensions': '1.3.6.1.4.1.311.2.1.14',
  // X.520, RFC 4519: attribute types of names
  'id-at-commonName': '2.5.4.3',
  'id-at-surname': '2.5.4.4',
  'id-at-serialNumber': '2.5.4.5',
  'id-at-countryName': '2.5.4.6',
  'id-at-localityName': '2.5.4.7',
  'id-at-stateOrProvinceName': '2.5.4.8',
  'id-at-streetAddress': '2.5.4.9',
  'id-at-organizationName': '2.5.4.10',
  'id-at-organizationalUnitName': '2.5.4.11',
  'id-at-title': '2.5.4.12',
  'id-at-givenName': '2.5.4.42',
  'id-at-initials': '2.5.4.43',
  'id-at-organizationIdentifier': '2.5.4.97',
  'id-domainComponent': '0.9.2342.19200300.100.1.25',
  uid: '0.9.2342.19200300.100.1.1',
  // RFC 5280: extensions
  'id-ce-subjectKeyIdentifier': '2.5.29.14',
  'id-ce-keyUsage': '2.5.29.15',
  'id-ce-subjectAltName': '2.5.29.17',
  'id-ce-issuerAltName': '2.5.29.18',
  'id-ce-basicConstraints': '2.5.29.19',
  'id-ce-cRLNumber': '2.5.29.20',
  'id-ce-cRLReasons': '2.5.29.21',
  'id-ce-invalidityDate': '2.5.29.24',
  'id-ce-deltaCRLIndicator': '2.5.29.27',
  'id-ce-issuingDistributionPoint': '2.5.29.28',
  'id-ce-nameConstraints': '2.5.29.30',
  'id-ce-cRLDistributionPoints': '2.5.29.31',
  'id-ce-certificatePolicies': '2.5.29.32',
  'id-ce-authorityKeyIdentifier': '2.5.29.35',
  'id-ce-extKeyUsage': '2.5.29.37',
  'id-pe-authorityInfoAccess': '1.3.6.1.5.5.7.1.1',
  'id-ad-ocsp': '1.3.6.1.5.5.7.48.1',
  // RFC 6960: OCSP
  'id-pkix-ocsp-basic': '1.3.6.1.5.5.7.48.1.1',
  'id-pkix-ocsp-nonce': '1.3.6.1.5.5.7.48.1.2',
  'id-pkix-ocsp-nocheck': '1.3.6.1.5.5.7.48.1.5',
  'id-ad-caIssuers': '1.3.6.1.5.5.7.48.2',
  // RFC 5280 4.2.1.12 and Microsoft: extended key usages
  anyExtendedKeyUsage: '2.5.29.37.0',
  'id-kp-serverAuth': '1.3.6.1.5.5.7.3.1',
  'id-kp-clientAuth': '1.3.6.1.5.5.7.3.2',
  'id-kp-codeSigning': '1.3.6.1.5.5.7.3.3',
  'id-kp-emailProtection': '1.3.6.1.5.5.7.3.4',
  'id-kp-timeStamping': '1.3.6.1.5.5.7.3.8',
  'id-kp-OCSPSigning': '1.3.6.1.5.5.7.3.9',
  'ms-smartcardLogon': '1.3.6.1.4.1.311.20.2.2',
  // otherName: Microsoft's user principal name
  'ms-userPrincipalName': '1.3.6.1.4.1.311.20.2.3',
} as const
export type OidName = keyof typeof OID

const NAMES = new Map<string, OidName>(Object.entries(OID).map(([name, dotted]) => [dotted, name as OidName]))

/** The standard's name of an identifier, or its dotted form where none is known. */
export const oidName = (dotted: string): string => NAMES.get(dotted) ?? dotted
