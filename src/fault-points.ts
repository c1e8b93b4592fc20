import { appendFileSync, existsSync } from 'node:fs'

/** The build says true for the bundle that test/torture runs, and false for the one that is published. */
declare const FAULT_POINTS: boolean

/** What is done at a point: a call of the file system, a statement of SQLite, a step of SMTP; `done`: only a kill fits. */
type Layer = 'file' | 'sqlite' | 'smtp' | 'done'

const compiledIn = typeof FAULT_POINTS !== 'undefined' && FAULT_POINTS

let reached = 0

/**
 * A moment at which the machine may fail. Counted in the order in which they are reached; where
 * SSH_ADMIN_FAULT says `kill 7`, `ENOSPC 7`, `EIO 7`, `SIGINT 7`, `SIGINT+SIGINT 7` or `pause 7`, that happens at the seventh.
 */
export function faultPoint(name: string, layer: Layer = 'file'): void {
  if (compiledIn) reach(name, layer)
}

function reach(name: string, layer: Layer): void {
  const { SSH_ADMIN_FAULT = '', SSH_ADMIN_FAULT_LOG } = process.env
  reached += 1
  if (SSH_ADMIN_FAULT_LOG) appendFileSync(SSH_ADMIN_FAULT_LOG, `${reached} ${name}\n`)
  const [kind = '', ...at] = SSH_ADMIN_FAULT.split(' ')
  const point = at.join(' ')
  if (point !== String(reached) && point !== name) return
  if (kind === 'kill') process.kill(process.pid, 'SIGKILL')
  if (kind === 'pause') pauseUntil(`${SSH_ADMIN_FAULT_LOG}.go`)
  else if (kind.startsWith('SIG')) for (const signal of kind.split('+')) process.kill(process.pid, signal)
  else if (layer !== 'done') throw failureOf(kind, { name, layer })
}

/** Blocks the process as a slow disk does: what arrives meanwhile is heard afterwards. */
function pauseUntil(file: string): void {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  while (!existsSync(file)) Atomics.wait(cell, 0, 0, 5)
}

const sqliteCodes: Readonly<Record<string, string>> = { ENOSPC: 'SQLITE_FULL', EIO: 'SQLITE_IOERR_WRITE' }

function failureOf(kind: string, { name, layer }: { name: string; layer: Layer }): Error {
  const [syscall] = name.split(' ')
  if (layer === 'sqlite') return Object.assign(new Error(`${kind} at ${name}`), { code: sqliteCodes[kind] })
  return Object.assign(new Error(`${kind}: injected, ${name}`), { code: kind, syscall })
}
