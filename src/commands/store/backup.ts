import { resolve } from 'node:path'
import * as z from 'zod'
import { Refused, Unavailable } from '../../errors.ts'
import { agree } from '../../prompt.ts'
import { backUpStore } from '../../rules/back-up-store.ts'
import { permit } from '../../rules/permissions.ts'
import { changingCommand, example } from '../command.ts'
import { answer, doing } from '../doing.ts'
import type { Session } from '../session.ts'
import { placesOf } from './places.ts'

const Options = z.object({ file: z.string().min(1) })

export const backup = changingCommand('backup')
  .summary('copy the store into one file')
  .description(
    'Copy the store, also while others work with it, into one file for its owner only. The key is not in it: keep a copy of the key in another place.',
  )
  .argument('<file>', 'the file to make')
  .addHelpText('after', example('ssh-admin store backup hub-backup.db'))
  .action(
    doing(Options, async (options, session) => {
      const file = resolve(session.context.cwd, options.file)
      const replaces = await refuseUnusablePlace(file, session)
      const { dryRun, yes } = session.common
      const asks = replaces && !dryRun && !yes

      const { db, keyFile } = placesOf(session)
      const store = await session.open('as-it-is')
      try {
        permit(await session.given(store), 'store.backup', { name: 'store' })
        if (asks) await agree(session, `Replace the file ${file}?`)
        const bytes = dryRun ? null : await copy(store, { file, session })
        await answer(session, {
          text: `${dryRun ? 'Would copy' : 'Copied'} the store ${db} to ${file}\nThe key is not in it: it is ${keyFile}. Keep a copy of that too, in another place.`,
          json: { store: db, file, bytes, keyFile, changed: true, dryRun },
        })
        return 0
      } finally {
        await store.close()
      }
    }),
  )

async function copy(
  store: Awaited<ReturnType<Session['open']>>,
  { file, session }: { file: string; session: Session },
): Promise<number> {
  const { copyStore } = await import('../../db/backup.ts')
  const bytes = await copyStore(store, { to: file, signal: session.context.signal })
  await noteBackup(session)
  return bytes
}

/** Written when the copy is there; a store that cannot be changed is backed up all the same. */
async function noteBackup(session: Session): Promise<void> {
  try {
    const store = await session.open('use')
    try {
      await session.commit(store, (trx, given) => backUpStore(trx, { given }))
    } finally {
      await store.close()
    }
  } catch (error) {
    const why = error instanceof Error ? ` ${error.message}` : ''
    session.notify({ code: 'not-recorded', message: `The audit log does not name this backup.${why}` })
  }
}

/** Whether there is a file that would be replaced. */
async function refuseUnusablePlace(file: string, session: Session): Promise<boolean> {
  const { existsSync, statSync } = await import('node:fs')
  const { dirname } = await import('node:path')
  const { db, keyFile } = placesOf(session)
  const ownFiles = [db, `${db}-wal`, `${db}-shm`, keyFile]
  if (ownFiles.includes(file)) {
    throw new Refused('same-file', `${file} is the store itself, or a part of it.`, {
      hint: 'Name another file, best on another disk.',
    })
  }
  const folder = dirname(file)
  if (!existsSync(folder)) {
    throw new Unavailable('file-not-writable', `There is no folder ${folder}.`, {
      hint: 'Make it first, or name another place.',
    })
  }
  if (!existsSync(file)) return false
  if (statSync(file).isFile()) return true
  throw new Unavailable('file-not-writable', `${file} is there already, and is no file.`)
}
