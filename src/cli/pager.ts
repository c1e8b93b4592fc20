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
interface PagerOptions extends Pick<Session, 'terminal' | 'context'> {
  common: Pick<Session['common'], 'pager'>
}

/** Sends what is longer than the screen of a terminal through the pager; anything else is written directly. */
export function pagedOutput({ terminal, context, common }: PagerOptions): PagedOutput {
  const { rows = 0, columns = 80 } = context.stdout
  const pager = rows > 0 && common.pager ? pagerCommand(context.env) : undefined
  if (pager === undefined) return { write: terminal.write, end: async () => undefined }
  let buffered: string | undefined = ''
  let pagerProcess: ReturnType<typeof context.startPager> | undefined
  let endPaging: (() => void) | undefined
  /** Where the pager failed before it showed anything, the held text is shown without it. */
  const hasFailed = async () => {
    const exit = buffered === undefined ? undefined : await pagerProcess?.failure()
    if (exit === undefined) return false
    endPaging?.()
    terminal.say(`The pager ${pager} failed (exit code ${exit}): this is shown without it.`)
    return true
  }
  let bypassesPager = false
  return {
    write: async (text) => {
      if (bypassesPager) return terminal.write(text)
      if (buffered !== undefined) buffered += text
      const isFirst = pagerProcess === undefined
      if (isFirst && screenLines(buffered ?? '', columns) <= rows) return true
      if (isFirst) clearBusy(context.stderr)
      if (isFirst) endPaging = context.interruption.startPaging()
      pagerProcess ??= context.startPager(pager, pagerEnvironment(context.env))
      if (await pagerProcess.write(cleanForTerminal(isFirst ? (buffered ?? '') : text))) {
        if (pagerProcess.hasRead()) buffered = undefined
        return true
      }
      bypassesPager = await hasFailed()
      return bypassesPager && terminal.write(buffered ?? '')
    },
    end: async () => {
      if (bypassesPager) return
      await pagerProcess?.end()
      endPaging?.()
      if ((!pagerProcess || (await hasFailed())) && buffered !== undefined && buffered !== '')
        await terminal.write(buffered)
    },
  }
}

/** How many screen lines the text takes, with longer lines wrapped at the columns. */
function screenLines(text: string, columns: number): number {
  const widths = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => Math.max(1, Math.ceil(line.length / columns)))
  return widths.reduce((sum, lines) => sum + lines, 0)
}

type Environment = Session['context']['env']

/** The pager as a shell command; undefined where it is empty, `cat` or not installed, or the terminal is dumb. */
function pagerCommand(env: Environment): string | undefined {
  const command = env.PAGER?.trim() ?? 'less'
  if (command === '' || command === 'cat' || env.TERM === 'dumb') return undefined
  const [program = ''] = command.split(/\s+/)
  // A command with shell syntax is left to the shell.
  const isSimple = /^[\w./+-]+$/.test(program)
  return isSimple && !isInstalled(program, env) ? undefined : command
}

function isInstalled(program: string, env: Environment): boolean {
  const folders = program.includes('/') ? [''] : (env.PATH ?? '').split(delimiter)
  return folders.some((folder) => isProgram(folder === '' ? program : join(folder, program)))
}

function isProgram(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && (stats.mode & 0o111) !== 0
}

/** The same defaults as git: a text that fits ends at once, colours work, and the text stays on the screen. */
function pagerEnvironment(env: Environment): Record<string, string> {
  return { ...(env.LESS === undefined ? { LESS: 'FRX' } : {}), ...(env.LV === undefined ? { LV: '-c' } : {}) }
}
