import { oneLine } from '../render/clean-text.ts'
import type { Terminal } from './terminal.ts'

/** A line on stderr that goes on changing, for whoever watches; silent where nobody does. */
export interface Progress {
  say: (text: string) => void
  stop: () => void
}

export async function progressOn(terminal: Terminal, first: string): Promise<Progress> {
  if (!terminal.animated) return { say: () => undefined, stop: () => undefined }
  const { default: ora } = await import('ora')
  const spinner = ora({ text: oneLine(first), stream: terminal.stderr, discardStdin: false }).start()
  return {
    say: (text) => {
      spinner.text = oneLine(text)
    },
    stop: () => {
      spinner.stop()
    },
  }
}
