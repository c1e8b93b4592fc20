import { numbersInUse } from '../../db/centres/centres.ts'
import type { Trx } from '../../db/transact.ts'
import { accountsEverOf } from '../../db/users/users.ts'
import { readAddress } from '../users/email.ts'

/** What a command was refused for. */
export interface RefusedTarget {
  /** The address or centre number that it was refused for. */
  subject: string | undefined
  userId: number | undefined
}

interface RefusedTargets {
  /** Accounts, deleted ones too, and centres. */
  known: RefusedTarget[]
  unknown: RefusedTarget[]
}

/** Each target of a list once, and which of them the store knows. */
export async function refusedTargets(trx: Trx, targets: readonly RefusedTarget[]): Promise<RefusedTargets> {
  const unresolved = targets.flatMap(({ subject, userId }) => (userId === undefined ? (subject ?? []) : []))
  const keys = [...new Set(unresolved.flatMap(keyOf))]
  const numbers = [...new Set(unresolved.filter((subject) => keyOf(subject).length === 0))]
  const accounts = keys.length > 0 ? await accountsEverOf(trx, keys) : new Map<string, number>()
  const centres = numbers.length > 0 ? await numbersInUse(trx, numbers) : new Set<string>()

  const known = new Map<string | number, RefusedTarget>()
  const unknown = new Map<string, RefusedTarget>()
  for (const { subject, userId } of targets) {
    const [key] = subject === undefined ? [] : keyOf(subject)
    const id = userId ?? (key === undefined ? undefined : accounts.get(key))
    const name = id ?? key ?? subject ?? ''
    const target = { subject, userId: id }
    if (typeof name === 'number' || centres.has(name)) {
      if (!known.has(name)) known.set(name, target)
    } else if (!unknown.has(name)) unknown.set(name, target)
  }
  return { known: [...known.values()], unknown: [...unknown.values()] }
}

/** None of what is no address. */
function keyOf(subject: string): string[] {
  const address = readAddress(subject)
  return 'key' in address ? [address.key] : []
}
