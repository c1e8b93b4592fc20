import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import type { Trx } from '../../db/transact.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { NotPermitted } from '../../errors.ts'
import { shellWord } from '../../shell-word.ts'
import { appendAudit } from '../audit/append.ts'
import { type Account, accountOf } from '../users/account.ts'
import { refuseUnusableAddress, parseAddress } from '../users/email.ts'
import type { ActingUser, Actor, CommandOrigin } from './actor.ts'
import { mayRun } from './matrix.ts'

interface Acting {
  /** Its operator is looked up only when something is logged. */
  typedBy: Pick<CommandOrigin, 'operator'>
  command: string
  dryRun?: boolean
  /** Absent: Cambridge staff. */
  email: string | undefined
  at: Date
}

/**
 * Finds the actor of a command. A user who cannot sign in is refused without being told why; a command that the matrix
 * gives to no user is refused before its arguments are looked up. @throws `not-permitted`
 */
export async function findActor(
  db: Kysely<Store>,
  { typedBy, command, dryRun, email, at }: Acting,
): Promise<Actor> {
  const typed: CommandOrigin = {
    get operator() {
      return typedBy.operator
    },
    command,
    dryRun,
  }
  if (email === undefined) return Object.assign(typed, { kind: 'staff' as const })
  const address = parseAddress(email)
  const row = await findLiveUser(db, address.key)
  if (!row) refuseUnusableAddress(address)
  const actor = row && actingUser(accountOf(row, at), typed)
  if (!actor) {
    throw refusal(`${address.email} may not do anything here.`, {
      rule: 'only somebody who can sign in may act',
      hint: `Only somebody who can sign in may act. Why not: ssh-admin users show ${shellWord(address.email)} --as staff`,
      actor: { kind: 'staff', ...typed },
      at,
      userId: row?.id,
      email: address.email,
    })
  }
  if (mayRun(command)) return actor
  throw refusal(`${actor.email} may not do that: ssh-admin ${command} is for Cambridge staff.`, {
    rule: 'what is not written is not allowed',
    hint: 'ssh-admin roles list --matrix shows who may do what.',
    actor,
    at,
  })
}

/** An account as an actor; undefined where it cannot sign in. */
export function actingUser(
  account: Account,
  { operator, command, dryRun }: Pick<Actor, 'operator' | 'command' | 'dryRun'>,
): ActingUser | undefined {
  const { id, email, hubRole, roles, assigned, centre, canSignIn } = account
  if (!canSignIn || !centre) return undefined
  const centreFacts = { id: centre.id, number: centre.number, kind: centre.kind }
  return { kind: 'user', operator, command, dryRun, id, email, hubRole, roles, centre: centreFacts, assigned }
}

interface Refusing {
  rule: string
  hint: string
  actor: Actor
  at: Date
  /** The address that the command was to act for, where it is not an actor. */
  email?: string
  userId?: number
}

function refusal(message: string, { rule, hint, actor, at, email, userId }: Refusing): NotPermitted {
  const action = actor.command.replaceAll(' ', '.')
  return new NotPermitted(message, {
    hint,
    details: { action, rule },
    onRollback: (trx: Trx) =>
      appendAudit(trx, {
        actor,
        at,
        action,
        subject: email,
        userId,
        // The log names the account that the command was to act for, although it is not an actor.
        personal: email === undefined ? {} : { actor: email },
        kind: 'refusal',
        facts: { rule },
      }),
  })
}
