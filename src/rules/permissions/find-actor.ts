import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotPermitted } from '../../errors.ts'
import { shellWord } from '../../shell-word.ts'
import { appendAudit } from '../audit/append.ts'
import { type Account, accountOf } from '../users/account.ts'
import { refuseImpossible, typedAddress } from '../users/email.ts'
import type { ActingUser, Actor, Typed } from './actor.ts'
import { mayRun } from './decide.ts'

interface Acting {
  /** Asked for who that is once something is logged. */
  typedBy: Pick<Typed, 'operator'>
  command: string
  dryRun?: boolean
  /** Absent: Cambridge staff. */
  email: string | undefined
  at: Date
}

/**
 * Who a command acts for. A user who cannot sign in may do nothing, and reads no reason why;
 * what the matrix lets no user do is refused before anything is looked at.
 */
export async function findActor(
  db: Kysely<Store>,
  { typedBy, command, dryRun, email, at }: Acting,
): Promise<Actor> {
  const typed: Typed = {
    get operator() {
      return typedBy.operator
    },
    command,
    dryRun,
  }
  if (email === undefined) return Object.assign(typed, { kind: 'staff' as const })
  const address = typedAddress(email)
  const row = await findLiveUser(db, address.key)
  if (!row) refuseImpossible(address)
  const actor = row && actingUser(accountOf(row, at), typed)
  if (!actor) {
    throw refusal(`${address.email} may not do anything here.`, {
      rule: 'only somebody who can sign in may act',
      hint: `Only somebody who can sign in may act. Why not: ssh-admin users show ${shellWord(address.email)} --as staff`,
      by: { kind: 'staff', ...typed },
      at,
      userId: row?.id,
      email: address.email,
    })
  }
  if (mayRun(command)) return actor
  throw refusal(`${actor.email} may not do that: ssh-admin ${command} is for Cambridge staff.`, {
    rule: 'what is not written is not allowed',
    hint: 'ssh-admin roles list --matrix shows who may do what.',
    by: actor,
    at,
  })
}

/** An account as an actor; none where it cannot sign in. */
export function actingUser(
  account: Account,
  { operator, command, dryRun }: Pick<Actor, 'operator' | 'command' | 'dryRun'>,
): ActingUser | undefined {
  const { id, email, hubRole, roles, assigned, centre, canSignIn } = account
  if (!canSignIn || !centre) return undefined
  const memberOf = { id: centre.id, number: centre.number, kind: centre.kind }
  return { kind: 'user', operator, command, dryRun, id, email, hubRole, roles, centre: memberOf, assigned }
}

interface Refusing {
  rule: string
  hint: string
  by: Actor
  at: Date
  /** The address in whose name it was tried, where it is no actor. */
  email?: string
  userId?: number
}

function refusal(message: string, { rule, hint, by, at, email, userId }: Refusing): NotPermitted {
  const action = by.command.replaceAll(' ', '.')
  return new NotPermitted(message, {
    hint,
    details: { action, rule },
    onRollback: (trx: Trx) =>
      appendAudit(trx, {
        by,
        at,
        action,
        subject: email,
        userId,
        // They are no actor, and yet it was in their name that it was tried.
        personal: email === undefined ? {} : { actor: email },
        kind: 'refusal',
        facts: { rule },
      }),
  })
}
