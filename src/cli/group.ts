import type { Command } from 'commander'

/** A command's code is loaded when it runs, or when help is asked for. */
export type Loader = () => Promise<Command>

export interface Noun {
  summary: string
  /** By the word typed; each is a command, or a noun of its own. */
  verbs: Readonly<Record<string, Loader | Noun>>
  /** What the noun does by itself, without a verb. */
  alone?: Loader
}
