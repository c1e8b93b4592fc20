import type { Command } from 'commander'
import type { Settings } from '../../config.ts'
import type { Context } from '../../context.ts'
import type { Committed, OpenMode, OpenStore } from '../../db/store/opening.ts'
import { Usage } from '../../errors.ts'
import type { CommonOptions } from '../options.ts'
import type { Actor } from '../../rules/permissions/actor.ts'

/** A command tree with the one command that a line names, and what it has said of itself. */
export interface LineProgram {
  program: Command
  help: string[]
}

/** What the lines of a batch have in common. */
export interface Batch {
  /** What was said for all of them. */
  common: CommonOptions
  settings: Settings
  /** Those that lines have used, by the words of their commands. */
  programs: Map<string, LineProgram>
  /** The one store of all lines. @param open opens it, where that has not been done */
  storeFor: (mode: OpenMode, open: (mode: OpenMode) => Promise<OpenStore>) => Promise<OpenStore>
  /** What a line has done, and the messages that it owes. */
  committed: (done: Pick<Committed<unknown>, 'queued' | 'isLogged'> & { by: Actor }) => void
  /** Whether a line before owes this message, which goes out once all of them are done. */
  willDeliver: (message: number) => boolean
  /** Says at once what whoever sits there has to know, whichever line it is of. */
  say: (line: string) => void
  /** The line begins a store where there is none. */
  noteCreation: () => void
}

/** How a line ended: with an answer, or with an error, as the batch tells it. */
export interface LineResult {
  exit: number
  error?: { thrown: unknown; told: string }
}

/** What a line's command does. */
export interface LineWork {
  /** @returns the exit code */
  work: (context: Context) => Promise<number>
  /** It changes the store, and does nothing else. */
  changes: boolean
}

/** The same, with what is said where it fails. */
export interface ReadyLine extends Pick<LineWork, 'changes'> {
  run: (context: Context) => Promise<LineResult>
}

/** Its words, and what runs it; what it ended with, where it is no command that can run here. */
type CheckedLine = { words: readonly string[] } & ({ ready: ReadyLine } | { result: LineResult })

/** Looks at a line. @returns undefined where it is empty, or a comment */
export type CheckLine = (
  text: string,
  { context, batch }: { context: Context; batch: Batch },
) => Promise<CheckedLine | undefined>

/** What the options of a line may not say: it is said once, for all of them. */
const ofTheBatch = ['--json', '--db', '--key-file', '--wait', '--smtp', '--mail-dir'] as const

/** What leads to a file of its own, or to stdin. */
const withFiles = ['--out', '--html', '--report', '--from'] as const

/** Changes that read secrets or a file, or are about the store as a whole. */
const notInBatch: ReadonlySet<string> = new Set([
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

/** What a command is as a line of a batch. */
export interface InBatch<Values> {
  kind: 'reads' | 'changes' | 'other'
  asks: (options: Values) => boolean
  createsStore: boolean
}

interface Line {
  command: string
  /** The options that were typed, as they are called. */
  options: readonly string[]
  /** The arguments that were typed. */
  args: readonly unknown[]
  /** What the line is run by; absent: nothing that a batch could run. */
  kind: InBatch<never>['kind']
  /** How a list is to be written, as it was typed. */
  format: string | undefined
  /** All answers of the batch are JSON. */
  json: boolean
  /** Without --yes it would ask, and nobody could answer. */
  asks: boolean
}

/** What cannot be a line of a batch. @throws a usage error */
export function refuseInBatch({ command, options, args, format, json, kind, asks }: Line): void {
  if (kind === 'other' || notInBatch.has(command)) {
    throw new Usage(`${command} does not run within a batch.`, {
      code: 'not-in-a-batch',
      hint: `Lines change the store one thing at a time, or look. By itself: ssh-admin ${command}`,
    })
  }
  const common = ofTheBatch.find((name) => options.includes(name))
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
  const file = withFiles.find((name) => options.includes(name))
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
