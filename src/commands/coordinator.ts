import type { Trx } from '../db/transact.ts'
import type { Kysely } from 'kysely'
import * as z from 'zod'
import { Refused, Usage } from '../errors.ts'
import { comparableClosing, renderWithClosing, withClosing } from '../render/closing.ts'
import {
  comparableCoordination,
  coordinationJson,
  centreLabel,
  renderCoordination,
  renderCoordinatorChange,
  otherUsersText,
} from '../render/coordinator.ts'
import {
  addCoordinator,
  changeCoordinator,
  type Coordination,
  coordinationOf,
  restoreCoordinator,
  type Successor,
  suspendCoordinator,
} from '../rules/coordinator.ts'
import { isAddressAlone, type Person, parsePerson } from '../rules/users/new-user.ts'
import { mutation, preparedMutation, query } from '../cli/define.ts'
import {
  centreArgument,
  flag,
  option,
  optionalArgument,
  allowName,
  type ValuesOf,
} from '../cli/parameters.ts'
import type { Session } from '../cli/session.ts'
import { findCentre, readCentreNumber } from '../rules/centres/find.ts'
import { trackClosings } from '../rules/releases/what-closes.ts'
import { needsMessage, tidiedNotices } from '../render/user-notices.ts'
import { messageTo, nameAndAddress, setUpInWords } from '../render/users.ts'
import type { Message } from '../render/messages.ts'
import { requireTerminal } from '../cli/confirm.ts'
import { ask, type Choice, chooseFromStore } from '../cli/prompt.ts'
import { commandLine, lineWithOption, positionsIn } from '../cli/typed-line.ts'
import { adminsOf, type CentreWithPeople } from '../db/centres/centres.ts'
import type { Store } from '../db/schema.ts'
import { findLiveUser } from '../db/users/users.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { oneLine } from '../render/clean-text.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { failureOf } from '../rules/batch.ts'
import { decide, centreTarget, permit } from '../rules/permissions/decide.ts'
import { refuseDeletedCentre } from '../rules/refusals.ts'
import { nameOf } from '../rules/users/account.ts'
import { readNewAddress, parseNewAddress } from '../rules/users/email.ts'

export const show = () =>
  query({
    name: 'show',
    summary: "show a centre's coordinator",
    description:
      "Show a centre's coordinator, whether they can sign in, and how many users depend on it.\nIn a pipe: number, address, name, status, former address, users affected, changed or unchanged.",
    args: { centre: centreArgument() },
    examples: ['ssh-admin coordinator show EG001'],
    read: async ({ db }, ctx, { centre }) => {
      const { number } = await findCentre(db, centre, ctx)
      return coordinationOf(db, { number, at: ctx.at, changed: false })
    },
    render: renderCoordination,
    json: (coordination) => coordinationJson(coordination),
  })

export const add = () =>
  preparedMutation({
    name: 'add',
    summary: 'give a centre its coordinator',
    description:
      'Give a centre that has none its coordinator: a new user, who is sent a set-up message. The link in it works for 48 hours. At a terminal, asks for the name and the address where they are not typed.',
    args: {
      centre: centreArgument(),
      person: optionalArgument("'Name <email>'"),
    },
    options: {
      ifMissing: flag('the same coordinator there already is no error'),
    },
    examples: ["ssh-admin coordinator add CA001 'Rana Said <rana@associate.example>' --yes"],
    prepare: prepareAddition,
    complete: async (request, { session, store, ctx }) => {
      if ('address' in request.person) return request
      const person = await askForCoordinator(request, { session, store, ctx: await ctx() })
      for (const notice of tidiedNotices(person)) session.notify(notice)
      return { ...request, person }
    },
    act: (trx, ctx, { centre, person, ifMissing }: Addition) => {
      if (!('address' in person)) throw new Error('nobody was asked for')
      return addCoordinator(trx, { centre, person, ifMissing, ctx })
    },
    confirm: { question: additionQuestion, comparable: comparableCoordination },
    render: (coordination, view, mail) =>
      renderCoordinatorChange(coordination, view, (done) => added(done, mail)),
    json: coordinationJson,
  })

interface Addition {
  centre: string
  /** The person, or an incomplete one that is completed at the terminal. */
  person: Person | { email?: string | undefined }
  ifMissing: boolean
}

async function prepareAddition(
  { centre, person: typed, ifMissing }: { centre: string; person: string | undefined; ifMissing: boolean },
  session: Session,
): Promise<Addition> {
  const { terminal, common, argv, notify } = session
  const mayAsk = terminal.canAsk && common.input
  if (typed === undefined) {
    if (centre.includes('@')) throw withoutCentre(argv, centre)
    const end = argv.includes('--') ? argv.length : (positionsIn(argv).at(-1)?.at ?? argv.length) + 1
    const line = commandLine(argv.toSpliced(end, 0, 'Name <email>'))
    requireTerminal(session, { flag: "'Name <email>'", question: 'Their name?', line })
    return { centre, person: {}, ifMissing }
  }
  // An invalid address is refused here, before a name is asked for.
  if (mayAsk && isAddressAlone(typed))
    return { centre, person: { email: parseNewAddress(typed).email }, ifMissing }
  const person = parsePerson(typed)
  for (const notice of tidiedNotices(person)) notify(notice)
  return { centre, person, ifMissing }
}

function withoutCentre(argv: readonly string[], person: string): Usage {
  const line = argv.toSpliced(argv.lastIndexOf(person), 0, 'CENTRE')
  return new Usage(`'${oneLine(person)}' stands where the centre does: it comes first.`, {
    code: 'missing-argument',
    hint: commandLine(line),
  })
}

/** Prompts for a coordinator if the centre can get one; other refusals are the rule's. */
async function askForCoordinator(
  { centre: number, person }: Addition,
  { session: { terminal }, store: { db }, ctx }: Asking,
): Promise<Person> {
  const centre = await findCentre(db, number, ctx)
  permit(ctx, 'coordinator.add', centreTarget(centre))
  refuseDeletedCentre(centre)
  if (centre.coordinator_email !== null) {
    const has = `${centre.number} has a coordinator: ${centre.coordinator_email}.`
    throw new Refused('has-coordinator', has, { hint: `ssh-admin coordinator change ${centre.number}` })
  }
  return askForPerson(terminal, { centre, db, email: 'email' in person ? person.email : undefined })
}

function additionQuestion(coordination: Coordination): string | undefined {
  const { coordinator, changed } = coordination
  if (!changed || !coordinator) return undefined
  return `Make ${nameAndAddress(coordinator)} the coordinator of ${centreLabel(coordination)}? They are sent a message to set up a password.`
}

function added(coordination: Coordination, mail: readonly Message[]): string {
  const { coordinator } = coordination
  const message = coordinator ? messageTo(coordinator, mail) : undefined
  const who = coordinator ? nameAndAddress(coordinator) : 'Nobody'
  return `${who} coordinates ${centreLabel(coordination)} now; ${setUpInWords(message)}.${nextStep(coordination)}`
}

/** The next step for an Associate's coordinator, who acts only for centres assigned to them. */
function nextStep({ centre, coordinator }: Coordination): string {
  if (centre.kind !== 'associate' || !coordinator) return ''
  return `\n  Next, the associate centres that they act for: ssh-admin associates assign ${coordinator.email} CENTRE…`
}

const options = {
  to: allowName('user', option('<email>', 'an administrator of the centre')),
  new: option('<person>', "a new user: 'Name <email>'", z.string().transform(parsePerson).optional()),
  suspendFormer: flag('suspend the former coordinator too'),
}

type Options = { centre: string } & ValuesOf<typeof options>

interface Request {
  centre: string
  /** Undefined until chosen at the terminal. */
  successor: Successor | undefined
  suspendFormer: boolean
}

export const change = () =>
  preparedMutation({
    name: 'change',
    summary: 'hand the place of coordinator to somebody else',
    description:
      'Hand the place of coordinator to an administrator of the centre, or to a new person. The former coordinator becomes a teacher. At a terminal, without --to and --new, it lists those who can be chosen.',
    args: { centre: centreArgument() },
    options,
    examples: [
      'ssh-admin coordinator change EG001 --to omar@school.example --yes',
      "ssh-admin coordinator change EG001 --new 'Salma Aziz <salma@school.example>' --yes",
    ],
    prepare: prepareChange,
    complete: async (request, { session, store, ctx }) => ({
      ...request,
      successor:
        request.successor ?? (await chooseSuccessor(request.centre, { session, store, ctx: await ctx() })),
    }),
    act: (trx, ctx, request: Request) => changeCoordinator(trx, { ...request, ctx }),
    confirm: {
      question: (done, { request }) => withClosing(changeQuestion(done, request), done),
      comparable: (done) => [comparableCoordination(done), comparableClosing(done)],
    },
    render: (done, view) => renderWithClosing(renderCoordinatorChange(done, view, changedTo), done, view),
    json: (done, mail) => ({ ...coordinationJson(done, mail), closed: [...(done.closes ?? [])] }),
  })

async function prepareChange(options: Options, session: Session): Promise<Request> {
  const { centre, to, new: person, suspendFormer } = options
  if (to !== undefined && person)
    throw new Usage('Both --to and --new say who takes the place.', {
      code: 'invalid-option',
      hint: 'Leave one of them out.',
    })
  if (to !== undefined) return { centre, successor: { to }, suspendFormer }
  if (person) {
    for (const notice of tidiedNotices(person)) session.notify(notice)
    return { centre, successor: { person }, suspendFormer }
  }
  if (!session.terminal.canAsk || !session.common.input) {
    throw new Usage('Who takes the place? Say it with --to EMAIL or --new.', {
      code: 'answer-needed',
      hint: `${commandLine(lineWithOption(session.argv, '--to', 'EMAIL'))}, or --new 'Name <email>'`,
    })
  }
  return { centre, successor: undefined, suspendFormer }
}

function changeQuestion(coordination: Coordination, { successor }: Request): string | undefined {
  const { coordinator, former, changed } = coordination
  if (!changed || !coordinator) return undefined
  const stays = former?.status === 'suspended' ? 'becomes a teacher, and is suspended' : 'stays, as a teacher'
  const leaving = former ? ` ${nameAndAddress(former)} ${stays}.` : ''
  return `Make ${nameAndAddress(coordinator)} the coordinator of ${centreLabel(coordination)}? ${messageSentence(successor)}${leaving}`
}

function messageSentence(successor: Successor | undefined): string {
  const isNew = successor !== undefined && 'person' in successor
  return `They are sent a message ${isNew ? 'to set up a password' : 'that says so'}.`
}

function changedTo(coordination: Coordination): string {
  const { coordinator, former } = coordination
  const who = coordinator ? nameAndAddress(coordinator) : 'Nobody'
  const leaving = former ? ` ${nameAndAddress(former)} is a teacher now, ${former.status}.` : ''
  return `${who} coordinates ${centreLabel(coordination)} now.${leaving}`
}

/** Adds what the change closes and opens at the centre. */
const trackingClosings =
  (rule: typeof suspendCoordinator | typeof restoreCoordinator) =>
  (trx: Trx, ctx: RuleContext, { centre }: { centre: string }) =>
    trackClosings(trx, {
      scope: { numbers: [readCentreNumber(centre) ?? centre] },
      ctx,
      work: () => rule(trx, { centre, ctx }),
    })

export const suspend = () =>
  mutation({
    name: 'suspend',
    summary: "suspend a centre's coordinator, and lock its users out",
    description:
      "Suspend a centre's coordinator. Until they are restored, or another one takes the place, none of the centre's users can sign in. Nothing of theirs is changed.",
    args: { centre: centreArgument() },
    examples: ['ssh-admin coordinator suspend EG001 --yes'],
    act: trackingClosings(suspendCoordinator),
    confirm: {
      question: (done) => withClosing(suspensionQuestion(done.result), done),
      comparable: ({ result, closes }) => [comparableCoordination(result), comparableClosing({ closes })],
    },
    render: (done, view) =>
      renderWithClosing(renderCoordinatorChange(done.result, view, suspended), done, view),
    json: ({ result, closes }) => ({ ...coordinationJson(result), closed: [...closes] }),
  })

function suspensionQuestion(coordination: Coordination): string | undefined {
  const { coordinator, changed, affected } = coordination
  if (!changed || !coordinator) return undefined
  const others = affected === 0 ? 'They' : `They and ${otherUsersText(affected).toLowerCase()} of the centre`
  return `Suspend ${nameAndAddress(coordinator)}, who coordinates ${centreLabel(coordination)}? ${others} cannot sign in until restored.`
}

function suspended(coordination: Coordination): string {
  const { coordinator, affected } = coordination
  const who = coordinator ? nameAndAddress(coordinator) : 'The coordinator'
  const others = `${otherUsersText(affected)} of ${centreLabel(coordination)}`
  if (affected === 0) return `${who} is suspended. ${others} is affected.`
  return `${who} is suspended. ${others} cannot sign in until they are restored.`
}

export const restore = () =>
  mutation({
    name: 'restore',
    summary: "restore a centre's coordinator, and let its users in again",
    description:
      "Restore a suspended coordinator. The centre's users have back exactly what they had: who could sign in before can again. What is released and open at this moment opens for the centre again, and the answer says what does.",
    args: { centre: centreArgument() },
    examples: ['ssh-admin coordinator restore EG001'],
    act: trackingClosings(restoreCoordinator),
    render: (done, view) =>
      renderWithClosing(renderCoordinatorChange(done.result, view, restored), done, view),
    json: ({ result, opens }) => ({ ...coordinationJson(result), opened: opens }),
    notices: ({ result: { coordinator, changed } }) =>
      changed && coordinator ? needsMessage(coordinator) : [],
  })

function restored(coordination: Coordination): string {
  const { coordinator, affected } = coordination
  const who = coordinator ? nameAndAddress(coordinator) : 'The coordinator'
  const others =
    affected === 0
      ? ''
      : ` ${otherUsersText(affected)} ${affected === 1 ? 'has back what it' : 'have back what they'} had.`
  return `${who} coordinates ${centreLabel(coordination)} again.${others}`
}

interface Asking {
  session: Session
  store: OpenStore
  ctx: RuleContext
}

/** Offers the centre's administrators and a new person; the rule refuses ineligible ones. */
async function chooseSuccessor(
  number: string,
  { session: { terminal }, store: { db }, ctx }: Asking,
): Promise<Successor | undefined> {
  const centre = await findCentre(db, number, ctx)
  if (!decide(ctx.actor, 'coordinator.change', centreTarget(centre)).allowed) return undefined
  refuseDeletedCentre(centre)
  const question = `Who coordinates ${centre.number} from now on?`
  const to = await chooseFromStore(terminal, async () => {
    const now = await findCentre(db, number, ctx)
    const admins = await adminsOf(db, now.id)
    const choices: Choice<string | undefined>[] = admins.map(({ email, first_name, last_name, status }) => {
      const name = nameOf({ email, firstName: first_name, lastName: last_name })
      const waiting = status === 'invited' ? ', not set up yet' : ''
      return { value: email, name: oneLine(`${name} <${email}>${waiting}`) }
    })
    choices.push({ value: undefined, name: 'Somebody new …' })
    return { question, choices, facts: [now.id, now.name, now.status, admins] }
  })
  if (to !== undefined) return { to }

  return { person: await askForPerson(terminal, { centre, db }) }
}

/** Prompts for a name, and for an address if none was typed. */
async function askForPerson(
  terminal: Session['terminal'],
  { centre, db, email }: { centre: CentreWithPeople; db: Kysely<Store>; email?: string | undefined },
): Promise<Person> {
  const name = await ask(terminal, { question: 'Their name', check: wrongName })
  const check = (text: string) => wrongAddress(text, { centre, db })
  const address = email ?? (await ask(terminal, { question: 'Their e-mail address', check }))
  return parsePerson(`${name} <${address}>`)
}

/** The rule's own refusal, while the value can still be corrected. */
async function wrongName(text: string): Promise<string | undefined> {
  if (text.trim() === '') return 'A name is needed.'
  return (await failureOf(() => parsePerson(`${text} <name@school.example>`)))?.message
}

async function wrongAddress(
  text: string,
  { centre, db }: { centre: CentreWithPeople; db: Kysely<Store> },
): Promise<string | undefined> {
  const address = readNewAddress(text)
  if (!('key' in address)) return `That ${address.problem}.`
  const holder = await findLiveUser(db, address.key)
  if (!holder) return undefined
  return holder.centre_id === centre.id
    ? `Somebody at ${centre.number} has this address already: --to chooses them, once they are an administrator.`
    : 'Somebody has this address already.'
}
