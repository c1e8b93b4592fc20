import type { Noun } from '../../cli/group.ts'

export const audit: Noun = {
  summary: 'the audit log: who did what, when, to whom',
  verbs: {
    list: async () => (await import('./list.ts')).list,
    export: async () => (await import('./export.ts')).exportEvents,
    verify: async () => (await import('./verify.ts')).verify,
  },
}
