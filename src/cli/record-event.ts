import { failureOfStore } from '../db/store/errors.ts'
import { Unavailable } from '../errors.ts'
import type { EventToAppend } from '../rules/audit/append.ts'
import { isServerAddress } from '../server-address.ts'
import type { OutputFile } from './output-file.ts'
import { type Notice, type Session, type WorkFor, withStore } from './session.ts'
import { commandLine } from './typed-line.ts'

export type EventToRecord = Pick<EventToAppend, 'action' | 'subject' | 'userId' | 'facts' | 'personal'>

/**
 * Records that somebody exports personal data or reads somebody's message, before they get it. Where the audit log
 * cannot be written at all (no key, a read-only store), the command goes on with a notice; any other failure to record
 * refuses the command.
 * @returns whether the event was recorded
 */
export async function recordEvent(session: Session, event: EventToRecord): Promise<boolean> {
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

async function record(session: Session, eventFor: WorkFor<EventToRecord>): Promise<void> {
  const { appendAudit } = await import('../rules/audit/append.ts')
  // The command may have opened the store for reading only.
  await withStore(session, 'use', (store) =>
    session.commit(store, async (trx, ctx) => {
      const event = await eventFor(trx, ctx)
      await appendAudit(trx, { ...ctx, ...event, kind: 'event' })
    }),
  )
}

const unwritableLogCodes = /^(key-.*|store-read-only|store-full|store-refused|audit-broken)$/

/** A busy store, a silent server and Ctrl-C do not count: for them nothing may be handed out unrecorded. */
function isAboutUnwritableLog(error: unknown, { settings }: Session): boolean {
  const failure = error instanceof Unavailable ? error : failureOfStore(error)
  if (!failure) return false
  // For a file store this code means that its folder or disk cannot be used; for a server, that it does not answer.
  if (failure.code === 'store-unavailable') return !isServerAddress(settings.db.value)
  return unwritableLogCodes.test(failure.code)
}

/** The notice about a file whose event is recorded, but which could not be moved into place. */
type NotMovedNotice = (reason: string) => Notice

/**
 * Moves a file into place after recording its event: a process that is killed in between leaves no file.
 * @returns the path; undefined where the event is recorded and the move failed, which is notified: exit code 9
 */
export async function recordAndMoveIntoPlace(
  session: Session,
  { file, event, notMoved }: { file: OutputFile; event: EventToRecord; notMoved?: NotMovedNotice },
): Promise<string | undefined> {
  let isRecorded: boolean
  try {
    isRecorded = await recordEvent(session, event)
  } catch (error) {
    file.discard()
    throw error
  }
  return isRecorded ? moveOrNotify(session, { file, notMoved }) : file.moveIntoPlace()
}

/** Like recordAndMoveIntoPlace, but the recording transaction checks the right to it: without a record, no file. */
export async function recheckAndMoveIntoPlace(
  session: Session,
  { file, recheck }: { file: OutputFile; recheck: WorkFor<EventToRecord> },
): Promise<string | undefined> {
  try {
    await record(session, recheck)
  } catch (error) {
    file.discard()
    throw error
  }
  return moveOrNotify(session, { file })
}

async function moveOrNotify(
  session: Session,
  { file, notMoved }: { file: OutputFile; notMoved?: NotMovedNotice | undefined },
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
