import type { Random } from './random.ts'

export const centres = ['EG001', 'EG002', 'EG003'] as const
export const teachers = centres.flatMap((number) =>
  ['one', 'two', 'three'].map((name) => ({ number, email: `${name}@${number.toLowerCase()}.example` })),
)
export const rosters = ['north', 'south', 'both'] as const

type Answer = Record<string, unknown>

/** What a desk does, what may come of it where nothing is cut or killed, and the event that says that it was done. */
export interface Deed {
  argv: string[]
  exits: readonly number[]
  /** Absent where it changes nothing but what became of messages. */
  action?: string
  /** Whether the answer says that something was changed. */
  changed: (answer: Answer) => boolean
}

const changedUser = (answer: Answer) => JSON.stringify(answer.users).includes('"changed":true')
const changed = (answer: Answer) => answer.changed === true

/** By its counts, as an import that changes nothing is answered like one that was applied. */
function imported({ centres, users }: Answer): boolean {
  return [centres, users]
    .flatMap((counts) => Object.entries(Object(counts)))
    .some(([what, count]) => what !== 'unchanged' && count !== 0)
}

export function deed(random: Random, desk: number, done: number): Deed {
  const { number, email } = random.oneOf([teachers[0] ?? { number: 'EG001', email: '' }, ...teachers])
  const other = random.oneOf(['one', 'two', 'three'] as const)
  const kind = random.below(8)
  if (kind === 0)
    return { argv: ['users', 'suspend', email], exits: [0], action: 'users.suspended', changed: changedUser }
  if (kind === 1)
    return { argv: ['users', 'restore', email], exits: [0], action: 'users.restored', changed: changedUser }
  if (kind === 2) {
    const to = `${other}@${number.toLowerCase()}.example`
    const argv = ['users', 'transfer', email, '--to', to]
    return { argv, exits: [0, 3], action: 'users.transferred', changed }
  }
  if (kind === 3) {
    const to = `admin-${random.oneOf(['a', 'b'] as const)}@${number.toLowerCase()}.example`
    const argv = ['coordinator', 'change', number, '--to', to]
    return { argv, exits: [0, 3], action: 'coordinator.changed', changed }
  }
  if (kind === 4) {
    const pins = `pins-${desk}-${done}.csv`
    const argv = ['centres', 'import', `${random.oneOf(rosters)}.csv`, '--pins-out', pins]
    return { argv, exits: [0, 8], action: 'centres.imported', changed: imported }
  }
  if (kind === 5) {
    const argv = ['centres', 'imports', 'undo', String(1 + random.below(4))]
    return { argv, exits: [0, 4], action: 'centres.import-undone', changed }
  }
  if (kind === 6) return { argv: ['mail', 'send'], exits: [0], changed: () => false }
  // A suspended one is refused.
  const argv = ['users', 'reset-password', email]
  return { argv, exits: [0, 3, 9], action: 'users.password-reset', changed: changedUser }
}
