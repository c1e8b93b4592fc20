import type { Noun } from '../../cli/group.ts'

export const mail: Noun = {
  summary: 'messages that are owed, written and sent',
  verbs: {
    list: async () => (await import('./list.ts')).list,
    show: async () => (await import('./show.ts')).show,
    send: async () => (await import('./send.ts')).send,
    cancel: async () => (await import('./cancel.ts')).cancel,
  },
}
