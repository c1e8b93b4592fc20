import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import type { LogHead } from '../../db/audit/head-file.ts'
import type { Copy, RestoredKey, PresentStore, Replaced } from '../../db/store/restore.ts'
import type { Voided } from '../../db/credentials.ts'
import { mkdirSync } from '../../disk.ts'
import { BadInput, changedMeanwhile, isMissingPath, Refused } from '../../errors.ts'
import { confirm } from '../../cli/confirm.ts'
import { voidedInWords } from '../../render/store.ts'
import { count, markedAnswer } from '../../render/text.ts'
import { type Restored, restoreStore } from '../../rules/store/restore.ts'
import { command } from '../../cli/define.ts'
import { argument, flag, type ValuesOf } from '../../cli/parameters.ts'
import { removeLeftovers } from '../../cli/leftovers.ts'
import type { Notice, Session } from '../../cli/session.ts'
import { isServerAddress, fillInStoreId } from '../../server-address.ts'
import { hintOfNearFiles } from '../../nearest.ts'
import { pathInWords } from '../../shell-word.ts'

const options = {
  keepCredentials: flag('keep the PINs and links that were open when the backup was made'),
  newKey: flag('the key is lost: make a new one, where none is there'),
}

type Options = { file: string } & ValuesOf<typeof options>

/** Of no other kind: the store is replaced by another one. */
export const restore = () =>
  command({
    name: 'restore',
    summary: 'put a backup in the place of the store',
    description:
      'Put a backup in the place of the store, which is kept beside it: of a store on a server, in a schema of its own. PINs and links that were open when the backup was made become void, because they may have been used or replaced since.',
    args: { file: argument('a file that store backup made', z.string().min(1, 'the name of a file')) },
    options,
    examples: ['ssh-admin store restore hub-backup.db --yes'],
    changes: true,
    run: async (options, session) => {
      const { dryRun } = session.common
      const { presentStore } = await import('../../db/store/restore.ts')
      const { withNewKey } = await import('../../db/store/rekey.ts')
      const { removeHeadFile, writeHeadFile } = await import('../../db/audit/head-file.ts')
      const db = session.settings.db.value
      const file = resolve(session.context.cwd, options.file)
      refuseMissing(file)
      refuseItself(file, db)

      const present = await presentStore(await session.opening('use'))
      const { keepAs: kept } = present
      session.busy('Looking at the backup …')
      const copy = await copyBackup(file, { session, present })
      try {
        const { key, keyFile, voided, erasedAgain, messages, head } = await prepareCopy(copy, {
          options,
          session,
          present,
        })
        if (options.newKey && !key.made) session.notify(keyIsThere(session, keyFile))
        await confirm(session, question({ db, file, kept, voided }))
        if (!dryRun) {
          let replaced: Replaced | undefined
          const replace = async () => {
            const beforePlacing = () => removeHeadFile(present.headFileBeside(keyFile))
            replaced = await present.replaceWith(copy.path, { beforePlacing })
            if (!replaced) throw changedMeanwhile()
          }
          await (key.made
            ? withNewKey(key.made, { commit: replace, interruption: session.context.interruption })
            : replace())
          if (replaced?.eventsMeanwhile)
            session.notify(changesMeanwhileNotice(replaced.eventsMeanwhile, kept))
          const store = isServerAddress(db) ? undefined : db
          writeHeadFile(present.headFileBeside(keyFile), head, { store })
          await removeLeftovers(session)
        }
        if (messages.unsure > 0) session.notify(mayGoOutAgain(messages.unsure))
        const lines = [
          `${dryRun ? 'Would restore' : 'Restored'} ${pathInWords(file)} to ${pathInWords(db)}; this ${dryRun ? 'would void' : 'voided'} ${voidedInWords(voided)}.`,
          ...(kept
            ? [`The store that was there ${dryRun ? 'would be' : 'is'} kept as ${pathInWords(kept)}`]
            : []),
          ...(erasedAgain.accounts > 0 ? [erasedAgainInWords(erasedAgain, { dryRun })] : []),
          ...(messages.settled > 0 ? [settledInWords(messages.settled)] : []),
          ...(key.made ? [`The new key is ${pathInWords(keyFile)}: keep a copy elsewhere.`] : []),
        ]
        const json = {
          store: db,
          file,
          kept,
          keyFile,
          newKey: key.made !== undefined,
          voided,
          erasedAgain,
          messages,
        }
        return {
          text: markedAnswer(lines.join('\n'), { changed: true, view: session.terminal.out }),
          json: { ...json, changed: true },
        }
      } finally {
        copy.remove()
      }
    },
  })

/** Notice that the key exists: --new-key is for a lost key, and `store rekey` for one that was disclosed. */
function keyIsThere({ settings }: Session, keyFile: string): Notice {
  const status =
    settings.keyCommand.value === undefined
      ? `is not lost: it is ${pathInWords(keyFile)}`
      : 'is given by a command'
  return {
    code: 'key-there',
    message: `The key ${status}. It stays, and no new one is made; for another one: ssh-admin store rekey`,
  }
}

function refuseMissing(file: string): void {
  try {
    if (statSync(file).isFile()) return
  } catch (error) {
    // An inaccessible file may exist.
    if (!isMissingPath(error)) throw error
  }
  throw new BadInput('file-not-found', `There is no file ${pathInWords(file)}.`, {
    hint: `${hintOfNearFiles(file)}\nssh-admin store info names the copies beside the store.`,
  })
}

/** Refuses to restore a store from itself, which would only void every PIN and link. */
function refuseItself(file: string, db: string): void {
  const [backup, present] = [file, db].map((path) => statSync(path, { throwIfNoEntry: false }))
  if (backup?.ino !== present?.ino || backup?.dev !== present?.dev) return
  throw new Refused('same-file', `${file} is the store itself.`, {
    hint: 'Name a file that ssh-admin store backup made.',
  })
}

/** Copies the backup beside the store, for an atomic rename; for a rehearsal into a temporary folder. */
async function copyBackup(file: string, { session, present }: { session: Session; present: PresentStore }) {
  const { dryRun } = session.common
  const { copyToRestore } = await import('../../db/store/restore.ts')
  if (!dryRun) mkdirSync(dirname(present.copyBeside))
  const beside = dryRun ? join(tmpdir(), `ssh-admin-${process.pid}`) : present.copyBeside
  const { refuseWithoutRoom } = await import('../../cli/output-file.ts')
  refuseWithoutRoom(beside, statSync(file).size)
  return copyToRestore(file, { beside, interruption: session.context.interruption })
}

/** Migrates the copy and voids its credentials before it replaces the store. */
async function prepareCopy(
  { path, storeId }: Copy,
  { options, session, present }: { options: Options; session: Session; present: PresentStore },
): Promise<Restored & { key: RestoredKey; keyFile: string; head: LogHead }> {
  const { chooseRestoredKey, refuseFormerKey, refuseToKeepCredentials } = await import(
    '../../db/store/restore.ts'
  )
  const { emptyLog, headOf } = await import('../../db/audit/head-file.ts')
  const { random } = session.context
  const { keepCredentials, newKey: mayMake } = options
  const keyFile = present.keyFileFor(storeId)
  const { secret } = await session.opening('use')
  const key = chooseRestoredKey({ backup: path, present, keyFile, secret, mayMakeKey: mayMake, random })
  await refuseFormerKey(key, { backup: path, present, keyFile: secret ? undefined : keyFile })
  if (keepCredentials) refuseToKeepCredentials(key)
  const erased = present.erased(storeId)
  if (!erased) {
    session.notify({
      code: 'erased-unknown',
      message:
        'The present store cannot be read, so that it is not known whom it erased: erase again whoever was erased since the backup was made.',
    })
  }
  const store = await session.open('place', { path })
  try {
    const otherKey = key.differsFromBackup ? key.keys.fingerprint : undefined
    // The head file is written after the copy has replaced the store.
    const sealed = { ...store, keys: () => key.keys }
    store.engine.enableSecureDelete()
    const { findLeftAfterRestore } = await import('../users/erase.ts')
    const findLeft = findLeftAfterRestore(fillInStoreId(session.settings.mailDir.value, storeId))
    const { result } = await session.commit(sealed, (trx, ctx) =>
      restoreStore(trx, {
        newFingerprint: otherKey,
        keepCredentials,
        erased: erased ?? [],
        findLeft,
        findDeliveries: present.deliveries,
        ctx,
      }),
    )
    if (result.erasedAgain.accounts > 0) await store.engine.vacuum()
    return { key, keyFile, ...result, head: (await headOf(store.db)) ?? emptyLog }
  } finally {
    await store.close()
  }
}

function question({
  db,
  file,
  kept,
  voided,
}: {
  db: string
  file: string
  kept: string | null
  voided: Voided
}): string {
  const more = isServerAddress(db) ? ', with what other desks change until then' : ''
  const copyNote = kept ? `The store that is there is kept as ${pathInWords(kept)}${more}. ` : ''
  return `Restore ${pathInWords(file)} to ${pathInWords(db)}? ${copyNote}It voids ${voidedInWords(voided)}.`
}

/** Notice of changes that other desks made during the restore: they are in the replaced store, which is kept. */
function changesMeanwhileNotice(events: number, kept: string | null): Notice {
  const were = events === 1 ? 'One event was' : `${events} events were`
  return {
    code: 'changed-before-restore',
    message: `${were} written by other desks while the backup was looked through: they are in the store that is kept${kept ? ` as ${pathInWords(kept)}` : ''}, and not in the one that is there now.`,
  }
}

function settledInWords(settled: number): string {
  const [was, stay] = settled === 1 ? ['was', 'it stays'] : ['were', 'they stay']
  return `${count(settled, 'message')} of the backup ${was} sent, written, refused or cancelled since: ${stay} so, and nobody gets one twice.`
}

function mayGoOutAgain(unsure: number): Notice {
  const [wait, them, have] = unsure === 1 ? ['waits', 'it', 'it has'] : ['wait', 'them', 'they have']
  return {
    code: 'messages-unsure',
    message: `${count(unsure, 'message')} ${wait}, and no store that was there knows ${them}: whether ${have} gone out since the backup was made is not known, and mail send would send ${them}. Look first: ssh-admin mail list --state queued shows ${them}, ssh-admin mail cancel ID takes one back.`,
  }
}

function erasedAgainInWords(
  { accounts, suspended, left }: Restored['erasedAgain'],
  { dryRun }: { dryRun: boolean },
): string {
  const many = accounts === 1 ? 'one account' : `${accounts} accounts`
  const message = `${dryRun ? 'Would erase' : 'Erased'} again ${many} whose owners were erased since the backup was made.`
  const beyond = left.length === 0 ? '' : `\nNot reached, and for you to see to: ${left.join('; ')}.`
  if (suspended.length === 0) return `${message}${beyond}`
  return `${message} What they coordinate or hold stays with ${suspended.map((id) => `erased-${id}@erased.invalid`).join(', ')}, suspended: see users show.${beyond}`
}
