import { run, written } from './cli/run.ts'
import { contextOfProcess } from './context.ts'
import { newInterruption } from './interruption.ts'

export { isCommand } from './cli/tree.ts'

/** What has worked for so long leaves V8's threads compiling; in seconds. */
const longWork = 0.5
/** So long it has to end by itself, whatever a library left open; in milliseconds. */
const maxEnding = 200

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
  for (const stream of [context.stdout, context.stderr]) await written(stream, '')
  process.exitCode = exit
  // Told to end, Node waits for its threads, and one that compiles may wait for the main thread to collect garbage, for ever
  // (nodejs/node#54918); by itself it stops them first. Yet then it takes its handlers away, and a signal that comes late
  // would change what was answered: what was quick is told to end.
  if (process.uptime() < longWork) process.exit()
  setTimeout(() => process.exit(), maxEnding).unref()
  return exit
}
