import type { Noun } from '../noun.ts'

export const centres: Noun = {
  summary: 'centres and the workbook that brings them',
  verbs: {
    import: async () => (await import('./import.ts')).importCentres,
  },
}
