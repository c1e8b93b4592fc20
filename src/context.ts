import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import type { Readable } from 'node:stream'
import type { Interruption } from './interruption.ts'
import { type Output, outputTo } from './output.ts'

/** A stream that may be a terminal. */
export type Input = Readable & { isTTY?: boolean }

/** Everything that a command depends on apart from its arguments. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  stdin: Input
  stdout: Output
  stderr: Output
  now: () => Date
  random: (bytes: number) => Buffer
  /** The operating system's user and host, for the audit log. */
  readonly operator: string
  /**
   * Runs another program at this terminal, such as an editor.
   * @returns its exit code, or null where a signal ended it
   */
  runProgram: (program: string, args: readonly string[]) => Promise<number | null>
  /** Turns colours off for Node and for libraries that read the process's environment. */
  disableColours: () => void
  /** Removes variables that turn colours off, so that such libraries use the level that was asked for. */
  enableColours: () => void
  /** Starts the pager for a long answer. */
  startPager: (command: string, env: Readonly<Record<string, string>>) => Pager
  /** Ctrl-C, SIGTERM and SIGHUP. */
  interruption: Interruption
  /** Aborted by the first of these signals. */
  readonly signal: AbortSignal
}

interface Pager {
  /** Resolves with false once the pager has ended. */
  write: (text: string) => Promise<boolean>
  /** Resolves when the pager has ended. */
  end: () => Promise<void>
  /** The exit code of a pager that ended by failing, such as a shell's 127 for an unknown program. */
  failure: () => Promise<number | undefined>
  /** Whether the pager has taken more than the pipe to it can hold, and so has read something. */
  hasRead: () => boolean
}

export function contextOfProcess(interruption: Interruption): Context {
  let operator: string | undefined
  return {
    env: process.env,
    cwd: process.cwd(),
    // Node opens stdin at the first access to process.stdin, and only some commands need it.
    get stdin() {
      return process.stdin
    },
    stdout: outputTo(1, () => process.stdout),
    stderr: outputTo(2, () => process.stderr),
    now: () => new Date(),
    random: (bytes) => randomBytes(bytes),
    // Loads node:os and asks the system's user database, which only commands that write to the audit log need.
    get operator() {
      operator ??= `${userName()}@${hostname()}`
      return operator
    },
    runProgram,
    disableColours: () => {
      // Node gives FORCE_COLOR precedence over NO_COLOR, and warns about it.
      delete process.env.FORCE_COLOR
      process.env.NO_COLOR = '1'
    },
    enableColours: () => {
      // Node gives FORCE_COLOR precedence over these, as this program does, but warns about it.
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

/** Runs a program with the standard streams of this process. */
export function runProgram(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    child.once('error', fail)
    child.once('exit', done)
  })
}

/** Bytes that are buffered for a slow reader of the pager at most. */
const maxPagerBuffer = 64 * 1024 * 1024

/** An upper bound in bytes of what the pipe holds unread: Linux takes some 208 KB for the socket that Node uses. */
const maxPipeBytes = 1024 * 1024

/** Runs the pager by a shell, as git does. A pager that ends early, as by `q`, is no error. */
export function startPager(command: string, env: Readonly<Record<string, string>>): Pager {
  const stdio: ['pipe', 'inherit', 'inherit'] = ['pipe', 'inherit', 'inherit']
  const child = spawn('sh', ['-c', command], { stdio, env: { ...process.env, ...env } })
  let hasEnded = false
  let written = 0
  let code: number | null = null
  const ended = new Promise<void>((resolve) => {
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
      // Reads the store to the end however long somebody looks at the first page, so that it can be closed.
      if (!child.stdin.write(text) && child.stdin.writableLength > maxPagerBuffer)
        await Promise.race([ended, new Promise((resolve) => child.stdin.once('drain', resolve))])
      return !hasEnded
    },
    end: async () => {
      child.stdin.end()
      await ended
    },
    failure: async () => {
      await ended
      // Codes above 128 mean that a signal, such as Ctrl-C, ended the pager.
      return code === null || code === 0 || code > 128 ? undefined : code
    },
    hasRead: () => child.stdin.writable && written - child.stdin.writableLength > maxPipeBytes,
  }
}

/** An account without an entry in the password file has only a number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user-${process.getuid?.() ?? 'unknown'}`
  }
}
