import type { Noun } from '../../cli/group.ts'

export const templates: Noun = {
  summary: 'the words of the letters, which staff can change',
  verbs: {
    list: async () => (await import('./list.ts')).list,
    show: async () => (await import('./show.ts')).show,
    edit: async () => (await import('./edit.ts')).edit,
    preview: async () => (await import('./preview.ts')).preview,
    reset: async () => (await import('./reset.ts')).reset,
  },
}
