/** F-O1 to F-O4 and F-O11 to F-O17: form, header and algorithm of the outer JWS. */
import { constants, createHmac, sign } from 'node:crypto'
import { attestation, type Bends, b64u, ecKey, signInput, spkiOf } from '../builders/answer.ts'
import { alg, header, headerBytes, headerText, parts, payloadBytes, payloadText, segment } from '../builders/answer-bends.ts'
import { type Row, toCases } from './case.ts'

const { publicKey, privateKey } = attestation()
const hmac =
  (key: string | Uint8Array, name = 'sha256') =>
  (input: string): Uint8Array =>
    createHmac(name, key).update(input).digest()
const pss = (input: string): Uint8Array =>
  sign('sha256', Buffer.from(input), { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
const n = Buffer.from(String(publicKey.export({ format: 'jwk' }).n), 'base64url')

const algorithms: Row[] = [
  ['F-O1', 'alg none, no signature', 'jws_alg', 'C9 | C11(C9)', alg('none', () => Buffer.alloc(0))],
  ['F-O1', 'alg none with the good signature', 'jws_alg', 'C9 | C11(C9)', alg('none')],
  ...['None', 'NONE', 'nOnE', ''].map(
    (name): Row => ['F-O1', `alg “${name}”, no signature`, 'jws_alg', 'C9 | C11(C9)', alg(name, () => Buffer.alloc(0))],
  ),
  [
    'F-O1',
    'a header of {"alg":"none"} only',
    'jws_alg',
    'C9 C10 C12 C13 C14 | C11(C9) C24(C10)',
    { outer: (good) => `${b64u('{"alg":"none"}')}.${parts(good)[1]}.` },
  ],
  ['F-O1', 'no alg', 'jws_alg', 'C9 | C11(C9)', alg(undefined)],
  ['F-O1', 'alg null', 'jws_alg', 'C9 | C11(C9)', alg(null)],
  ['F-O2', 'HS256 with the RSA signature', 'jws_alg', 'C9 | C11(C9)', alg('HS256')],
  [
    'F-O2',
    'HS256 keyed with the public key in PEM',
    'jws_alg',
    'C9 | C11(C9)',
    alg('HS256', hmac(publicKey.export({ type: 'spki', format: 'pem' }))),
  ],
  ['F-O2', 'HS256 keyed with the public key in DER', 'jws_alg', 'C9 | C11(C9)', alg('HS256', hmac(spkiOf(publicKey)))],
  ['F-O2', 'HS256 keyed with the modulus', 'jws_alg', 'C9 | C11(C9)', alg('HS256', hmac(n))],
  ['F-O2', 'HS256 keyed with the modulus as text', 'jws_alg', 'C9 | C11(C9)', alg('HS256', hmac(b64u(n)))],
  ['F-O2', 'HS512 keyed with the modulus', 'jws_alg', 'C9 | C11(C9)', alg('HS512', hmac(n, 'sha512'))],
  ['F-O2', 'HS256 keyed with nothing', 'jws_alg', 'C9 | C11(C9)', alg('HS256', hmac(''))],
  [
    'F-O2',
    'HS256 with a symmetric key in the header',
    'jws_alg',
    'C9 C10 | C11(C9) C24(C10)',
    alg('HS256', hmac('AAAA'), { jwk: { kty: 'oct', k: 'AAAA' } }),
  ],
  [
    'F-O2',
    'RS256, and a symmetric key in the header',
    'private_key_leaked',
    'C10 | C24(C10)',
    header({ jwk: { kty: 'oct', k: 'AAAA' } }),
  ],
  ...['rs256', ' RS256', 'RS256 ', 'Rs256', 'RS256\u200b', 'RS256,none', 'RSA256', 'SHA256withRSA'].map(
    (name): Row => ['F-O3', `alg “${name}”`, 'jws_alg', 'C9 | C11(C9)', alg(name)],
  ),
  ['F-O3', 'alg as a list', 'jws_alg', 'C9 | C11(C9)', alg(['RS256'])],
  ['F-O3', 'alg as an object', 'jws_alg', 'C9 | C11(C9)', alg({ name: 'RS256' })],
  ['F-O3', 'alg as a number', 'jws_alg', 'C9 | C11(C9)', alg(256)],
  ['F-O4', 'a good RS512 signature', 'jws_alg', 'C9 | C11(C9)', alg('RS512', (input) => signInput(input, privateKey, 'sha512'))],
  ['F-O4', 'a good RS384 signature', 'jws_alg', 'C9 | C11(C9)', alg('RS384', (input) => signInput(input, privateKey, 'sha384'))],
  ['F-O4', 'a good PS256 signature', 'jws_alg', 'C9 | C11(C9)', alg('PS256', pss)],
  ['F-O4', 'a good PS256 signature, called RS256', 'jws_sig', 'C11', alg('RS256', pss)],
  [
    'F-O4',
    'a good RS512 signature, called RS256',
    'jws_sig',
    'C11',
    alg('RS256', (input) => signInput(input, privateKey, 'sha512')),
  ],
  [
    'F-O4',
    'a good ES256 signature by a key of its own',
    'jws_alg',
    'C9 C10 | C11(C9)',
    alg('ES256', (input) => signInput(input, ecKey('stranger').privateKey), {
      jwk: ecKey('stranger').publicKey.export({ format: 'jwk' }),
    }),
  ],
  [
    'F-O4',
    'a good ES256 signature, the trusted RSA key in the header',
    'jws_alg',
    'C9 | C11(C9)',
    alg('ES256', (input) => signInput(input, ecKey('stranger').privateKey)),
  ],
]

const OTHER_BITS: Record<string, string> = { Q: 'R', A: 'B', g: 'h', w: 'x' }
const jsonSerialised = (good: string) => ({ protected: parts(good)[0], payload: parts(good)[1], signature: parts(good)[2] })

const syntax: Row[] = [
  ['F-O11', 'padding of the signature', 'jws_syntax', 'C7 | no JWS', segment(2, (s) => `${s}==`)],
  ['F-O11', 'padding of the header', 'jws_syntax', 'C7 | no JWS', segment(0, (s) => `${s}=`)],
  ['F-O11', 'padding of the payload', 'jws_syntax', 'C7 | no JWS', segment(1, (s) => `${s}=`)],
  ['F-O11', 'the other alphabet', 'jws_syntax', 'C7 | no JWS', segment(2, (s) => `+/${s.slice(2)}`)],
  [
    'F-O11',
    'the other alphabet in the payload',
    'jws_syntax',
    'C7 | no JWS',
    segment(1, (s) => `${s.slice(0, 8)}+/${s.slice(10)}`),
  ],
  ['F-O11', 'a space in the payload', 'jws_syntax', 'C7 | no JWS', segment(1, (p) => `${p.slice(0, 40)} ${p.slice(40)}`)],
  ['F-O11', 'a space before the header', 'jws_syntax', 'C7 | no JWS', segment(0, (h) => ` ${h}`)],
  ['F-O11', 'a line break after the header', 'jws_syntax', 'C7 | no JWS', segment(0, (h) => `${h}\n`)],
  ['F-O11', 'a line break after the signature', 'jws_syntax', 'C7 | no JWS', segment(2, (s) => `${s}\r\n`)],
  ['F-O11', 'a tab in the signature', 'jws_syntax', 'C7 | no JWS', segment(2, (s) => `${s.slice(0, 9)}\t${s.slice(9)}`)],
  [
    'F-O11',
    'trailing bits of the signature',
    'jws_syntax',
    'C7 | no JWS',
    segment(2, (s) => `${s.slice(0, -1)}${OTHER_BITS[s.slice(-1)] ?? '?'}`),
  ],
  ['F-O11', 'one letter too few', 'jws_syntax', 'C7 | no JWS', segment(1, (p) => `${p.slice(0, Math.floor(p.length / 4) * 4)}A`)],
  ['F-O11', 'a letter that is no ASCII', 'jws_syntax', 'C7 | no JWS', segment(2, (s) => `é${s.slice(1)}`)],
  ['F-O12', 'no dots at all', 'jws_syntax', 'C7 | no JWS', { outer: (good) => parts(good)[1] }],
  ['F-O12', 'two segments', 'jws_syntax', 'C7 | no JWS', { outer: (good) => parts(good).slice(0, 2).join('.') }],
  ['F-O12', 'four segments', 'jws_syntax', 'C7 | no JWS', { outer: (good) => `${good}.AAAA` }],
  ['F-O12', 'a dot at the end', 'jws_syntax', 'C7 | no JWS', { outer: (good) => `${good}.` }],
  ['F-O12', 'a dot at the start', 'jws_syntax', 'C7 | no JWS', { outer: (good) => `.${good}` }],
  ['F-O12', 'five segments (JWE)', 'jws_syntax', 'C7 | no JWS', { outer: (good) => `${good}.AAAA.AAAA` }],
  ['F-O12', 'nothing but dots', 'jws_syntax', 'C7 | no payload, no header', { outer: () => '..' }],
  ['F-O12', 'sixty thousand dots', 'jws_syntax', 'C7 | no JWS', { outer: () => '.'.repeat(60_000) }],
  ['F-O12', 'JSON serialisation as text', 'jws_syntax', 'C7 | no JWS', { outer: (good) => JSON.stringify(jsonSerialised(good)) }],
  ['F-O12', 'JSON serialisation as object', 'schema', 'C3 | no data, no envelope', { outer: jsonSerialised }],
  [
    'F-O13',
    'nonce twice in the header',
    'json_dup',
    'C7 | no header',
    headerText((h) => h.replace('"nonce"', '"nonce":"0","nonce"')),
  ],
  [
    'F-O13',
    'the good nonce first, another last',
    'json_dup',
    'C7 | no header',
    headerText((h) => h.replace(/}$/, ',"nonce":"0"}')),
  ],
  ['F-O13', 'jwk twice in the header', 'json_dup', 'C7 | no header', headerText((h) => h.replace('"jwk"', '"jwk":{},"jwk"'))],
  ['F-O13', 'alg twice in the header', 'json_dup', 'C7 | no header', headerText((h) => h.replace('"alg"', '"alg":"none","alg"'))],
  [
    'F-O13',
    'n twice in the key of the header',
    'json_dup',
    'C7 | no header',
    headerText((h) => h.replace('"n":', '"n":"AQAB","n":')),
  ],
  [
    'F-O13',
    'nonce twice, once escaped',
    'json_dup',
    'C7 | no header',
    headerText((h) => h.replace('"nonce"', '"n\\u006fnce":"0","nonce"')),
  ],
  [
    'F-O13',
    'userid twice in the payload',
    'json_dup',
    'C7 | no payload',
    payloadText((p) => p.replace('"userid"', '"userid":"x","userid"')),
  ],
  [
    'F-O13',
    'signedkeys twice in the payload',
    'json_dup',
    'C7 | no payload',
    payloadText((p) => p.replace('"signedkeys"', '"signedkeys":[],"signedkeys"')),
  ],
  ['F-O14', 'crit with an unknown name', 'jws_header', 'C8', header({ crit: ['made-up'], 'made-up': 1 })],
  ['F-O14', 'crit without the name it lists', 'jws_header', 'C8', header({ crit: ['exp'] })],
  ['F-O14', 'crit empty', 'jws_header', 'C8', header({ crit: [] })],
  ['F-O14', 'crit b64, b64 false', 'jws_header', 'C8', header({ crit: ['b64'], b64: false })],
  ['F-O14', 'crit b64, b64 true', 'jws_header', 'C8', header({ crit: ['b64'], b64: true })],
  ['F-O14', 'b64 false without crit', 'jws_header', 'C8', header({ b64: false })],
  ...['jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'kid', 'zip', 'typ', 'cty', 'enc', '__proto__', 'constructor'].map(
    (name): Row => [
      'F-O15',
      `header member ${name}`,
      'jws_header',
      'C8',
      headerText((h) => h.replace('{', `{"${name}":"http://127.0.0.1:9/",`)),
    ],
  ),
  ['F-O15', 'header member Alg', 'jws_header', 'C8', header({ Alg: 'RS256' })],
]

const shapes: Row[] = [
  ...['null', '[]', '1', '"RS256"', 'true', '', '{', ' '].map(
    (text): Row => ['F-O16', `header ${text || 'empty'}`, 'jws_syntax', 'C7 | no header', headerText(() => text)],
  ),
  ['F-O16', 'header cut short', 'jws_syntax', 'C7 | no header', headerText((h) => h.slice(0, -1))],
  ['F-O16', 'header of two values', 'jws_syntax', 'C7 | no header', headerText((h) => `${h}{}`)],
  ['F-O16', 'header with a comment', 'jws_syntax', 'C7 | no header', headerText((h) => `/* */${h}`)],
  ['F-O16', 'header in single quotes', 'jws_syntax', 'C7 | no header', headerText((h) => h.replaceAll('"', "'"))],
  ...['null', '[]', '1', '"x"', 'false', '', '{'].map(
    (text): Row => ['F-O16', `payload ${text || 'empty'}`, 'jws_syntax', 'C7 | no payload', payloadText(() => text)],
  ),
  ['F-O16', 'payload with a comma at the end', 'jws_syntax', 'C7 | no payload', payloadText((p) => `${p},`)],
]

const text = (where: 'header' | 'payload', id: string, make: (change: (good: string) => string) => Bends): Row[] => [
  [id, `overlong UTF-8 in the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => t.replace('{', '{"x":"\xc0\x80",'))],
  [id, `a stray octet in the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => t.replace('{', '{"x":"\xff",'))],
  [
    id,
    `a surrogate in UTF-8 in the ${where}`,
    'json_enc',
    `C7 | no ${where}`,
    make((t) => t.replace('{', '{"x":"\xed\xa0\x80",')),
  ],
  [id, `a character cut short in the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => t.replace('{', '{"x":"\xe2\x80",'))],
  [id, `a byte order mark before the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => `\xef\xbb\xbf${t}`)],
  [
    id,
    `UTF-16 as ${where}`,
    'json_enc',
    `C7 | no ${where}`,
    make((t) => Buffer.from(`\ufeff${t}`, 'utf16le').toString('latin1')),
  ],
  [id, `NUL in a text of the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => t.replace('{', '{"x":"a\\u0000b",'))],
  [id, `a bare NUL in a text of the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => t.replace('{', '{"x":"a\0b",'))],
  [id, `NUL after the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => `${t}\0`)],
  [id, `a lone high surrogate in the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => t.replace('{', '{"x":"\\ud800",'))],
  [id, `a lone low surrogate in the ${where}`, 'json_enc', `C7 | no ${where}`, make((t) => t.replace('{', '{"x":"\\udc00",'))],
  [
    id,
    `a lone surrogate as a name in the ${where}`,
    'json_enc',
    `C7 | no ${where}`,
    make((t) => t.replace('{', '{"\\udfff":1,')),
  ],
]

const encodings: Row[] = [...text('header', 'F-O17', headerBytes), ...text('payload', 'F-O17', payloadBytes)]

export const outerHeader = toCases([...algorithms, ...syntax, ...shapes, ...encodings])
