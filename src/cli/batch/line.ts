import type { Command } from 'commander'
import type { Settings } from '../../config.ts'
import type { Context } from '../../context.ts'
import type { Committed, OpenMode, OpenStore } from '../../db/store/opening.ts'
import { Usage } from '../../errors.ts'
import type { CommonOptions } from '../options.ts'
import type { Actor } from '../../rules/permissions/actor.ts'

/** A command tree with only the command of a line, and the help text that parsing the line printed. */
export interface LineProgram {
  program: Command
  help: string[]
}

/** What all lines of a batch share. */
export interface Batch {
  /** The common options of the batch command, which hold for all lines. */
  common: CommonOptions
  settings: Settings
  /** Command trees by the command that they were built for, so that lines with the same command share a tree. */
  programs: Map<string, LineProgram>
  /** The store that all lines share. @param open opens the store at the first call */
  sharedStore: (mode: OpenMode, open: (mode: OpenMode) => Promise<OpenStore>) => Promise<OpenStore>
  /** Tells the batch what a line has committed, and which messages it queued. */
  recordCommit: (done: Pick<Committed<unknown>, 'queued' | 'isLogged'> & { actor: Actor }) => void
  /** Whether an earlier line queued this message, which is delivered once all lines are done. */
  willDeliver: (message: number) => boolean
  /** Says something on stderr at once, whichever line it is from. */
  say: (line: string) => void
  /** Notes that a line's command creates the store where there is none. */
  noteCreation: () => void
}

/** How a line ended: with an answer, or with an error and its text as the batch shows it. */
export interface LineResult {
  exit: number
  error?: { thrown: unknown; text: string }
}

/** What a line's command does. */
export interface LineWork {
  /** @returns the exit code */
  work: (context: Context) => Promise<number>
  /** Whether the command only changes the store, and does nothing else. */
  changes: boolean
}

/** A line that can be run; its errors become results. */
export interface ReadyLine extends Pick<LineWork, 'changes'> {
  run: (context: Context) => Promise<LineResult>
}

/** The words of a line, and the means to run it, or the error for which it cannot be run. */
type CheckedLine = { words: readonly string[] } & ({ ready: ReadyLine } | { result: LineResult })

/** Parses and checks a line. @returns undefined where the line is empty or a comment */
export type CheckLine = (
  text: string,
  { context, batch }: { context: Context; batch: Batch },
) => Promise<CheckedLine | undefined>

/** Options that no line may have: they are given once, to the batch itself. */
const batchOnlyOptions = ['--json', '--db', '--key-file', '--wait', '--smtp', '--mail-dir'] as const

/** Options with which a command reads or writes a file of its own. */
const fileOptions = ['--out', '--html', '--report', '--from'] as const

/** Changes that read secrets or a file, or are about the store as a whole. */
const excludedCommands: ReadonlySet<string> = new Set([
  'account activate',
  'account request',
  'account set-up',
  'account sign-in',
  'account verify',
  'entries import',
  'help-documents replace',
  'help-documents upload',
  'key-times import',
  'progression-tests import',
  'resources upload',
  'seed',
  'store accept-clock',
  'store info',
  'templates edit',
])

/** The properties of a command as a line of a batch. */
export interface BatchSupport<Values> {
  kind: 'reads' | 'changes' | 'other'
  asks: (options: Values) => boolean
  createsStore: boolean
}

interface ParsedCommand {
  command: string
  /** The long names of the options that were typed. */
  options: readonly string[]
  /** The arguments that were typed. */
  args: readonly unknown[]
  /** `other`: a command that cannot run in a batch. */
  kind: BatchSupport<never>['kind']
  /** The value of `--format`, as it was typed. */
  format: string | undefined
  /** Whether all answers of the batch are JSON. */
  json: boolean
  /** Whether the command would ask without --yes: in a batch nobody can answer. */
  asks: boolean
}

/** Refuses a command that cannot be a line of a batch. @throws a usage error */
export function refuseInBatch({ command, options, args, format, json, kind, asks }: ParsedCommand): void {
  if (kind === 'other' || excludedCommands.has(command)) {
    throw new Usage(`${command} does not run within a batch.`, {
      code: 'not-in-a-batch',
      hint: `Lines change the store one thing at a time, or look. By itself: ssh-admin ${command}`,
    })
  }
  const common = batchOnlyOptions.find((name) => options.includes(name))
  if (common !== undefined) {
    throw new Usage(`${common} is for the whole batch, and not for one of its lines.`, {
      code: 'not-in-a-batch',
      hint: `ssh-admin batch ${common}`,
    })
  }
  const isJson = format?.trim().toLowerCase() === 'json'
  if (isJson || (json && format !== undefined)) {
    throw new Usage(
      `--format ${format} is not for a line of a batch${isJson ? '' : ' whose answers are JSON'}.`,
      {
        code: 'not-in-a-batch',
        hint: isJson ? 'For all lines: ssh-admin batch --json' : 'Leave out --format, or --json.',
      },
    )
  }
  const file = fileOptions.find((name) => options.includes(name))
  if (file !== undefined || args.includes('-')) {
    throw new Usage(`Within a batch ${file ?? '-'} cannot be used: its lines read and write no files.`, {
      code: 'not-in-a-batch',
      hint: `Run it by itself: ssh-admin ${command}`,
    })
  }
  if (!asks) return
  throw new Usage(`${command} asks before it does this, and within a batch nobody can be asked.`, {
    code: 'answer-needed',
    hint: 'Add --yes to the line, or for all lines: ssh-admin batch --yes',
  })
}
