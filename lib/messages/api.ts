/** Sentences of the REST interface and of server actions, as callers read them. */
export const apiMessages = {
  noToken: 'Send an API token as "Authorization: Bearer cdk_…". "npm run certdesk -- token create" makes one.',
  badToken: 'The API token is unknown, expired or revoked.',
  notAllowed: 'Your role does not allow this.',
  notFound: 'There is no such thing, or it is not yours to see.',
  noSuchPath: 'There is no such address in this interface; /api/v1/openapi.json describes those there are.',
  methodNotAllowed: (allowed: string) => `This address takes ${allowed}.`,
  jsonOnly: 'Send the body as application/json.',
  notJson: 'The body is not JSON.',
  tooLarge: (kib: number) => `The body is larger than ${kib} KiB.`,
  tooSlow: 'The body did not arrive in time.',
  badInput: 'Some of what was sent is missing or wrong; "fields" says what.',
  badIdempotencyKey: 'Idempotency-Key must be 1 to 200 printable ASCII characters.',
  unavailable: 'The database cannot be reached just now. Try again in a moment.',
  unexpected: (errorId: string) => `Something failed on our side. Its reference is ${errorId}.`,
  foreignOrigin: (publicUrl: string) => `This page was not opened at ${publicUrl}. Open the portal there and try again.`,
  signedOut: 'You are signed out. Sign in again; nothing you entered was sent.',
} as const
