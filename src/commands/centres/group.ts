import type { Noun } from '../../cli/group.ts'

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
    list: async () => (await import('./list.ts')).list,
    show: async () => (await import('./show.ts')).show,
    create: async () => (await import('./create.ts')).create,
    edit: async () => (await import('./edit.ts')).edit,
    delete: async () => (await import('./delete.ts')).deletion,
    restore: async () => (await import('./restore.ts')).restore,
    export: async () => (await import('./export.ts')).exportCentres,
    sample: async () => (await import('./sample.ts')).sample,
  },
}
