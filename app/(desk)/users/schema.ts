import { z } from 'zod'
import { newUserSchema } from '#app/api/v1/schemas.ts'
import { oneOfParam, pageParam, textParam } from '../search-params.ts'

export const USER_SORT_PARAMS = ['name', '-name', 'userid', '-userid', '-created'] as const

export const userListParams = z.object({
  q: textParam,
  status: oneOfParam(['active', 'disabled']),
  sort: oneOfParam(USER_SORT_PARAMS),
  page: pageParam,
})

/** A form has every field, empty or not; what is empty was not given. Attributes are fields named "attributes.C". */
export const newUserForm = z.preprocess((given) => {
  if (typeof given !== 'object' || given === null) return given
  const fields = new Map<string, unknown>()
  const attributes = new Map<string, unknown>()
  for (const [name, value] of Object.entries(given)) {
    const text = typeof value === 'string' ? value.trim() : value
    if (text === '') continue
    if (name.startsWith('attributes.'))
      attributes.set(
        name.slice('attributes.'.length),
        name === 'attributes.C' && typeof text === 'string' ? text.toUpperCase() : text,
      )
    else fields.set(name, text)
  }
  // Left out, a required field says "invalid input"; empty, it says what is wrong.
  for (const name of ['userid', 'name']) if (!fields.has(name)) fields.set(name, '')
  return { ...Object.fromEntries(fields), ...(attributes.size > 0 ? { attributes: Object.fromEntries(attributes) } : {}) }
}, newUserSchema)
