import type { Noun } from '../../cli/group.ts'

export const coordinator: Noun = {
  summary: "a centre's coordinator",
  verbs: {
    show: async () => (await import('./show.ts')).show,
    add: async () => (await import('./add.ts')).add,
    change: async () => (await import('./change.ts')).change,
    suspend: async () => (await import('./suspend.ts')).suspend,
    restore: async () => (await import('./restore.ts')).restore,
  },
}
