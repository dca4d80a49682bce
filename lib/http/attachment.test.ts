import { expect, it } from 'vitest'
import { attachment } from './attachment.ts'

it('names a file for every browser, and lets nobody break the header', () => {
  expect(attachment('a.json')).toBe(`attachment; filename="a.json"; filename*=UTF-8''a.json`)
  expect(attachment('a"\r\nb.json', 'Åsa (1)\r\n"x"; y.json')).toBe(
    `attachment; filename="a___b.json"; filename*=UTF-8''%C3%85sa%20%281%29%0D%0A%22x%22%3B%20y.json`,
  )
})
