import { failureOfStore } from '../db/store/errors.ts'
import { Unavailable } from '../errors.ts'
import type { EventToAppend } from '../rules/audit/append.ts'
import { isServerAddress } from '../server-address.ts'
import type { OutputFile } from './output-file.ts'
import { type Notice, type Session, type WorkFor, withStore } from './session.ts'
import { commandLine } from './typed-line.ts'

export type HappenedEvent = Pick<EventToAppend, 'action' | 'subject' | 'userId' | 'facts' | 'personal'>

/**
 * Records that somebody carries particulars out of the store, or looks at somebody's message, before
 * they have them. Where the log cannot be written to (no key, nothing to write to) the answer stands and a
 * notice says so; where it can, and this was not recorded, it is refused. @returns whether the log names it
 */
export async function recordEvent(session: Session, event: HappenedEvent): Promise<boolean> {
  try {
    await record(session, async () => event)
    return true
  } catch (error) {
    if (!isAboutUnwritableLog(error, session)) throw error
    session.notify({
      code: 'not-recorded',
      message: 'The audit log does not name this: it cannot be written to.',
    })
    return false
  }
}

async function record(session: Session, judge: WorkFor<HappenedEvent>): Promise<void> {
  const { appendAudit } = await import('../rules/audit/append.ts')
  // What was looked at may have been opened to be read only.
  await withStore(session, 'use', (store) =>
    session.commit(store, async (trx, ctx) => {
      const event = await judge(trx, ctx)
      await appendAudit(trx, { ...ctx, ...event, kind: 'event' })
    }),
  )
}

const unwritableLog = /^(key-.*|store-read-only|store-full|store-refused|audit-broken)$/

/** Neither a busy store, nor a server that does not answer, nor Ctrl-C lets anything out unrecorded. */
function isAboutUnwritableLog(error: unknown, { settings }: Session): boolean {
  const failure = error instanceof Unavailable ? error : failureOfStore(error)
  if (!failure) return false
  // Of a file it says that its folder, or the disk, takes no more.
  if (failure.code === 'store-unavailable') return !isServerAddress(settings.db.value)
  return unwritableLog.test(failure.code)
}

/** What is told of a file that the log names already, and that is not where it was wanted. */
type NotMoved = (reason: string) => Notice

/**
 * Puts a file in its place once the log names it: whoever ends the program in between has no file.
 * @returns where it is; undefined where the log names it and it could not be placed, which is told: exit code 9
 */
export async function moveIntoPlaceRecorded(
  session: Session,
  { file, event, notMoved }: { file: OutputFile; event: HappenedEvent; notMoved?: NotMoved },
): Promise<string | undefined> {
  let isRecorded: boolean
  try {
    isRecorded = await recordEvent(session, event)
  } catch (error) {
    file.discard()
    throw error
  }
  return isRecorded ? moveNamedIntoPlace(session, { file, notMoved }) : file.moveIntoPlace()
}

/** The same once its event is saved, which what may be had is judged with; unsaved, there is no file. */
export async function moveIntoPlaceOnlyRecorded(
  session: Session,
  { file, judge }: { file: OutputFile; judge: WorkFor<HappenedEvent> },
): Promise<string | undefined> {
  try {
    await record(session, judge)
  } catch (error) {
    file.discard()
    throw error
  }
  return moveNamedIntoPlace(session, { file })
}

async function moveNamedIntoPlace(
  session: Session,
  { file, notMoved }: { file: OutputFile; notMoved?: NotMoved | undefined },
): Promise<string | undefined> {
  try {
    return await file.moveIntoPlace()
  } catch (error) {
    const reason = error instanceof Error ? ` ${error.message}` : ''
    session.notify(
      notMoved?.(reason) ?? {
        code: 'file-not-placed',
        message: `The audit log names it, but ${file.shown} is not there.${reason} To write it: ${commandLine(session.argv)}`,
      },
    )
    return undefined
  }
}
