import type { Noun } from '../noun.ts'

export const users: Noun = {
  summary: 'the accounts of people',
  verbs: {},
}
