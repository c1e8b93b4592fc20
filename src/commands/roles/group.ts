import type { Noun } from '../../cli/group.ts'

export const roles: Noun = {
  summary: 'roles, and who may do what',
  verbs: {
    list: async () => (await import('./list.ts')).list,
    grant: async () => (await import('./grant.ts')).grant,
    revoke: async () => (await import('./revoke.ts')).revoke,
    check: async () => (await import('./check.ts')).check,
  },
}
