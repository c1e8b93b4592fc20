import type { Noun } from '../noun.ts'

export const audit: Noun = {
  summary: 'who did what, and when',
  verbs: {},
}
