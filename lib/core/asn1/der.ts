/** DER: one door to the strict reader, its typed fields and the writer. */
export * from './der-fields.ts'
export * from './der-reader.ts'
export * from './der-writer.ts'
