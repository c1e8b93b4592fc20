import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { builtWithFaultPoints } from '../built-program.ts'

export interface Ran {
  /** Undefined where a signal ended it. */
  exit: number | undefined
  signal: string | undefined
  stdout: string
  stderr: string
  /** The fault points that were reached, in order. */
  points: string[]
}

/** A folder with a store, a home, and the program with its fault points. */
export interface Desk {
  folder: string
  db: string
  path: (name: string) => string
  run: (
    argv: readonly string[],
    more?: { fault?: string; env?: Record<string, string> | undefined; input?: string | undefined },
  ) => Promise<Ran>
  /** The same folder once more, as it is now. */
  copy: () => Desk
  files: () => string[]
  clear: () => void
}

export function newDesk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-torture-'))
  mkdirSync(join(folder, 'home'))
  return deskIn(folder)
}

function deskIn(folder: string): Desk {
  const db = join(folder, 'hub.db')
  const log = join(folder, 'home', 'points')
  return {
    folder,
    db,
    path: (name) => join(folder, name),
    run: async (argv, { fault = '', env = {}, input } = {}) => {
      rmSync(log, { force: true })
      const ended = await execa(process.execPath, [builtWithFaultPoints(), ...argv], {
        cwd: folder,
        env: {
          ...{
            PATH: process.env.PATH,
            HOME: join(folder, 'home'),
            SSH_ADMIN_DB: db,
            TZ: 'UTC',
            NO_COLOR: '1',
          },
          ...(fault === '' ? {} : { SSH_ADMIN_FAULT: fault, SSH_ADMIN_FAULT_LOG: log }),
          ...env,
        },
        extendEnv: false,
        reject: false,
        ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
        timeout: 120_000,
      })
      const points = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
      const { exitCode, signal, stdout, stderr } = ended
      return {
        exit: exitCode,
        signal,
        stdout,
        stderr,
        points: points.map((line) => line.replace(/^\d+ /, '')),
      }
    },
    copy: () => {
      const other = mkdtempSync(join(tmpdir(), 'ssh-admin-torture-'))
      cpSync(folder, other, { recursive: true })
      return deskIn(other)
    },
    files: () => readdirSync(folder).sort(),
    clear: () => rmSync(folder, { recursive: true, force: true }),
  }
}
