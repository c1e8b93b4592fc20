import { Refused } from '../../errors.ts'
import { command } from '../../cli/define.ts'
import { flag } from '../../cli/parameters.ts'
import { removeLeftovers } from '../../cli/leftovers.ts'
import { placesOf } from '../../cli/store-paths.ts'

export const init = () =>
  command({
    name: 'init',
    summary: 'begin a new store and its key',
    description: 'Begin a new, empty store, and the key file from which its PINs and links are derived.',
    options: {
      ifMissing: flag('a store that is there already is no error'),
    },
    examples: ['ssh-admin store init --db hub.db'],
    changes: true,
    run: async ({ ifMissing }, session) => {
      const { existsSync } = await import('node:fs')
      const { db } = placesOf(session)
      const refuseOther = () => {
        if (ifMissing) return
        throw new Refused('store-exists', `There is a store at ${db} already.`, {
          hint: 'It stays as it is. To begin another one, name its place with --db.',
        })
      }
      if (existsSync(db)) refuseOther()
      const { dryRun } = session.common
      const store = await session.open(dryRun ? 'rehearse-beginning' : 'begin')
      const { created: changed, keyFile } = store
      try {
        // Another process may have begun it since.
        if (!changed) refuseOther()
        else if (!dryRun) await removeLeftovers(session, store)
      } finally {
        await store.close()
      }
      return {
        text: changed
          ? `Began the store ${db}\nIts key is ${keyFile}: keep a copy elsewhere; without it no PIN or link can be made again.`
          : `There is a store at ${db}; nothing to do.`,
        json: { store: db, keyFile, changed },
      }
    },
  })
