import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { cleanForTerminal } from '../render/clean-text.ts'
import type { Session } from './session.ts'
import { clearBusy } from './terminal.ts'

export interface PagedOutput {
  /** Resolves with false once the reader has quit. */
  write: (text: string) => Promise<boolean>
  /** Resolves once all is read, or the reader has quit. */
  end: () => Promise<void>
}

/** The output, and whether a pager is wanted. */
interface Shown extends Pick<Session, 'terminal' | 'context'> {
  common: Pick<Session['common'], 'pager'>
}

/** Sends what is longer than the screen of a terminal through the pager; anything else is written directly. */
export function pagedOutput({ terminal, context, common }: Shown): PagedOutput {
  const { rows = 0, columns = 80 } = context.stdout
  const pager = rows > 0 && common.pager ? pagerOf(context.env) : undefined
  if (pager === undefined) return { write: terminal.write, end: async () => undefined }
  let held: string | undefined = ''
  let running: ReturnType<typeof context.startPager> | undefined
  let shown: (() => void) | undefined
  /** Where the pager failed before it showed anything, the held text is shown without it. */
  const failed = async () => {
    const exit = held === undefined ? undefined : await running?.failure()
    if (exit === undefined) return false
    shown?.()
    terminal.say(`The pager ${pager} failed (exit code ${exit}): this is shown without it.`)
    return true
  }
  let isDirect = false
  return {
    write: async (text) => {
      if (isDirect) return terminal.write(text)
      if (held !== undefined) held += text
      const isFirst = running === undefined
      if (isFirst && linesOf(held ?? '', columns) <= rows) return true
      if (isFirst) clearBusy(context.stderr)
      if (isFirst) shown = context.interruption.whileShown()
      running ??= context.startPager(pager, environmentOf(context.env))
      if (await running.write(cleanForTerminal(isFirst ? (held ?? '') : text))) {
        if (running.hasRead()) held = undefined
        return true
      }
      isDirect = await failed()
      return isDirect && terminal.write(held ?? '')
    },
    end: async () => {
      if (isDirect) return
      await running?.end()
      shown?.()
      if ((!running || (await failed())) && held !== undefined && held !== '') await terminal.write(held)
    },
  }
}

/** How many screen lines the text takes, with longer lines wrapped at the columns. */
function linesOf(text: string, columns: number): number {
  const widths = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => Math.max(1, Math.ceil(line.length / columns)))
  return widths.reduce((sum, lines) => sum + lines, 0)
}

type Environment = Session['context']['env']

/** The pager as a shell command; undefined where it is empty, `cat` or not installed, or the terminal is dumb. */
function pagerOf(env: Environment): string | undefined {
  const command = env.PAGER?.trim() ?? 'less'
  if (command === '' || command === 'cat' || env.TERM === 'dumb') return undefined
  const [program = ''] = command.split(/\s+/)
  // A command with shell syntax is left to the shell.
  const isSimple = /^[\w./+-]+$/.test(program)
  return isSimple && !isThere(program, env) ? undefined : command
}

function isThere(program: string, env: Environment): boolean {
  const folders = program.includes('/') ? [''] : (env.PATH ?? '').split(delimiter)
  return folders.some((folder) => isProgram(folder === '' ? program : join(folder, program)))
}

function isProgram(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && (stats.mode & 0o111) !== 0
}

/** The same defaults as git: a text that fits ends at once, colours work, and the text stays on the screen. */
function environmentOf(env: Environment): Record<string, string> {
  return { ...(env.LESS === undefined ? { LESS: 'FRX' } : {}), ...(env.LV === undefined ? { LV: '-c' } : {}) }
}
