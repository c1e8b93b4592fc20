import type { Command } from 'commander'

/** A command's code is loaded when it runs, or when help is asked for. */
export type Loader = () => Promise<Command>

export interface Noun {
  summary: string
  verbs: Readonly<Record<string, Loader | Noun>>
  /** What the noun does by itself, without a verb. */
  alone?: Loader
}

/** The words typed are the path of the command. */
export const tree: Readonly<Record<string, Loader | Noun>> = {
  store: {
    summary: 'the store and its key: begin, check, back up',
    verbs: {
      init: async () => (await import('./store/init.ts')).init,
    },
  },
}

/** One line for each word of the first level, so that the first help loads no command. */
export const summaries: Readonly<Record<string, string>> = {}
