import type { Noun } from '../../cli/group.ts'

export const associates: Noun = {
  summary: 'Associates, and who acts for their centres',
  verbs: {
    list: async () => (await import('./list.ts')).list,
    show: async () => (await import('./show.ts')).show,
    assign: async () => (await import('./assign.ts')).assign,
    unassign: async () => (await import('./unassign.ts')).unassign,
  },
}
