import type { Noun } from '../noun.ts'

export const associates: Noun = {
  summary: 'Associates and the centres assigned to their accounts',
  verbs: {},
}
