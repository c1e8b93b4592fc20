import { appendFileSync, existsSync } from 'node:fs'

/** Defined by the build: true in the bundle for test/torture, false in the published one. */
declare const FAULT_POINTS: boolean

/** The operation at a point: a file system call, an SQLite statement, an SMTP step; at `done` only a kill applies. */
type Layer = 'file' | 'sqlite' | 'smtp' | 'done'

const compiledIn = typeof FAULT_POINTS !== 'undefined' && FAULT_POINTS

let pointsReached = 0

/**
 * A point at which test/torture can inject a failure. Points are counted in the order in which they are reached: with
 * SSH_ADMIN_FAULT `kill 7`, `ENOSPC 7`, `EIO 7`, `SIGINT 7`, `SIGINT+SIGINT 7` or `pause 7` the seventh fails so.
 */
export function faultPoint(name: string, layer: Layer = 'file'): void {
  if (compiledIn) reachPoint(name, layer)
}

function reachPoint(name: string, layer: Layer): void {
  const { SSH_ADMIN_FAULT = '', SSH_ADMIN_FAULT_LOG } = process.env
  pointsReached += 1
  if (SSH_ADMIN_FAULT_LOG) appendFileSync(SSH_ADMIN_FAULT_LOG, `${pointsReached} ${name}\n`)
  const [kind = '', ...at] = SSH_ADMIN_FAULT.split(' ')
  const point = at.join(' ')
  if (point !== String(pointsReached) && point !== name) return
  if (kind === 'kill') process.kill(process.pid, 'SIGKILL')
  if (kind === 'pause') pauseUntil(`${SSH_ADMIN_FAULT_LOG}.go`)
  else if (kind.startsWith('SIG')) for (const signal of kind.split('+')) process.kill(process.pid, signal)
  else if (layer !== 'done') throw failureOf(kind, { name, layer })
}

/** Blocks the process as a slow disk would: signals that arrive meanwhile are handled afterwards. */
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
