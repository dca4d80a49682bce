/** Every target, by name. A new reader of foreign bytes gets a file in targets/ and a line here. */
import type { AnyTarget } from './target.ts'
import answer from './targets/answer.ts'
import bundle from './targets/bundle.ts'
import certificate from './targets/certificate.ts'
import crl from './targets/crl.ts'
import csr from './targets/csr.ts'
import der from './targets/der.ts'
import envelope from './targets/envelope.ts'
import est from './targets/est.ts'
import json from './targets/json.ts'
import jwk from './targets/jwk.ts'
import jws from './targets/jws.ts'
import ocsp from './targets/ocsp.ts'
import outline from './targets/outline.ts'
import scepCa from './targets/scep-ca.ts'
import scepReply from './targets/scep-reply.ts'
import scepRequest from './targets/scep-request.ts'

export const TARGETS: readonly AnyTarget[] = [
  answer,
  jws,
  jwk,
  json,
  envelope,
  csr,
  der,
  certificate,
  crl,
  scepReply,
  scepRequest,
  scepCa,
  est,
  ocsp,
  bundle,
  outline,
]
