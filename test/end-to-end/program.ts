import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa, type Options } from 'execa'
import { asksForJson, checkJson } from '../json-answers.ts'
import { builtProgram, root } from '../built-program.ts'

export { root }
export const bin = builtProgram()

export interface Desk {
  folder: string
  path: (name: string) => string
  /** Starts the built program with nothing but these words and an environment of its own. */
  program: (argv: readonly string[], options?: Options) => Promise<Ended>
  /** The same through a shell, in which `ssh-admin` can be typed. */
  shell: (line: string, options?: Options) => Promise<Ended>
  clear: () => void
}

export interface Ended {
  exitCode: number | undefined
  stdout: string
  stderr: string
}

/** A folder and a home for one test. */
export function newDesk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-admin-desk-'))
  const defaults: Options = {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, SSH_ADMIN_DB: join(folder, 'hub.db') },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  }
  return {
    folder,
    path: (name) => join(folder, name),
    program: async (argv, options) => {
      const ran = await ended(process.execPath, [bin, ...argv], { ...defaults, ...options })
      const { exitCode: exit } = ran
      // One that was killed, or whose answer goes elsewhere, has none to look at.
      if (asksForJson(argv) && exit !== undefined && options?.stdout === undefined)
        checkJson(argv, { ...ran, exit })
      return ran
    },
    shell: (line, options) =>
      ended('bash', ['-c', `ssh-admin() { '${process.execPath}' '${bin}' "$@"; }; ${line}`], {
        ...defaults,
        ...options,
      }),
    clear: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function ended(file: string, argv: readonly string[], options: Options): Promise<Ended> {
  const { exitCode, stdout, stderr } = await execa(file, argv, {
    ...options,
    stdin: options.stdin ?? 'ignore',
  })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}
