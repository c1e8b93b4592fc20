import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Cancelled, Unavailable } from '../errors.ts'

/** Who is writing to the store now. */
export interface Holder {
  pid: number
  command: string
  since: string
}

interface Patience {
  path: string
  /** In milliseconds. */
  patience: number
  onWait: (holder: Holder | undefined) => void
  signal: AbortSignal | undefined
  since: { started: number; told: boolean }
}

/** Waits between two tries to write, says once for whom, and gives up with `store-locked`. */
export function waitForStore({ path, patience, onWait, signal, since }: Patience) {
  return async (tries: number): Promise<void> => {
    if (tries === 0) {
      since.started = performance.now()
      since.told = false
    }
    const waited = performance.now() - since.started
    if (waited >= patience) throw locked(path, holderOf(path))
    if (!since.told && waited > 200) {
      since.told = true
      onWait(holderOf(path))
    }
    await pause(Math.min(10 + tries * 5, 100), undefined, { signal }).catch(() => {
      throw new Cancelled()
    })
  }
}

/** Says, for those who wait, who holds the store; taken back with `letGo`. */
export function holdStore(path: string, holder: Holder): void {
  writeFileSync(holderFile(path), JSON.stringify(holder), { mode: 0o600 })
}

/** Only our own note: the next writer may have left theirs already. */
export function letGo(path: string): void {
  if (holderOf(path)?.pid === process.pid) rmSync(holderFile(path), { force: true })
}

function holderFile(path: string): string {
  return `${path}.writer`
}

/** A note left by a process that is gone names nobody. */
function holderOf(path: string): Holder | undefined {
  const holder = noteAt(path)
  return holder && lives(holder) ? holder : undefined
}

/** The note of a process that ended without taking it back. */
export function staleHolder(path: string): { file: string; holder: Holder } | undefined {
  const holder = noteAt(path)
  return holder && !lives(holder) ? { file: holderFile(path), holder } : undefined
}

function noteAt(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(holderFile(path), 'utf8'))
  } catch {
    return undefined
  }
}

function lives({ pid }: Holder): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process may not be signalled, and lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

export function nameHolder(holder: Holder | undefined): string {
  return holder ? `${holder.command} (process ${holder.pid})` : 'another program'
}

function locked(path: string, holder: Holder | undefined): Unavailable {
  return new Unavailable('store-locked', `The store ${path} is in use by ${nameHolder(holder)}.`, {
    hint: 'Try again in a moment, or wait longer with --wait SECONDS.',
  })
}
