/** What the profile editor sends. The definition's own schema decides; its findings are said in sentences here. */
import { z } from 'zod'
import { UNPRINTABLE } from '#app/api/v1/schemas.ts'
import { profileDefinitionSchema } from '#lib/core/enrollment/profile.ts'
import { fieldSentences as say } from '#lib/messages/profiles.ts'

const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1, say.missing)
    .max(max, say.tooLong(max))
    .refine((text) => !UNPRINTABLE.test(text), say.control)

type Finding = z.core.$ZodIssue

function sentenceOf(issue: Finding): string {
  const field = String(issue.path.findLast((part) => typeof part === 'string') ?? '')
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string') return say.missing
      return issue.origin === 'array' ? say.chooseOne : say.tooSmall(Number(issue.minimum))
    case 'too_big':
      if (issue.origin === 'string') return say.tooLong(Number(issue.maximum))
      return issue.origin === 'array' ? say.tooMany(Number(issue.maximum)) : say.tooBig(Number(issue.maximum))
    case 'invalid_format':
      return field === 'policies' ? say.policy : say.keyid
    case 'invalid_type':
      return issue.expected === 'number' || issue.expected === 'int' ? say.number : say.missing
    case 'invalid_value':
      return say.choice
    default:
      return issue.message
  }
}

/** Findings about the whole list of keys or policies belong to the field that shows them. */
const fieldPath = (path: readonly PropertyKey[]): PropertyKey[] =>
  path.includes('policies') ? path.slice(0, path.indexOf('policies') + 1) : [...path]

/** Paths of the texts in a value that have characters which cannot be shown. */
function findUnprintable(value: unknown, path: PropertyKey[] = []): PropertyKey[][] {
  if (typeof value === 'string') return UNPRINTABLE.test(value) ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => findUnprintable(member, [...path, name]))
}

const definition = z.unknown().transform((given, context) => {
  const parsed = profileDefinitionSchema.safeParse(given)
  if (!parsed.success)
    for (const issue of parsed.error.issues)
      context.issues.push({ code: 'custom', message: sentenceOf(issue), path: fieldPath(issue.path), input: given })
  for (const path of findUnprintable(parsed.data))
    context.issues.push({ code: 'custom', message: say.control, path, input: given })
  return parsed.data ?? z.NEVER
})

export const profileForm = z.strictObject({
  existing: z
    .strictObject({ id: z.uuid(), seen: z.strictObject({ version: z.int().min(1), title: z.string().max(200) }) })
    .nullable(),
  name: plainText(100),
  title: plainText(100),
  issuerId: z.uuid(say.choice),
  definition,
})

export const profileSaving = profileForm.extend({
  /** Of what answers must pass otherwise than before; null where that stays. */
  rehearsalId: z.uuid().nullable(),
})

export const profileSwitch = z.strictObject({ id: z.uuid(), enabled: z.boolean() })
export const profileMove = z.strictObject({ id: z.uuid(), by: z.union([z.literal(-1), z.literal(1)]) })

/** As it is being typed: half a template is no mistake yet. */
export const profilePreview = z.strictObject({
  person: z.string().max(200),
  subject: z
    .array(
      z.strictObject({
        type: profileDefinitionSchema.shape.subject.element.shape.type,
        value: z.string().max(200),
        required: z.boolean(),
      }),
    )
    .max(12),
  subjectAltNameEmail: z.boolean(),
  subjectAltNameUpn: z.string().max(200).nullable(),
})
