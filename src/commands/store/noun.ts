import type { Noun } from '../noun.ts'

export const store: Noun = {
  summary: 'the store and its key: begin, check, back up',
  verbs: {
    init: async () => (await import('./init.ts')).init,
  },
}
