import type { Counting } from '../../mail/deliver.ts'
import type { Terminal } from '../../cli/terminal.ts'

/** A line on stderr that counts the messages; silent where nobody watches, or when there are few. */
export async function countingOf(terminal: Terminal, total: number): Promise<Counting> {
  if (!terminal.animated || total < 5) return { say: () => undefined, stop: () => undefined }
  const { default: ora } = await import('ora')
  const spinner = ora({ text: `${total} messages …`, stream: process.stderr, discardStdin: false }).start()
  return {
    say: (done) => {
      spinner.text = `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} messages …`
    },
    stop: () => {
      spinner.stop()
    },
  }
}
