import type { OpenStore } from '../../db/store/opening.ts'
import { failureOfStore } from '../../db/store/errors.ts'
import * as z from 'zod'
import { checkOutputFile, type OutputFile, refuseWithoutRoom } from '../../cli/output-file.ts'
import { bytesToCopy } from '../../db/store/copy.ts'
import { fileOfKey } from '../../db/store/keys.ts'
import { CommitUnknown } from '../../errors.ts'
import { recordStoreBackup } from '../../rules/store/events.ts'
import { permit } from '../../rules/permissions/decide.ts'
import { command } from '../../cli/define.ts'
import { argument, flag } from '../../cli/parameters.ts'
import { type Session, withStore } from '../../cli/session.ts'
import { markedAnswer } from '../../render/text.ts'
import { pathInWords } from '../../shell-word.ts'

/** Of no other kind: a read-only store can be backed up too, and the event is recorded after the copy. */
export const backup = () =>
  command({
    name: 'backup',
    summary: 'copy the store into one file',
    description:
      'Copy the store, also while others work with it, into one file for its owner only. The key is not in it: keep a copy of the key in another place.',
    args: { file: argument('the file to make', z.string().min(1, 'the name of a file')) },
    options: {
      withoutContent: flag('leave out the bytes of resources and help documents; all else of them is there'),
    },
    examples: ['ssh-admin store backup hub-backup.db', 'ssh-admin store backup small.db --without-content'],
    changes: true,
    run: async (options, session) => {
      const { dryRun } = session.common
      const { withoutContent } = options
      const output = await checkOutputFile(session, { kind: 'backup', file: options.file, asksLater: true })
      const { path: file } = output
      const db = session.settings.db.value
      return withStore(session, 'as-it-is', async (store) => {
        const keyFile = fileOfKey(store)
        permit(await session.ctx(store), 'store.backup', { name: 'store' })
        refuseWithoutRoom(file, await bytesToCopy(store, { withoutContent }))
        await output.confirmReplacing()
        session.busy('Copying the store …')
        const bytes = dryRun ? null : await copy(store, { output, session, withoutContent })
        const message = `${dryRun ? 'Would copy' : 'Copied'} the store ${pathInWords(db)} to ${pathInWords(file)}\nThe key is not in it: it is ${pathInWords(keyFile)}. Keep a copy of that too, in another place.${withoutContent ? '\nThe bytes of resources and help documents are not in it: where it is restored, they cannot be downloaded.' : ''}`
        return {
          text: markedAnswer(message, { changed: true, view: session.terminal.out }),
          json: { store: db, file, bytes, keyFile, withoutContent, changed: true },
        }
      })
    },
  })

async function copy(
  store: OpenStore,
  { output, session, withoutContent }: { output: OutputFile; session: Session; withoutContent: boolean },
): Promise<number> {
  const { signal } = session.context
  let bytes = 0
  await output.prepare({
    writeTo: async (to) => {
      bytes = await store.engine.writeSnapshot(to, { signal, withoutContent })
    },
  })
  await output.moveIntoPlace()
  await noteBackup(session)
  return bytes
}

/** Records the backup after it is written; a read-only store is backed up without an event. */
async function noteBackup(session: Session): Promise<void> {
  session.context.interruption.startFinishing('the copy is in its place')
  try {
    await withStore(session, 'use', async (store) => {
      await session.commit(store, (trx, ctx) => recordStoreBackup(trx, { ctx }))
    })
  } catch (error) {
    const reason = error instanceof Error ? ` ${(failureOfStore(error) ?? error).message}` : ''
    const status =
      error instanceof CommitUnknown
        ? 'Whether the audit log names this backup is not known.'
        : 'The audit log does not name this backup.'
    session.notify({ code: 'not-recorded', message: `${status}${reason}` })
  }
}
