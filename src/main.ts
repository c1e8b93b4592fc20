import { run } from './cli.ts'
import { contextOfProcess } from './context.ts'

/** The program as the operating system starts it. A second Ctrl-C does not wait for anything. */
export async function main(argv: readonly string[]): Promise<number> {
  const interruption = new AbortController()
  process.on('SIGINT', () => {
    if (interruption.signal.aborted) process.exit(130)
    interruption.abort()
  })
  return run(argv, contextOfProcess(interruption.signal))
}
