import type { Noun } from '../../cli/group.ts'

export const users: Noun = {
  summary: 'the accounts of people',
  verbs: {
    add: async () => (await import('./add.ts')).add,
    list: async () => (await import('./list.ts')).list,
    show: async () => (await import('./show.ts')).show,
    edit: async () => (await import('./edit.ts')).edit,
    suspend: async () => (await import('./suspend.ts')).suspend,
    restore: async () => (await import('./restore.ts')).restore,
    delete: async () => (await import('./delete.ts')).deletion,
    transfer: async () => (await import('./transfer.ts')).transfer,
    move: async () => (await import('./move.ts')).move,
    remove: async () => (await import('./remove.ts')).remove,
    'reset-password': async () => (await import('./reset-password.ts')).reset,
    pin: async () => (await import('./pin.ts')).pin,
    duplicates: async () => (await import('./duplicates.ts')).duplicates,
    erase: async () => (await import('./erase.ts')).erase,
    sample: async () => (await import('./sample.ts')).sample,
    exists: async () => (await import('./exists.ts')).exists,
  },
}
