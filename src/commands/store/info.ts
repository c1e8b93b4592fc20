import * as z from 'zod'
import { renderStore, type StoreDescription, storeJson } from '../../render/store.ts'
import { permit } from '../../rules/permissions/decide.ts'
import { command, example } from '../../cli/command.ts'
import { answer, action } from '../../cli/action.ts'
import { placesOf } from '../../cli/store-paths.ts'

export const info = () =>
  command('info')
    .summary('say where the store is and what is in it')
    .description('Say where the store and its key are, how large it is, and what is in it.')
    .addHelpText('after', example('ssh-admin store info', 'ssh-admin store info --json'))
    .action(
      action(z.object({}), async (_, session) => {
        const { sizeOfStore, storeFacts } = await import('../../db/store/facts.ts')
        const { keyStatus } = await import('../../db/store/keys.ts')
        const { keptCopiesOf } = await import('../../db/store/kept-copies.ts')
        const { db, keyFile } = placesOf(session)
        const store = await session.open('read')
        try {
          permit(await session.ctx(store), 'store.backup', { name: 'store' })
          const facts = await storeFacts(store.db)
          const key = keyStatus(keyFile, facts.fingerprint)
          const { version } = store
          const kept = keptCopiesOf(db)
          const about: StoreDescription = {
            ...facts,
            version,
            store: db,
            bytes: sizeOfStore(db),
            keyFile,
            key,
            kept,
          }
          await answer(session, { text: renderStore(about, session.terminal.out), json: storeJson(about) })
          return 0
        } finally {
          await store.close()
        }
      }),
    )
