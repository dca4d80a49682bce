/** Sentences of signing in and out. */
export const authMessages = {
  title: 'Sign in',
  product: 'Certdesk',
  intro: 'Certificates on people’s phones.',
  email: 'E-mail',
  password: 'Password',
  signIn: 'Sign in',
  signOut: 'Sign out',
  showPassword: 'Show password',
  continuing: 'Sign in to go on where you were.',
  needEmail: 'Enter your e-mail address.',
  needPassword: 'Enter your password.',
  failedTitle: 'Not signed in',
  wrong: 'The e-mail address or the password is not right. Check both; capitals matter in the password.',
  disabled: 'Your account is disabled. Ask an administrator to enable it.',
  wait: (seconds: number) =>
    `There were too many failed attempts. Try again in ${seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`}, or ask an administrator for a new password.`,
  help: 'No account, or the password is lost? An administrator can help.',
} as const
