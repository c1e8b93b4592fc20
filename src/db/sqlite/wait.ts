import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { rmSync, writeFileSync } from '../../disk.ts'
import { Cancelled, errorCodeOf } from '../../errors.ts'
import { readSmallFile } from '../../input-file.ts'
import { type Holder, type Opening, storeLocked } from '../store/opening.ts'
import { pathInWords } from '../../shell-word.ts'

type Waiting = Pick<Opening, 'path' | 'maxWaitMs' | 'onWait' | 'signal' | 'interruption'>

/** Longest pause between two attempts, in milliseconds. */
const maxPause = 25

/** Waits between two attempts to lock the store, reports its holder once, and gives up with `store-locked`. */
export function waitForStore(opening: Waiting) {
  const { path, maxWaitMs, onWait, interruption } = opening
  const progress = { started: 0, notified: false }
  return async (tries: number): Promise<void> => {
    if (tries === 0) {
      progress.started = performance.now()
      progress.notified = false
    }
    const waited = performance.now() - progress.started
    if (waited >= maxWaitMs) throw storeLocked(pathInWords(path), holderOf(path))
    if (!progress.notified && waited > 200) {
      progress.notified = true
      onWait(holderOf(path))
    }
    // A change that is being finished is not interrupted.
    const signal = interruption?.isFinishing() ? undefined : opening.signal
    await pause(Math.min(10 + tries * 5, maxPause), undefined, { signal }).catch(() => {
      if (!interruption?.isFinishing()) throw new Cancelled()
    })
  }
}

/** After changing the store repeatedly for this long, a program pauses so that others get the lock; in milliseconds. */
const maxTurnMs = 500
const yieldMs = maxPause + 15

/**
 * Fairness between writers: SQLite has no lock queue, and others would get the lock between rapid changes only by
 * chance.
 */
export class Turns {
  #begun = Number.NEGATIVE_INFINITY
  #ended = Number.NEGATIVE_INFINITY

  /** Called before a change. */
  async begin(): Promise<void> {
    const now = milliseconds()
    if (now - this.#ended >= yieldMs) this.#begun = now
    else if (now - this.#begun >= maxTurnMs) {
      await pause(yieldMs)
      this.#begun = milliseconds()
    }
  }

  /** Called after a commit or rollback. */
  end(): void {
    this.#ended = milliseconds()
  }
}

/** A monotonic clock; Node's `performance` would load a module that most commands do not need. */
function milliseconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

/**
 * Writes a note that says who holds the store, removed by `releaseStore`. Only informative: the lock is SQLite's, and a
 * note that cannot be written stops no change. An existing file is removed first, so that no symlink is followed.
 */
export function recordHolder(path: string, command: string): void {
  const file = holderFile(path)
  const remove = () => ignoringErrors(() => rmSync(file, { force: true }))
  remove()
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, command, host: hostname() }), { flag: 'wx' })
  } catch {
    // A partial note would be misleading.
    remove()
  }
}

/** Removes our own note only: the next holder may have written theirs already. Failing to remove it is ignored. */
export function releaseStore(path: string): void {
  const holder = noteAt(path)
  if (holder?.pid !== process.pid || isElsewhere(holder)) return
  ignoringErrors(() => rmSync(holderFile(path), { force: true }))
}

function ignoringErrors(step: () => void): void {
  try {
    step()
  } catch {
    // The note is only informative.
  }
}

function holderFile(path: string): string {
  return `${path}.writer`
}

/** The holder; undefined if the note's process is gone. */
export function holderOf(path: string): Holder | undefined {
  const holder = noteAt(path)
  return holder && isAlive(holder) ? holder : undefined
}

/** The note of a process that ended without removing it; without a holder if the note is incomplete. */
export function staleHolder(path: string): { file: string; holder: Holder | undefined } | undefined {
  const file = holderFile(path)
  const holder = noteAt(path)
  if (holder ? isAlive(holder) : !existsSync(file)) return undefined
  return { file, holder }
}

function noteAt(path: string): Holder | undefined {
  try {
    return holderIn(JSON.parse(readSmallFile(holderFile(path)).text ?? ''))
  } catch {
    return undefined
  }
}

/** Parses a note without trusting it: anybody who may write to the folder may have written it. */
function holderIn(note: unknown): Holder | undefined {
  if (typeof note !== 'object' || note === null) return undefined
  const { pid, command, host }: Partial<Record<keyof Holder, unknown>> = note
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return undefined
  if (typeof command !== 'string') return undefined
  return { pid, command, ...(typeof host === 'string' ? { host } : {}) }
}

/** Whether the holder is on another machine, whose processes cannot be checked. */
function isElsewhere({ host }: Holder): boolean {
  return host !== undefined && host !== hostname()
}

function isAlive(holder: Holder): boolean {
  if (isElsewhere(holder) || holder.pid === undefined) return true
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    return errorCodeOf(error) === 'EPERM'
  }
}
