import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Readable } from 'node:stream'
import type { Interruption } from './interruption.ts'
import { type Output, outputTo } from './output.ts'

/** A stream that may be a terminal. */
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
  readonly operator: string
  /** Runs another program at this terminal, such as an editor. @returns its exit code, or null where a signal ended it */
  runProgram: (program: string, args: readonly string[]) => Promise<number | null>
  /** Node, and what goes by the environment of the process, colours nothing from now on. */
  colourNothing: () => void
  /** The same colours as is asked for, whatever else would have none. */
  colourAll: () => void
  /** Starts the program that shows a long answer piece by piece. */
  startPager: (command: string, env: Readonly<Record<string, string>>) => Pager
  /** Ctrl-C, SIGTERM and SIGHUP. */
  interruption: Interruption
  /** Aborted by the first of them. */
  readonly signal: AbortSignal
}

interface Pager {
  /** Resolves with false once it has ended. */
  write: (text: string) => Promise<boolean>
  /** Resolves when it has ended. */
  end: () => Promise<void>
  /** Once it has ended by itself and says that it failed, its exit code; as 127 of a shell that finds no such program. */
  failure: () => Promise<number | undefined>
  /** It has taken more than the pipe to it holds. */
  hasRead: () => boolean
}

export function contextOfProcess(interruption: Interruption): Context {
  let operator: string | undefined
  return {
    env: process.env,
    cwd: process.cwd(),
    // Only a command that asks or reads needs it, and Node opens it where it is first named.
    get stdin() {
      return process.stdin
    },
    stdout: outputTo(1, () => process.stdout),
    stderr: outputTo(2, () => process.stderr),
    now: () => new Date(),
    random: (bytes) => randomBytes(bytes),
    // Only what is logged needs it, and Node loads a module for it and asks the system's list of users.
    get operator() {
      operator ??= `${userName()}@${hostname()}`
      return operator
    },
    runProgram,
    colourNothing: () => {
      // Node would let it go before NO_COLOR, and warn.
      delete process.env.FORCE_COLOR
      process.env.NO_COLOR = '1'
    },
    colourAll: () => {
      // Node goes by FORCE_COLOR before these, as this does, and warns.
      delete process.env.NODE_DISABLE_COLORS
      delete process.env.NO_COLOR
    },
    startPager,
    interruption,
    get signal() {
      return interruption.signal
    },
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

/** More than this is not held for a pager that somebody reads slowly. */
const enoughForPager = 64 * 1024 * 1024

/** With room: Linux takes some 208 KB for the socket by which Node reaches it before anything is read. */
const pipeHolds = 1024 * 1024

/** At this terminal, by a shell, as git does. One that ends early, as by `q`, is no error. */
export function startPager(command: string, env: Readonly<Record<string, string>>): Pager {
  const stdio: ['pipe', 'inherit', 'inherit'] = ['pipe', 'inherit', 'inherit']
  const child = spawn('sh', ['-c', command], { stdio, env: { ...process.env, ...env } })
  let hasEnded = false
  let written = 0
  let code: number | null = null
  const over = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true
      resolve()
    }
    child.once('error', end)
    child.once('close', (exit) => {
      code = exit
      end()
    })
    child.stdin.on('error', () => {
      hasEnded = true
    })
  })
  return {
    write: async (text) => {
      if (hasEnded) return false
      written += Buffer.byteLength(text)
      // What is read from the store is read to its end, however long somebody looks at the first page.
      if (!child.stdin.write(text) && child.stdin.writableLength > enoughForPager)
        await Promise.race([over, new Promise((resolve) => child.stdin.once('drain', resolve))])
      return !hasEnded
    },
    end: async () => {
      child.stdin.end()
      await over
    },
    failure: async () => {
      await over
      // A shell says so of a program that a signal ended, as by Ctrl-C.
      return code === null || code === 0 || code > 128 ? undefined : code
    },
    hasRead: () => child.stdin.writable && written - child.stdin.writableLength > pipeHolds,
  }
}

/** An account without an entry in the password file has only its number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user-${process.getuid?.() ?? 'unknown'}`
  }
}
