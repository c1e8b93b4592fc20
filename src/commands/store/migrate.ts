import type { OpenStore } from '../../db/store/opening.ts'
import { isServerAddress } from '../../server-address.ts'
import { confirm } from '../../cli/confirm.ts'
import { recordStoreMigration } from '../../rules/store/events.ts'
import { permit } from '../../rules/permissions/decide.ts'
import { type AnswerOfChange, command } from '../../cli/define.ts'
import { removeLeftovers } from '../../cli/leftovers.ts'
import { missingHeadNotice, type Session, withStore } from '../../cli/session.ts'
import { markedAnswer } from '../../render/text.ts'
import { pathInWords } from '../../shell-word.ts'
import { changedMeanwhile } from '../../errors.ts'

/** Of no other kind: the store is replaced by a migrated copy. */
export const migrate = () =>
  command({
    name: 'migrate',
    summary: 'bring a store of an older ssh-admin up to date',
    description:
      'Bring a store that an older ssh-admin made up to date. A copy of the store as it was is kept beside it, whole, and nothing but you removes it; of a store on a server none is kept, so make a backup before. Programs that are older than this one cannot use the store afterwards.',
    examples: ['ssh-admin store migrate --yes', 'ssh-admin store migrate --dry-run'],
    changes: true,
    run: async (_, session) => {
      const { dryRun } = session.common
      const { keptCopyPath } = await import('../../db/store/kept-copies.ts')
      const db = session.settings.db.value
      const { from, to, isShared } = await rehearseMigration(session)
      if (from === to) return unchanged(session, { db, version: to })
      const { migrateAnyStore, requireMigrationRights } = await import('../../db/store/by-engine.ts')
      await requireMigrationRights(db)

      const copyPath = keptCopyPath(db, { before: 'migration', now: session.context.now() })
      const kept = isShared ? null : copyPath
      await confirm(session, question({ db, from, to, kept }))
      if (!dryRun) {
        const found = await migrateAnyStore(await session.opening('use'), {
          from,
          keepAs: copyPath,
          record: migrationRecorder(session, { from, to }),
        })
        if (found === to) return unchanged(session, { db, version: to })
        if (found !== from) throw changedMeanwhile()
        await writeHeadFile(session, { from })
        await removeLeftovers(session)
      }
      const lines = [
        `${dryRun ? 'Would bring' : 'Brought'} the store ${pathInWords(db)} up to date: from version ${from} to ${to}.`,
        ...(kept
          ? [`The store as it ${dryRun ? 'is would be' : 'was is'} kept as ${pathInWords(kept)}`]
          : []),
      ]
      return {
        text: markedAnswer(lines.join('\n'), { changed: true, view: session.terminal.out }),
        json: { store: db, from, to, kept, changed: true },
      }
    },
  })

/** Rehearses the migration of a file in memory, before anything is asked. */
async function rehearseMigration(session: Session): Promise<{ from: number; to: number; isShared: boolean }> {
  const { latestVersion } = await import('../../db/migrations/index.ts')
  const db = session.settings.db.value
  return withStore(session, isServerAddress(db) ? 'as-it-is' : 'read', async (store) => {
    permit(await session.ctx(store), 'store.migrate', { name: 'store' })
    if (!store.engine.isShared) await refuseWithoutRoom(db, store)
    return { from: store.version, to: latestVersion, isShared: store.engine.isShared }
  })
}

/** Checks the disk for room for the migrated copy of a file. */
async function refuseWithoutRoom(db: string, store: OpenStore): Promise<void> {
  const { refuseWithoutRoom: refuse } = await import('../../cli/output-file.ts')
  refuse(db, await store.engine.size())
}

function question({
  db,
  from,
  to,
  kept,
}: {
  db: string
  from: number
  to: number
  kept: string | null
}): string {
  const copyNote = kept
    ? `It is kept, as it is now, as ${kept}.`
    : 'No copy of it is kept: make one before, with ssh-admin store backup FILE.'
  return `Bring ${pathInWords(db)} up to date, from version ${from} to ${to}? ${copyNote} An older ssh-admin cannot use it afterwards.`
}

/** Records the migration in the log, if the key is available; it is optional. */
function migrationRecorder(session: Session, { from, to }: { from: number; to: number }) {
  return async (store: OpenStore): Promise<void> => {
    const { keyFailure } = await import('../../db/store/keys.ts')
    if (keyFailure(store) === undefined) {
      await session.commit(store, (trx, ctx) => recordStoreMigration(trx, { from, to, ctx }))
    } else {
      const message = 'The audit log does not name this, because the key cannot be used.'
      session.notify({ code: 'not-recorded', message })
    }
  }
}

/** Writes the first head file for a store from before there were any; a missing later one is reported. */
async function writeHeadFile(session: Session, { from }: { from: number }): Promise<void> {
  const { firstVersionWithHead, headFileOfFile } = await import('../../db/audit/head-file.ts')
  const { writeFirstHead } = await import('../../db/store/by-engine.ts')
  const { db, keyFile } = session.settings
  const file = headFileOfFile(keyFile.value, db.value)
  if (!(await writeFirstHead(db.value, { file })) || from < firstVersionWithHead) return
  session.notify(missingHeadNotice(file, 'noted-again'))
}

function unchanged(session: Session, { db, version }: { db: string; version: number }): AnswerOfChange {
  const message = `The store ${pathInWords(db)} is up to date: it is of version ${version}; nothing to do.`
  return {
    text: markedAnswer(message, { changed: false, view: session.terminal.out }),
    json: { store: db, from: version, to: version, kept: null, changed: false },
  }
}
