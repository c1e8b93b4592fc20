import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { Interruption } from './interruption.ts'

/** A stream that may be a terminal. */
export type Output = Writable & { isTTY?: boolean; columns?: number }
export type Input = Readable & { isTTY?: boolean }

/** Everything that is not argv. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  stdin: Input
  stdout: Output
  stderr: Output
  now: () => Date
  random: (bytes: number) => Buffer
  /** The operating system's user and host, as the audit log names them. */
  operator: string
  /** Runs another program at this terminal, such as an editor. @returns its exit code, or null where a signal ended it */
  runProgram: (program: string, args: readonly string[]) => Promise<number | null>
  /** Ctrl-C, SIGTERM and SIGHUP. */
  interruption: Interruption
  /** Aborted by the first of them. */
  signal: AbortSignal
}

export function contextOfProcess(interruption: Interruption): Context {
  return {
    env: process.env,
    cwd: process.cwd(),
    // Only a command that asks or reads needs it, and Node opens it where it is first named.
    get stdin() {
      return process.stdin
    },
    stdout: process.stdout,
    stderr: process.stderr,
    now: () => new Date(),
    random: (bytes) => randomBytes(bytes),
    operator: `${userName()}@${hostname()}`,
    runProgram,
    interruption,
    signal: interruption.signal,
  }
}

/** With the streams of this process. */
export function runProgram(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.once('error', fail)
    child.once('exit', done)
  })
}

/** An account without an entry in the password file has only its number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user-${process.getuid?.() ?? 'unknown'}`
  }
}
