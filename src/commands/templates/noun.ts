import type { Noun } from '../noun.ts'

export const templates: Noun = {
  summary: 'the words of the letters',
  verbs: {},
}
