import type { Noun } from '../noun.ts'

export const roles: Noun = {
  summary: 'who may do what',
  verbs: {},
}
