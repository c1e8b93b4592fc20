import type { Noun } from '../noun.ts'

export const centres: Noun = {
  summary: 'centres and the workbook that brings them',
  verbs: {
    import: async () => (await import('./import.ts')).importCentres,
    apply: async () => (await import('./apply.ts')).apply,
    imports: {
      summary: 'what has been imported, and when',
      alone: async () => (await import('./imports.ts')).imports,
      verbs: {
        show: async () => (await import('./imports/show.ts')).show,
        undo: async () => (await import('./imports/undo.ts')).undo,
      },
    },
    pins: async () => (await import('./pins.ts')).pins,
  },
}
