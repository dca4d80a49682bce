/** When a page could not be made. Apart from the other words: every page loads this, so that it is there when nothing else is. */
export const errorPage = {
  title: 'This page could not be shown',
  text: 'Something unexpected happened on the server. Nothing you did is lost; trying again often helps.',
  reference: 'Tell the administrator this reference:',
  retry: 'Try again',
  home: 'Go to the home page',
} as const
