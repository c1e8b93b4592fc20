import { oneLine } from '../../render/clean-text.ts'
import type { Terminal } from '../../cli/terminal.ts'

export interface Progress {
  say: (state: { share: number; rows: number }) => void
  stop: () => void
}

/** A line on stderr that says how far the work is; silent where nobody watches. */
export async function progressOf(terminal: Terminal, named: string): Promise<Progress> {
  if (!terminal.animated) return { say: () => undefined, stop: () => undefined }
  const what = oneLine(named)
  const { default: ora } = await import('ora')
  const spinner = ora({ text: `${what} …`, stream: process.stderr, discardStdin: false }).start()
  const started = performance.now()
  return {
    say: ({ share, rows }) => {
      const rate = Math.round(rows / Math.max(0.001, (performance.now() - started) / 1000))
      const percent = Math.min(100, Math.round(share * 100))
      spinner.text = `${what} … ${percent} %, ${rows.toLocaleString('en-GB')} rows, ${rate.toLocaleString('en-GB')} a second`
    },
    stop: () => {
      spinner.stop()
    },
  }
}
