import { z } from 'zod'
import { authMessages as texts } from '#lib/messages/auth.ts'

/** Anything that could be an e-mail address: whether it has an account is not for the form to say. */
export const signInSchema = z.object({
  email: z.string(texts.needEmail).trim().toLowerCase().min(1, texts.needEmail).max(254).pipe(z.email(texts.needEmail)),
  password: z.string(texts.needPassword).min(1, texts.needPassword).max(200, texts.wrong),
})
