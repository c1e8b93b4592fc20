import { unfinishedIn } from '../../src/unfinished-files.ts'
import type { Desk, Ran } from './desk.ts'
import type { Operation } from './operations.ts'
import { stateOf } from './state.ts'

export type Kind = 'kill' | 'ENOSPC' | 'EIO'

export interface Walked {
  operation: string
  points: number
  tried: Record<Kind, number>
  /** Of the kills, those after which the change was there. */
  killedAfterCommit: number
  failures: string[]
}

const done = [0, 8, 9]
const nothingChanged = [2, 3, 4, 5, 6, 7, 130]

/** Lets the machine fail at every point of an operation, one after the other, and looks at what is left. */
export async function walk(
  operation: Operation,
  { desk, kinds, every = 1 }: { desk: Desk; kinds: readonly Kind[]; every?: number },
): Promise<Walked> {
  await operation.prepare(desk)
  const before = stateOf(operation.storeOf(desk))
  const whole = desk.copy()
  const first = await whole.run(operation.argv, { fault: 'none 0' })
  const after = stateOf(operation.storeOf(whole))
  const failures: string[] = []
  if (!done.includes(first.exit ?? -1))
    failures.push(`without a fault it ends with ${first.exit}: ${first.stderr}`)
  whole.clear()

  const tried = { kill: 0, ENOSPC: 0, EIO: 0 }
  let killedAfterCommit = 0
  for (const kind of kinds) {
    for (let at = 1; at <= first.points.length; at += every) {
      const here = desk.copy()
      const ran = await here.run(operation.argv, { fault: `${kind} ${at}` })
      tried[kind] += 1
      const where = `${kind} at ${at}, ${first.points[at - 1]}`
      const state = stateOf(operation.storeOf(here))
      if (kind === 'kill' && state === after && after !== before) killedAfterCommit += 1
      const wrong = await whatIsWrong({ operation, desk: here, kind, ran, state, before, after })
      failures.push(...wrong.map((words) => `${where}: ${words}`))
      here.clear()
    }
  }
  if (kinds.includes('kill') && before !== after && killedAfterCommit === 0)
    failures.push('no kill fell after the commit')
  return { operation: operation.name, points: first.points.length, tried, killedAfterCommit, failures }
}

interface Left {
  operation: Operation
  desk: Desk
  kind: Kind
  ran: Ran
  state: string
  before: string
  after: string
}

async function whatIsWrong({ operation, desk, kind, ran, state, before, after }: Left): Promise<string[]> {
  const wrong: string[] = []
  if (state !== before && state !== after) wrong.push(`half done: ${state}`)
  if (kind === 'kill') {
    if (ran.exit !== undefined && !done.includes(ran.exit)) wrong.push(`ended by itself with ${ran.exit}`)
  } else {
    if (nothingChanged.includes(ran.exit ?? -1) && state !== before)
      wrong.push(`exit ${ran.exit}, and the change is there`)
    if (done.includes(ran.exit ?? -1) && state !== after)
      wrong.push(`exit ${ran.exit}, and the change is not there`)
    if (![...done, ...nothingChanged].includes(ran.exit ?? -1)) wrong.push(`exit ${ran.exit}: ${ran.stderr}`)
  }
  const check = await desk.run(['store', 'check', '--json'])
  const storeIsThere = state !== 'no store'
  if (storeIsThere && check.exit !== 0) wrong.push(`store check ends with ${check.exit}: ${check.stderr}`)
  const left = unfinishedIn(desk.folder, ['.', 'hub.db']).map(({ path }) => path)
  for (const path of left) {
    if (kind !== 'kill') wrong.push(`left ${path}`)
    else if (storeIsThere && !check.stdout.includes(path)) wrong.push(`store check does not name ${path}`)
  }
  const again = await desk.run(operation.again ?? operation.argv)
  if (!done.includes(again.exit ?? -1)) wrong.push(`once more it ends with ${again.exit}: ${again.stderr}`)
  const end = stateOf(operation.storeOf(desk))
  if (!operation.repeats && end !== after) wrong.push(`once more it comes to something else: ${end}`)
  return wrong
}
