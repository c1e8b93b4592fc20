import { renderStore, type StoreDescription } from '../../render/store.ts'
import { permit } from '../../rules/permissions/decide.ts'
import { query } from '../../cli/define.ts'

export const info = () =>
  query({
    name: 'info',
    summary: 'say where the store is and what is in it',
    description: 'Say where the store and its key are, how large it is, and what is in it.',
    examples: ['ssh-admin store info', 'ssh-admin store info --json'],
    read: async (store, ctx, _options, session): Promise<StoreDescription> => {
      const { db, version, engine } = store
      const { storeFacts } = await import('../../db/store/facts.ts')
      const { fileOfKey, keyStatus, keyFailure } = await import('../../db/store/keys.ts')
      const { keptCopiesOf } = await import('../../db/store/kept-copies.ts')
      permit(ctx, 'store.backup', { name: 'store' })
      const path = session.settings.db.value
      const { storeId: _, fingerprint: __, createdAt, ...contents } = await storeFacts(db)
      const key = keyStatus(keyFailure(store))
      const keyFile = key === 'of-another-store' ? store.keyFile : fileOfKey(store)
      const bytes = await engine.size()
      const heldBy = await engine.currentHolder()
      const facts = await engine.readServerFacts()
      const server = facts ? { ...facts, heldBy } : null
      const kept = engine.isShared ? [] : keptCopiesOf(path)
      return { store: path, bytes, server, heldBy, keyFile, key, createdAt, version, ...contents, kept }
    },
    render: renderStore,
    json: (about) => about,
  })
