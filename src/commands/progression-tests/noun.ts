import type { Noun } from '../noun.ts'

export const progressionTests: Noun = {
  summary: 'learner groups, tests and results, and who owns them',
  verbs: {},
}
