/** The vendor's published exchange (e2e/vectors/nexus-example) as input of the checks: everything passes. */
import { readFileSync } from 'node:fs'
import type { CheckAnswerInput } from '#lib/core/enrollment/checks/index.ts'
import { parseAttestationKeys } from '#lib/core/jws/attestation-keys.ts'
import { readCsr } from '#lib/core/x509/csr.ts'
import { spkiSha256 } from '#lib/core/x509/spki.ts'

export const vectorFile = (name: string): Buffer<ArrayBuffer> =>
  Buffer.from(readFileSync(new URL(`../vectors/${name}`, import.meta.url)))

/** The attestation key of the example: its header's own key, trusted here because the test says so. */
export function vendorAttestationKeys(): string {
  const callback = JSON.parse(vectorFile('nexus-example/provision-callback.json').toString('utf8'))
  const header = JSON.parse(Buffer.from(callback.provResponse.result.data.split('.')[0], 'base64url').toString('utf8'))
  const { kty, n, e } = header.jwk
  return JSON.stringify({ ATTESTATION: [{ kty, n, e, alg: 'RS256', use: 'sig', kid: 'example-2018', keystate: 'active' }] })
}

export function vendorExample(): CheckAnswerInput {
  const command = JSON.parse(vectorFile('nexus-example/provision-command.json').toString('utf8')).provCommand
  const request = command.profile.keygenrequests[0]
  const dummy = readCsr(Buffer.from(request.certreq, 'base64'))
  return {
    body: vectorFile('nexus-example/provision-callback.json'),
    expectation: {
      hermodCommandId: '18092',
      externalId: 'my-id',
      mid: '72aec710-9337-4903-8b2d-f756359b51c9',
      nonce: command.nonce,
      userid: command.userid,
      servername: command.profile.servername,
      profileName: command.profile.name,
      keys: [
        {
          keyid: request.keyid,
          usage: request.usage,
          keyTypes: ['RSA-2048'],
          dummySpkiSha256: spkiSha256(dummy.spki),
          subjectDer: dummy.subject,
        },
      ],
      live: true,
      expiresAt: new Date('2018-04-12T12:10:00Z'),
    },
    policy: {
      trustedKeys: parseAttestationKeys(vendorAttestationKeys()).ATTESTATION ?? [],
      acceptedHosts: ['ext-cod1.test.nexusgroup.com'],
    },
    facts: {
      authenticated: true,
      receivedAt: new Date('2018-04-12T12:07:00Z'),
      user: { active: true, subjectDer: dummy.subject },
      knownKeys: new Map(),
    },
  }
}
