import { changedMeanwhile } from '../../cli/mutation.ts'
import { confirm } from '../../cli/prompt.ts'
import { migrateStore } from '../../rules/store/events.ts'
import { permit } from '../../rules/permissions/decide.ts'
import { type AnswerOfChange, command } from '../../cli/define.ts'
import { removeLeftovers } from '../../cli/leftovers.ts'
import type { Session } from '../../cli/session.ts'
import { placesOf } from '../../cli/store-paths.ts'

export const migrate = () =>
  command({
    name: 'migrate',
    summary: 'bring a store of an older ssh-admin up to date',
    description:
      'Bring a store that an older ssh-admin made up to date. The store as it is is kept beside it, whole, and nothing but you removes that copy. Programs that are older than this one cannot use the store afterwards.',
    examples: ['ssh-admin store migrate --yes', 'ssh-admin store migrate --dry-run'],
    changes: true,
    run: async (_, session) => {
      const { dryRun, yes } = session.common
      const { nameToKeep } = await import('../../db/store/kept-copies.ts')
      const { db } = placesOf(session)
      const { from, to } = await rehearsed(session)
      if (from === to) return unchanged({ db, version: to })

      const keep = nameToKeep(db, { before: 'migration', now: session.context.now() })
      if (!dryRun) {
        if (!yes) {
          await confirm(session, question({ db, from, to, keep }))
        }
        const { migrateStoreFile } = await import('../../db/sqlite/bring-up-to-date.ts')
        const found = await migrateStoreFile(await session.opening('use'), {
          from,
          keep,
          note: noteIn(session, { from, to }),
        })
        if (found === to) return unchanged({ db, version: to })
        if (found !== from) throw changedMeanwhile()
        await removeLeftovers(session)
      }
      const lines = [
        `${dryRun ? 'Would bring' : 'Brought'} the store ${db} up to date: from version ${from} to ${to}.`,
        `The store as it ${dryRun ? 'is would be' : 'was is'} kept as ${keep}`,
      ]
      return {
        text: lines.join('\n'),
        json: { store: db, from, to, kept: keep, changed: true },
      }
    },
  })

/** Does it to a copy in memory, so that nobody is asked about what cannot be done. */
async function rehearsed(session: Session): Promise<{ from: number; to: number }> {
  const { latestVersion } = await import('../../db/migrations/index.ts')
  const store = await session.open('read')
  try {
    permit(await session.ctx(store), 'store.migrate', { name: 'store' })
    return { from: store.version, to: latestVersion }
  } finally {
    await store.close()
  }
}

function question({ db, from, to, keep }: { db: string; from: number; to: number; keep: string }): string {
  return `Bring ${db} up to date, from version ${from} to ${to}? The store as it is is kept as ${keep}. An older ssh-admin cannot use it afterwards.`
}

/** The log names it where the key is there; without the key the store is brought up to date all the same. */
function noteIn(session: Session, { from, to }: { from: number; to: number }) {
  return async (store: Awaited<ReturnType<Session['open']>>): Promise<void> => {
    const { keyStatus } = await import('../../db/store/keys.ts')
    if (keyStatus(store.keyFile, store.engine.fingerprint()) === 'there') {
      await session.commit(store, (trx, ctx) => migrateStore(trx, { from, to, ctx }))
    } else {
      const message = 'The audit log does not name this, because the key cannot be used.'
      session.notify({ code: 'not-recorded', message })
    }
  }
}

function unchanged({ db, version }: { db: string; version: number }): AnswerOfChange {
  return {
    text: `The store ${db} is up to date: it is of version ${version}.`,
    json: { store: db, from: version, to: version, kept: null, changed: false },
  }
}
