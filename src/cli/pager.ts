import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cleanForTerminal } from '../render/clean-text.ts'
import type { Session } from './session.ts'

export interface PagedOutput {
  /** Resolves with false once the reader has left. */
  write: (text: string) => Promise<boolean>
  /** Resolves once all is read, or the reader has left. */
  end: () => Promise<void>
}

/** What is longer than the screen of a terminal goes through the pager; anything else as it would without one. */
export function pagedOutput({ terminal, context, common }: Session): PagedOutput {
  const { rows = 0 } = context.stdout
  const pager = rows > 0 && common.pager ? pagerOf(context.env) : undefined
  if (pager === undefined) return { write: terminal.write, end: async () => undefined }
  let held = ''
  let running: ReturnType<typeof context.startPager> | undefined
  return {
    write: async (text) => {
      if (running) return running.write(cleanForTerminal(text))
      held += text
      if (held.split('\n').length <= rows) return true
      running = context.startPager(pager, environmentOf(context.env))
      return running.write(cleanForTerminal(held))
    },
    end: async () => {
      if (running) await running.end()
      else if (held !== '') await terminal.write(held)
    },
  }
}

type Environment = Session['context']['env']

/** A command for a shell; none where it is empty or cat, or where there is no such program. */
function pagerOf(env: Environment): string | undefined {
  const wanted = env.PAGER?.trim() ?? 'less'
  if (wanted === '' || wanted === 'cat' || env.TERM === 'dumb') return undefined
  const [program = ''] = wanted.split(/\s+/)
  return isSimple(program) && !isThere(program, env) ? undefined : wanted
}

/** Anything else is for the shell to understand. */
function isSimple(program: string): boolean {
  return /^[\w./+-]+$/.test(program)
}

function isThere(program: string, env: Environment): boolean {
  const folders = program.includes('/') ? [''] : (env.PATH ?? '').split(delimiter)
  return folders.some((folder) => isProgram(folder === '' ? program : join(folder, program)))
}

function isProgram(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && (stats.mode & 0o111) !== 0
}

/** As git does: what fits on the screen ends at once, colours show, and what was read stays there. */
function environmentOf(env: Environment): Record<string, string> {
  return { ...(env.LESS === undefined ? { LESS: 'FRX' } : {}), ...(env.LV === undefined ? { LV: '-c' } : {}) }
}
