import type { Noun } from '../noun.ts'

export const mail: Noun = {
  summary: 'messages that are owed, written and sent',
  verbs: {},
}
