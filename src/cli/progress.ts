import { oneLine } from '../render/clean-text.ts'
import { shortened } from '../render/table.ts'
import { drawable, type Terminal } from './terminal.ts'

/** A line on stderr that goes on changing, for whoever watches; silent where nobody does. */
export interface Progress {
  say: (text: string) => void
  stop: () => void
}

export async function progressOn(terminal: Terminal, first: string): Promise<Progress> {
  if (!terminal.animated) return { say: () => undefined, stop: () => undefined }
  const { default: ora } = await import('ora')
  // Beside the sign that turns; drawn on one line, it is drawn anew on one.
  const fitting = (text: string) => shortened(oneLine(text), terminal.err.width - 3)
  const spinner = ora({
    text: fitting(first),
    stream: drawable(terminal.stderr),
    discardStdin: false,
    // That is known already; the library would look at this process's own surroundings.
    isEnabled: true,
  }).start()
  return {
    say: (text) => {
      spinner.text = fitting(text)
      // What follows may hold the process up until it is done: it is drawn now.
      spinner.render()
    },
    stop: () => {
      spinner.stop()
    },
  }
}
