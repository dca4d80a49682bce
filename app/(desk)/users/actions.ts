'use server'
import { defineAction } from '#lib/auth/action.ts'
import { createUser } from '#lib/data/users.ts'
import { newUserForm } from './schema.ts'

export const createUserAction = defineAction({ permission: 'user:manage', input: newUserForm }, async (grant, input) => {
  const { userid } = await createUser(grant, input)
  return { userid }
})
