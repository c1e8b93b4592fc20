import { run, written } from './cli/run.ts'
import { contextOfProcess } from './context.ts'
import { newInterruption } from './interruption.ts'

export { isCommand } from './cli/tree.ts'

/** The program as the operating system starts it; a closed terminal and a polite kill are Ctrl-C. */
export async function main(argv: readonly string[]): Promise<number> {
  const interruption = newInterruption(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Until now whoever started the program ended it. One takes the other's place: between them is no moment without.
    const until = process.listeners(signal)
    process.on(signal, interruption.interrupt)
    for (const listener of until) process.removeListener(signal, listener)
  }
  const context = contextOfProcess(interruption)
  const exit = await run(argv, context)
  // Node takes its handlers away when it ends by itself, and not when it is told to: a signal that comes late changes
  // nothing of what was answered.
  for (const stream of [context.stdout, context.stderr]) await written(stream, '')
  process.exit(exit)
}
