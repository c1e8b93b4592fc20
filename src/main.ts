import { run } from './cli/run.ts'
import { contextOfProcess } from './context.ts'
import { newInterruption } from './interruption.ts'

/** The program as the operating system starts it; a closed terminal and a polite kill are Ctrl-C. */
export async function main(argv: readonly string[]): Promise<number> {
  const interruption = newInterruption(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Until now whoever started the program ended it.
    process.removeAllListeners(signal)
    process.on(signal, interruption.interrupt)
  }
  return run(argv, contextOfProcess(interruption))
}
