import type { Desk, Ran } from './desk.ts'
import { atOnce } from './in-parallel.ts'
import { filesNobodyNames, kindsOfFilesIn } from './left-behind.ts'
import type { Environment } from './mail-server.ts'
import type { Operation } from './operations.ts'
import { stateOf } from './state.ts'

export type Kind = 'kill' | 'ENOSPC' | 'EIO' | 'SIGINT' | 'SIGINT+SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Of what is heard alike, some points are enough. */
const everyForSignals: Readonly<Partial<Record<Kind, number>>> = {
  SIGINT: 2,
  'SIGINT+SIGINT': 6,
  SIGTERM: 12,
  SIGHUP: 12,
}

export interface Walked {
  operation: string
  points: number
  tried: Record<Kind, number>
  /** Where the kills after the commit fell; `undefined` for an operation that changes nothing in the store. */
  killedAfterCommit: string[] | undefined
  failures: string[]
}

export const done = [0, 8, 9]
export const nothingChanged = [2, 3, 4, 5, 6, 7, 130]

/** What an operation does where nothing fails. */
interface Whole {
  before: string
  after: string
  points: readonly string[]
  /** The files that are there before and after, without what differs each time. */
  files: ReadonlySet<string>
}

/** Lets the machine fail at every point of an operation, one after the other, and looks at what is left. */
export async function walk(
  operation: Operation,
  { desk, kinds, every = 1 }: { desk: Desk; kinds: readonly Kind[]; every?: number },
): Promise<Walked> {
  await operation.prepare(desk)
  // The store knows .eml files by their whole paths, in the folder that was prepared: the first run removes them for all.
  await runWhole(operation, desk)
  const whole = await runWhole(operation, desk)
  // The last one is surely after the commit.
  const isTried = (position: number, kind: Kind) =>
    position % (every * (everyForSignals[kind] ?? 1)) === 0 || position === whole.points.length - 1
  const trials = kinds.flatMap((kind) =>
    whole.points.flatMap((point, position) => (isTried(position, kind) ? [{ kind, point, position }] : [])),
  )
  const tried = { kill: 0, ENOSPC: 0, EIO: 0, SIGINT: 0, 'SIGINT+SIGINT': 0, SIGTERM: 0, SIGHUP: 0 }
  const killedAfterCommit: string[] = []
  const failures: string[] = []
  await atOnce(trials, async ({ kind, point, position }) => {
    const where = `${kind} at ${position + 1}, ${point}`
    const here = desk.copy()
    try {
      const { state, wrong } = await tryOnce({ operation, desk: here, kind, at: position + 1, whole })
      tried[kind] += 1
      if (kind === 'kill' && state === whole.after) killedAfterCommit.push(`${position + 1} ${point}`)
      failures.push(...wrong.map((words) => `${where}: ${words}`))
    } finally {
      here.clear()
    }
  })
  const changes = whole.before !== whole.after
  if (kinds.includes('kill') && changes && killedAfterCommit.length === 0)
    failures.push('no kill fell after the commit')
  return {
    operation: operation.name,
    points: whole.points.length,
    tried,
    killedAfterCommit: changes ? killedAfterCommit : undefined,
    failures,
  }
}

async function runWhole(operation: Operation, desk: Desk): Promise<Whole> {
  const here = desk.copy()
  const environment = await operation.environment?.(here)
  try {
    const before = stateFor(operation, here)
    const { input } = operation
    const ran = await here.run(operation.argv, { fault: 'none 0', env: environment?.env, input })
    if (!done.includes(ran.exit ?? -1))
      throw new Error(`${operation.name} without a fault ends with ${ran.exit}: ${ran.stderr}`)
    if (ran.points.length === 0) throw new Error(`${operation.name} reached no fault point`)
    // What is made the second time may have a name of its own.
    const files = new Set([...kindsOfFilesIn(desk), ...kindsOfFilesIn(here), ...(operation.again ?? [])])
    return { before, after: stateFor(operation, here), points: ran.points, files }
  } finally {
    await environment?.close()
    here.clear()
  }
}

function stateFor({ hasFileOfItsOwn }: Operation, { db }: Desk): string {
  const state = stateOf(db)
  return hasFileOfItsOwn ? state.replace(/"written":.*?,"configuration"/, '"configuration"') : state
}

interface Trial {
  operation: Operation
  desk: Desk
  kind: Kind
  at: number
  whole: Whole
}

/** One fault, a look at what it left, and the same command once more. */
async function tryOnce({
  operation,
  desk,
  kind,
  at,
  whole,
}: Trial): Promise<{ state: string; wrong: string[] }> {
  const environment = await operation.environment?.(desk)
  try {
    const { input } = operation
    const ran = await desk.run(operation.argv, { fault: `${kind} ${at}`, env: environment?.env, input })
    const state = stateFor(operation, desk)
    const wrong = kind === 'kill' ? whatAKillLeft(ran) : whatTheAnswerHides(ran, { state, whole })
    if (kind !== 'kill') wrong.push(...whatIsNotMade(ran, { desk, operation }))
    if (state !== whole.before && state !== whole.after) wrong.push(`half done: ${state}`)
    wrong.push(...(await whatIsLeft(desk, { state, whole })))
    const refused = operation.refusedOnceDone === true && state === whole.after
    wrong.push(...(await onceMore({ operation, desk, kind, whole, environment, refused })))
    return { state, wrong }
  } finally {
    await environment?.close()
  }
}

function whatAKillLeft({ exit, signal, stderr, points }: Ran): string[] {
  if (signal === 'SIGKILL') return []
  return [`was not killed, but ended with ${exit} after ${points.join(', ')}: ${stderr}`]
}

/** Whether the exit code says what is so. */
export function whatTheAnswerHides(
  { exit = -1, signal, stdout, stderr }: Ran,
  { state, whole }: { state: string; whole: Pick<Whole, 'before' | 'after'> },
): string[] {
  if (![...done, ...nothingChanged].includes(exit)) return [`exit ${exit} ${signal ?? ''}: ${stderr}`]
  if (nothingChanged.includes(exit) && state !== whole.before)
    return [`exit ${exit}, and the change is there`]
  // Where the log cannot be written to, what is only written into a file is written all the same.
  const isSaid = /does not name (this|it)/.test(stdout + stderr)
  if (done.includes(exit) && state !== whole.after && !(isSaid && state === whole.before))
    return [`exit ${exit}, and the change is not there`]
  return []
}

/** A file that is told as made is there, and whole; one that is told as not made is not. */
function whatIsNotMade(
  { exit = -1, stderr }: Ran,
  { desk, operation: { makes } }: { desk: Desk; operation: Operation },
): string[] {
  if (makes === undefined) return []
  const isThere = desk.files().includes(makes)
  if (exit === 0 && !isThere) return [`exit 0, and ${makes} is not there`]
  if (nothingChanged.includes(exit) && isThere) return [`exit ${exit}, and ${makes} is there: ${stderr}`]
  return []
}

/** Whatever is left, `store check` names it. */
async function whatIsLeft(desk: Desk, { state, whole }: { state: string; whole: Whole }): Promise<string[]> {
  if (state === 'no store') return []
  if (filesNobodyNames(desk, { known: whole.files, named: '' }).length === 0) return []
  const { exit, stdout, stderr } = await desk.run(['store', 'check', '--json'])
  if (exit !== 0) return [`store check ends with ${exit}: ${stderr}`]
  const left = filesNobodyNames(desk, { known: whole.files, named: stdout })
  return left.map((file) => `store check does not name ${file}`)
}

/** The same command comes to the same end, whatever had happened, and what still lies about has a name. */
async function onceMore({
  operation,
  desk,
  kind,
  whole,
  environment,
  refused,
}: Pick<Trial, 'operation' | 'desk' | 'kind' | 'whole'> & {
  environment: Environment | undefined
  refused: boolean
}): Promise<string[]> {
  const wrong: string[] = []
  const { input } = operation
  const { exit, stderr } = await desk.run(operation.again ?? operation.argv, {
    env: environment?.env,
    input,
  })
  if (!(refused ? [3] : done).includes(exit ?? -1)) wrong.push(`once more it ends with ${exit}: ${stderr}`)
  const end = stateFor(operation, desk)
  if (!operation.repeats && end !== whole.after) wrong.push(`once more it comes to something else: ${end}`)
  // What only failed leaves a log that is as it was; after a kill all of it is looked through.
  if (kind === 'kill' || filesNobodyNames(desk, { known: whole.files, named: '' }).length > 0) {
    const check = await desk.run(['store', 'check', '--json'])
    if (check.exit !== 0) wrong.push(`once more, store check ends with ${check.exit}: ${check.stderr}`)
    const left = filesNobodyNames(desk, { known: whole.files, named: check.stdout })
    wrong.push(...left.map((file) => `once more, and store check does not name ${file}`))
  }
  return [...wrong, ...((await environment?.whatIsWrong()) ?? [])]
}
