import type { Noun } from '../../cli/group.ts'

export const progressionTests: Noun = {
  summary: 'learner groups, tests and results',
  verbs: {
    import: async () => (await import('./import.ts')).importResults,
    sample: async () => (await import('./sample.ts')).sample,
    list: async () => (await import('./list.ts')).list,
  },
}
