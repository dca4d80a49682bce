/**
 * A CA that is asked over SCEP (RFC 8894), behind the issuer port.
 *
 * The phone owns the key of its PKCS#10 and signs nothing for us, so the pkiMessage carries its request unchanged and is signed by us
 * (signer.ts); the CA has to allow that. `prepare` makes the whole pkiMessage; `complete` sends those very bytes, so that asking again
 * after a crash is the same transaction (K11, K12): transactionID comes from the idempotency key. While the CA says PENDING, CertPoll asks
 * about it.
 *
 * Nothing of an answer is used unless the pinned CA or a registration authority under it signed it, for this transaction and nonce; then
 * the certificate still goes through the same check as every other (lib/core/x509/certificate-check.ts).
 */
import { hash, randomBytes } from 'node:crypto'
import type { Bytes } from '#lib/core/asn1/der.ts'
import { answerSigners, chooseRecipient, hasRecipient } from '#lib/core/scep/ca-certificates.ts'
import { ScepError } from '#lib/core/scep/errors.ts'
import { type CertRep, readCertRep } from '#lib/core/scep/reply.ts'
import { encodeIssuerAndSubject, encodePkiRequest } from '#lib/core/scep/request.ts'
import { FAIL_INFOS, MESSAGE_TYPES, NONCE_BYTES } from '#lib/core/scep/types.ts'
import type { CertificateExpectation } from '#lib/core/x509/certificate-check.ts'
import type { SubjectMatch } from '#lib/core/x509/same-name.ts'
import { pkiOperation, type ScepOutcome } from '#lib/external/scep-http.ts'
import type { IssuanceRequest, IssuanceResult, Issuer, IssuerTrust, PrepareResult, Progress, Refused } from '../port.ts'
import { expectFromRemote, prepareForRemote } from '../remote-request.ts'
import { CaCache, type CaOutcome, type KnownCa, type ScepCaConfig } from './ca.ts'
import { encodePrepared, type PreparedMessage, readPrepared } from './prepared.ts'
import type { Signers } from './signer.ts'

/** A person has to look at it; then again ever more seldom, up to half an hour. */
const FIRST_POLL_S = 30
const LAST_POLL_S = 1_800

export interface ScepIssuerConfig extends ScepCaConfig {
  messageType: 'PKCSReq' | 'RenewalReq'
  subject: SubjectMatch
  renewal?: 'enroll' | 'reenroll'
}

/** 160 bits, hexadecimal: short enough for every CA's column. */
const transactionIdOf = (idempotencyKey: string): string => hash('sha256', `certdesk scep ${idempotencyKey}`).slice(0, 40)

export class ScepIssuer implements Issuer {
  readonly name: string
  readonly trust: IssuerTrust
  readonly asksForRenewals: boolean
  readonly #config: ScepIssuerConfig
  readonly #signers: Signers
  readonly #ca: CaCache
  readonly #now: () => Date

  /** @param now this machine's clock, for the CA's own certificates while an answer is looked at */
  constructor(name: string, trust: IssuerTrust, config: ScepIssuerConfig, signers: Signers, now: () => Date = () => new Date()) {
    this.name = name
    this.trust = trust
    this.asksForRenewals = config.renewal === 'reenroll'
    this.#config = config
    this.#signers = signers
    this.#ca = new CaCache(config)
    this.#now = now
  }

  async prepare(request: IssuanceRequest, idempotencyKey: string): Promise<PrepareResult> {
    const outcome = await this.#usableCa(request.now)
    if (!outcome.ok) return this.#caFault(outcome)
    const { ca, choice } = outcome.known
    try {
      const { name, key } = chooseRecipient(ca, request.now)
      const signer = this.#signers.sign(request.subject, request.now)
      const transactionId = transactionIdOf(idempotencyKey)
      const senderNonce = randomBytes(NONCE_BYTES)
      const pkiMessage = encodePkiRequest({
        // §3.3.1.2 would have the certificate that is renewed sign it; its key is in the phone, so the CA has to take it from our signer.
        messageType: MESSAGE_TYPES[this.asksForRenewals && request.renews ? 'RenewalReq' : this.#config.messageType],
        transactionId,
        senderNonce,
        content: request.csr,
        signer,
        recipient: { ...name, key },
        ...choice,
      })
      const bytes = encodePrepared({
        pkiMessage,
        subject: request.subject,
        spki: request.spki,
        transactionId,
        senderNonce,
        signer: signer.certificate,
        sealedKey: signer.sealedKey,
        post: choice.post,
      })
      return prepareForRemote(request, bytes, this.trust)
    } catch (error) {
      if (error instanceof ScepError) return this.#scepFault(error)
      throw error
    }
  }

  async complete(bytes: Bytes, _idempotencyKey: string, progress: Progress): Promise<IssuanceResult> {
    const prepared = readPrepared(bytes)
    const outcome = await this.#usableCa(this.#now())
    if (!outcome.ok) return this.#caFault(outcome)
    const signer = await this.#signers.recall(prepared)
    const poll = progress.pending
    try {
      const question = poll
        ? this.#pollMessage(outcome.known, prepared, signer)
        : { message: prepared.pkiMessage, senderNonce: prepared.senderNonce }
      const answer = await pkiOperation(this.#config, question.message, poll ? outcome.known.choice.post : prepared.post)
      if (!answer.ok) return this.#httpFault(answer)
      const asked = {
        transactionId: prepared.transactionId,
        senderNonce: question.senderNonce,
        recipient: signer.recipient,
        legacy: this.#config.legacyAlgorithms,
      }
      const reply = await this.#read(answer.value, asked, outcome.known)
      return this.#resultOf(reply, progress)
    } catch (error) {
      if (error instanceof ScepError) return this.#scepFault(error)
      throw error
    }
  }

  /** What is known of the CA, asked for anew if its registration authority has expired meanwhile. */
  async #usableCa(now: Date): Promise<CaOutcome> {
    const outcome = await this.#ca.get()
    return outcome.ok && !hasRecipient(outcome.known.ca, now) ? this.#ca.refresh() : outcome
  }

  /** An answer that nobody known signed may be a new registration authority's: then the CA is asked for its certificates once more. */
  async #read(answer: Bytes, asked: Omit<Parameters<typeof readCertRep>[1], 'signers'>, known: KnownCa): Promise<CertRep> {
    try {
      return readCertRep(answer, { ...asked, signers: answerSigners(known.ca, this.#now()) })
    } catch (error) {
      if (!(error instanceof ScepError)) throw error
      const fresh = await this.#ca.refresh()
      if (!fresh.ok) throw error
      return readCertRep(answer, { ...asked, signers: answerSigners(fresh.known.ca, this.#now()) })
    }
  }

  /** §3.3.3: a new question about the same transaction, hence a new nonce. */
  #pollMessage({ ca, choice }: KnownCa, prepared: PreparedMessage, signer: Awaited<ReturnType<Signers['recall']>>) {
    const senderNonce = randomBytes(NONCE_BYTES)
    const { name, key } = chooseRecipient(ca, this.#now())
    const message = encodePkiRequest({
      messageType: MESSAGE_TYPES.CertPoll,
      transactionId: prepared.transactionId,
      senderNonce,
      content: encodeIssuerAndSubject(ca.issuing.certificate.subject, prepared.subject),
      signer,
      recipient: { ...name, key },
      ...choice,
    })
    return { message, senderNonce }
  }

  #resultOf(reply: CertRep, progress: Progress): IssuanceResult {
    if (reply.status === 'success') return { status: 'issued', der: reply.certificate }
    if (reply.status === 'pending') {
      const retryAfterS = Math.min(LAST_POLL_S, FIRST_POLL_S * 2 ** Math.min(progress.asks, 10))
      return { status: 'pending', retryAfterS, detail: `${this.name} holds the request until somebody there approves it.` }
    }
    const said = reply.text ? ` It says: “${reply.text.slice(0, 300)}”.` : ''
    if (reply.failInfo === null)
      return this.#refused('ca_refused', `${this.name} refused the request without a reason (SCEP FAILURE).${said}`)
    const { text, who } = FAIL_INFOS[reply.failInfo]
    return this.#refused(
      'ca_refused',
      `${this.name} refused the request: ${text} (${reply.failInfo}).${said} To be put right by ${who}.`,
    )
  }

  #refused(code: Refused['code'], detail: string): Refused {
    return { status: 'refused', code, detail }
  }

  #caFault({ fault, detail }: Extract<CaOutcome, { ok: false }>): Refused | { status: 'unavailable'; detail: string } {
    if (fault === 'unreachable') return { status: 'unavailable', detail: `${this.name} cannot be reached: ${detail}.` }
    return this.#refused('ca_answer', `${this.name} is not the CA that was configured, or not to be used. ${detail}`)
  }

  #httpFault({ fault, detail }: Extract<ScepOutcome<never>, { ok: false }>): IssuanceResult {
    if (fault === 'unreachable') return { status: 'unavailable', detail: `${this.name} cannot be reached: ${detail}.` }
    if (fault === 'broken')
      return { status: 'unavailable', detail: `${this.name} gave no answer: ${detail}.`, mayHaveActed: true }
    if (fault === 'refused')
      return this.#refused('ca_refused', `${this.name} refused the request: ${detail}. Its operator can see why.`)
    return this.#refused('ca_answer', `The answer of ${this.name} was not used: ${detail}.`)
  }

  #scepFault(error: ScepError): Refused {
    if (error.code === 'ca_expired') return this.#refused('ca_validity', `${error.message} Its operator must renew it.`)
    return this.#refused('ca_answer', `The answer of ${this.name} was not used: ${error.message}.`)
  }

  expectation(request: IssuanceRequest): CertificateExpectation {
    return expectFromRemote(request, this.#config)
  }
}
