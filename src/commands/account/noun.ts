import type { Noun } from '../noun.ts'

export const account: Noun = {
  summary: 'what the owner of an account does',
  verbs: {},
}
