'use server'
import { defineAction } from '#lib/auth/action.ts'
import { previewProfile } from '#lib/workflows/preview-profile.ts'
import { reorderProfile, reviewProfile, saveProfile, switchProfile } from '#lib/workflows/save-profile.ts'
import { profileForm, profileMove, profilePreview, profileSaving, profileSwitch } from './schema.ts'

export const reviewProfileAction = defineAction({ permission: 'settings:manage', input: profileForm }, (grant, input) =>
  reviewProfile(grant, input),
)
export const saveProfileAction = defineAction({ permission: 'settings:manage', input: profileSaving }, (grant, input) =>
  saveProfile(grant, input),
)
export const switchProfileAction = defineAction({ permission: 'settings:manage', input: profileSwitch }, switchProfile)
export const moveProfileAction = defineAction({ permission: 'settings:manage', input: profileMove }, reorderProfile)
export const previewProfileAction = defineAction({ permission: 'settings:read', input: profilePreview }, previewProfile)
