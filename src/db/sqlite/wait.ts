import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { rmSync, writeFileSync } from '../../disk.ts'
import { Cancelled, errorCodeOf } from '../../errors.ts'
import { readSmallFile } from '../../input-file.ts'
import { type Holder, type Opening, storeLocked } from '../store/opening.ts'
import { pathInWords } from '../../shell-word.ts'

type Waiting = Pick<Opening, 'path' | 'maxWaitMs' | 'onWait' | 'signal' | 'interruption'>

/** Between two tries, in milliseconds. */
const maxPause = 25

/** Waits between two tries to write, says once for whom, and gives up with `store-locked`. */
export function waitForStore(opening: Waiting) {
  const { path, maxWaitMs, onWait, interruption } = opening
  const since = { started: 0, notified: false }
  return async (tries: number): Promise<void> => {
    if (tries === 0) {
      since.started = performance.now()
      since.notified = false
    }
    const waited = performance.now() - since.started
    if (waited >= maxWaitMs) throw storeLocked(pathInWords(path), holderOf(path))
    if (!since.notified && waited > 200) {
      since.notified = true
      onWait(holderOf(path))
    }
    // What counts already is brought to its end.
    const heard = interruption?.isFinishing() ? undefined : opening.signal
    await pause(Math.min(10 + tries * 5, maxPause), undefined, { signal: heard }).catch(() => {
      if (!interruption?.isFinishing()) throw new Cancelled()
    })
  }
}

/** So long a program changes the store again and again before it lets others in, and for how long, in milliseconds. */
const maxTurnMs = 500
const yieldMs = maxPause + 15

/** SQLite has no queue: between changes that follow one another whoever waits looks at the right moment by chance alone. */
export class Turns {
  #begun = Number.NEGATIVE_INFINITY
  #ended = Number.NEGATIVE_INFINITY

  /** Before a change. */
  async begin(): Promise<void> {
    const now = milliseconds()
    if (now - this.#ended >= yieldMs) this.#begun = now
    else if (now - this.#begun >= maxTurnMs) {
      await pause(yieldMs)
      this.#begun = milliseconds()
    }
  }

  /** It is saved, or taken back. */
  end(): void {
    this.#ended = milliseconds()
  }
}

/** Of a clock that is never set. Node's `performance` is a module that most commands do without. */
function milliseconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

/**
 * Says, for those who wait, who holds the store; taken back with `releaseStore`. The lock is SQLite's: a note that cannot
 * be written stops no change. Whatever lies in its place goes first, so that nothing is written through a link.
 */
export function noteHolder(path: string, command: string): void {
  const file = holderFile(path)
  const remove = () => ignoringErrors(() => rmSync(file, { force: true }))
  remove()
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, command, host: hostname() }), { flag: 'wx' })
  } catch {
    // A note is only a note, and half of one is none.
    remove()
  }
}

/** Only our own note: the next writer may have left theirs already. What was done stays done when it cannot go. */
export function releaseStore(path: string): void {
  const holder = noteAt(path)
  if (holder?.pid !== process.pid || isElsewhere(holder)) return
  ignoringErrors(() => rmSync(holderFile(path), { force: true }))
}

function ignoringErrors(step: () => void): void {
  try {
    step()
  } catch {
    // A note is only a note.
  }
}

function holderFile(path: string): string {
  return `${path}.writer`
}

/** A note left by a process that is gone names nobody. */
export function holderOf(path: string): Holder | undefined {
  const holder = noteAt(path)
  return holder && lives(holder) ? holder : undefined
}

/** The note of a process that ended without taking it back, or before it had written all of it: then without a name. */
export function staleHolder(path: string): { file: string; holder: Holder | undefined } | undefined {
  const file = holderFile(path)
  const holder = noteAt(path)
  if (holder ? lives(holder) : !existsSync(file)) return undefined
  return { file, holder }
}

function noteAt(path: string): Holder | undefined {
  try {
    return holderIn(JSON.parse(readSmallFile(holderFile(path)).text ?? ''))
  } catch {
    return undefined
  }
}

/** Anybody who may write the folder may have written the note. */
function holderIn(note: unknown): Holder | undefined {
  if (typeof note !== 'object' || note === null) return undefined
  const { pid, command, host }: Partial<Record<keyof Holder, unknown>> = note
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined
  if (typeof command !== 'string') return undefined
  return { pid, command, ...(typeof host === 'string' ? { host } : {}) }
}

/** Of another machine nobody here can say who lives. */
function isElsewhere({ host }: Holder): boolean {
  return host !== undefined && host !== hostname()
}

function lives(holder: Holder): boolean {
  if (isElsewhere(holder) || holder.pid === undefined) return true
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    // Somebody else's process may not be signalled, and lives.
    return errorCodeOf(error) === 'EPERM'
  }
}
