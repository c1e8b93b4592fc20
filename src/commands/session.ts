import type { Command } from 'commander'
import { type Settings, settle } from '../config.ts'
import type { Context } from '../context.ts'
import type { OpenStore } from '../db/open.ts'
import { CommonOptions, checked, refuseEmptyOptions, typedOptions } from '../options.ts'
import { oneLine } from '../render/one-line.ts'
import type { Given } from '../rules/actor.ts'
import { type Terminal, terminalOf } from '../terminal.ts'

export interface Notice {
  code: string
  message: string
}

/** One command being run: its surroundings, settled. */
export interface Session {
  context: Context
  common: CommonOptions
  settings: Settings
  terminal: Terminal
  /** The words typed, such as `users suspend`. */
  command: string
  notices: Notice[]
  /** Tells a warning or hint: a line on stderr, or in `notices` with --json. */
  notify: (notice: Notice) => void
  /** Says a line of the conversation; silent with --json and --quiet. */
  say: (line: string) => void
  /** Opens the store, or another file that is one. */
  open: (manner: Manner, other?: { path: string }) => Promise<OpenStore>
  given: (store: OpenStore) => Promise<Given>
}

export type Manner = 'use' | 'begin' | 'rehearse' | 'rehearse-beginning'

export function sessionOf(command: Command, context: Context): Session {
  refuseEmptyOptions(command)
  const common = checked(CommonOptions, typedOptions(command))
  const settings = settle(common, context)
  const terminal = terminalOf(context, { color: common.color, quiet: common.quiet || common.json })
  const words = wordsOf(command)
  const notices: Notice[] = []
  return {
    context,
    common,
    settings,
    terminal,
    command: words,
    notices,
    notify: (notice) => {
      notices.push(notice)
      terminal.say(oneLine(notice.message))
    },
    say: terminal.say,
    open: (manner, other) =>
      openFor({ context, common, settings, terminal, command: words, manner, path: other?.path }),
    given: (store) => givenFor(store, { context, settings, command: words, dryRun: common.dryRun }),
  }
}

/** The words of the command, without the program's name. */
function wordsOf(command: Command): string {
  const words: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) words.unshift(at.name())
  return words.join(' ')
}

async function openFor({
  context,
  common,
  settings,
  terminal,
  command,
  manner,
  path = settings.db.value ?? '',
}: Pick<Session, 'context' | 'common' | 'settings' | 'terminal' | 'command'> & {
  manner: Manner
  path?: string
}): Promise<OpenStore> {
  const { openStore } = await import('../db/open.ts')
  const { nameHolder } = await import('../db/wait.ts')
  return openStore({
    path,
    keyFile: settings.keyFile.value ?? '',
    patience: common.wait * 1000,
    manner,
    at: context.now(),
    command,
    signal: context.signal,
    onWait: (holder) => terminal.say(`Waiting for ${nameHolder(holder)} to finish with the store …`),
  })
}

async function givenFor(
  store: OpenStore,
  {
    context,
    settings,
    command,
    dryRun,
  }: Pick<Session, 'context' | 'settings' | 'command'> & { dryRun: boolean },
): Promise<Given> {
  const { findActor } = await import('../rules/find-actor.ts')
  const { keeping } = await import('../db/transact.ts')
  const at = context.now()
  const acting = { operator: context.operator, command, email: settings.as.value, at }
  const find = () => findActor(store.db, acting)
  const by = await (dryRun ? find() : keeping(store, find))
  return { by, at, random: context.random }
}
