/** Words about evidence bundles: of the button, the workflows and the verifiers. */
export const bundleMessages = {
  noEnrollment: 'There is no such enrolment.',
  notYet: 'There is no evidence bundle while an offer is open: its one-time number is a secret until it is answered.',
  button: 'Evidence bundle',
  making: 'Making the bundle…',
  slow: 'The bundle is still being made. The worker may be busy or stopped; try again in a minute.',
  failed: 'The bundle could not be fetched. Try again.',
  beingMade: 'The bundle is being made. Ask again in a second.',
}
