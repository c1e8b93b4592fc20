import { run, writeAndWait } from './cli/run.ts'
import { contextOfProcess } from './context.ts'
import { newInterruption } from './interruption.ts'

export { isCommand } from './cli/tree.ts'

/** Microseconds of processor time after which V8's compiler threads may still be at work. */
const quickCommandTime = 500_000
/** Milliseconds in which the process must end by itself, whatever handles a library left open. */
const maxExitMs = 200

/** The entry point of the process. SIGTERM and SIGHUP (a closed terminal) are handled like Ctrl-C. */
export async function main(argv: readonly string[]): Promise<number> {
  const interruption = newInterruption(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Replaces the handler of bin/ssh-admin.js; the new one is added first, so that there is always a handler.
    const earlierListeners = process.listeners(signal)
    process.on(signal, interruption.handleSignal)
    for (const listener of earlierListeners) process.removeListener(signal, listener)
  }
  const context = contextOfProcess(interruption)
  const exit = await run(argv, context)
  for (const stream of [context.stdout, context.stderr]) await writeAndWait(stream, '')
  process.exitCode = exit
  // process.exit() waits for V8's threads, and a thread that compiles may wait for ever for the main thread to collect
  // garbage (nodejs/node#54918); at a natural end Node stops the threads first. But a natural end also removes the
  // signal handlers, and a late signal would then change the exit code: a command that computed little, however long it
  // waited, ends by process.exit().
  const { user, system } = process.cpuUsage()
  if (user + system < quickCommandTime) process.exit()
  setTimeout(() => process.exit(), maxExitMs).unref()
  return exit
}
