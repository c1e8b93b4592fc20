import type { Noun } from '../../cli/group.ts'

export const store: Noun = {
  summary: 'the store and its key: begin, check, back up, bring up to date',
  verbs: {
    init: async () => (await import('./init.ts')).init,
    info: async () => (await import('./info.ts')).info,
    check: async () => (await import('./check.ts')).check,
    backup: async () => (await import('./backup.ts')).backup,
    restore: async () => (await import('./restore.ts')).restore,
    migrate: async () => (await import('./migrate.ts')).migrate,
    rekey: async () => (await import('./rekey.ts')).rekey,
    'accept-clock': async () => (await import('./accept-clock.ts')).acceptClockCommand,
  },
}
