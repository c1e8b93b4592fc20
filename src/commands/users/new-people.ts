import type { Kysely } from 'kysely'
import { joinPeople } from '../../cli/names-typed.ts'
import { ask, askSeveral, askYesNo } from '../../cli/prompt.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { commandLine, type Line, replaceWords } from '../../cli/typed-line.ts'
import { findCentreByNumber } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { Usage } from '../../errors.ts'
import { readEachName, failureOf } from '../../rules/batch.ts'
import { findCentre, readCentreNumber } from '../../rules/centres/find.ts'
import { centresNamed, describeCentre } from '../../rules/find-by-name.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { maySeeCentre, centreTarget, permit } from '../../rules/permissions/decide.ts'
import { refuseDeletedCentre } from '../../rules/refusals.ts'
import { sites, titleOfRole, titleOfSite } from '../../rules/roles/catalogue.ts'
import { type Addition, refuseAddressInUse } from '../../rules/users/add.ts'
import { shellWord } from '../../shell-word.ts'
import { sentenceCase } from '../../render/text.ts'
import { type Address, readNewAddress, parseNewAddress } from '../../rules/users/email.ts'
import { type TypedNames, parseNames, parsePerson } from '../../rules/users/new-user.ts'

interface MutationStage {
  terminal: Terminal
  db: Kysely<Store>
  ctx: RuleContext
  /** Whether an existing, identical account is accepted (--if-missing). */
  ifMissing: boolean
  /** Saves the typed people as a draft when cancelled. */
  keep: (typed: readonly NewPerson[], error: unknown) => Promise<void>
}

interface TypedPeople extends RightsTyped {
  people: readonly NewPerson[]
}

/** Prompts for missing values: the centre, names, or one person after another. Nothing is saved meanwhile. */
export async function promptForPeople(
  { people, ...rights }: TypedPeople,
  stage: MutationStage,
): Promise<NewPerson[]> {
  if (rights.centre === undefined) requirePermissionToAdd(stage)
  const centre = rights.centre ?? (await askCentre(stage))
  await refuseUnusableCentre(centre, stage)
  if (!stage.ifMissing) await refuseExisting(people, stage)
  const asked: NewPerson[] = []
  let begun: NewPerson | undefined
  for (const person of people)
    asked.push({ ...person, centre, name: person.name ?? (await askName(person, stage)) })
  if (people.length > 0) return asked
  try {
    do {
      begun = await askWho({ ...rights, centre }, { asked, stage })
      asked.push({ ...begun, ...(await askRights(begun, stage.terminal)) })
      begun = undefined
    } while (await askYesNo(stage.terminal, 'Add another?'))
    return asked
  } catch (error) {
    const typed = begun ? [...asked, begun] : asked
    if (typed.length > 0) await stage.keep(typed, error)
    throw error
  }
}

/** Before a centre is asked for. Whoever may add users at all may do so at their own centre. */
function requirePermissionToAdd({ ctx }: MutationStage): void {
  const { actor } = ctx
  if (actor.kind === 'user') permit(ctx, 'users.add', { name: actor.centre.number, centre: actor.centre })
}

/** Refusals that do not depend on the person, before anybody is typed. */
async function refuseUnusableCentre(number: string, { db, ctx }: MutationStage): Promise<void> {
  const centre = await findCentre(db, number, ctx)
  permit(ctx, 'users.add', centreTarget(centre))
  refuseDeletedCentre(centre)
}

async function refuseExisting(people: readonly NewPerson[], { db, ctx }: MutationStage): Promise<void> {
  const addresses = new Map(people.map(({ address }) => [address.email, address]))
  await readEachName([...addresses.keys()], async (email) => {
    const address = addresses.get(email)
    if (address) await refuseAddressInUse(db, { address, ctx })
  })
}

/** With --as, the actor's own centre is the default. */
async function askCentre({ terminal, db, ctx }: MutationStage): Promise<string> {
  const typed = await ask(terminal, {
    question: 'Centre (number or name):',
    ...(ctx.actor.kind === 'user' ? { current: ctx.actor.centre.number } : {}),
    check: async (text) => {
      const found = await resolveCentre(db, { text, ctx })
      return typeof found === 'string' ? found : undefined
    },
  })
  const found = await resolveCentre(db, { text: typed, ctx })
  return typeof found === 'string' ? typed : found.number
}

/** Resolves a number or part of a name to a centre, or says why not. */
async function resolveCentre(
  db: Kysely<Store>,
  { text, ctx }: { text: string; ctx: RuleContext },
): Promise<{ number: string } | string> {
  if (text.trim() === '') return 'A number such as EG001, or a part of the name'
  const number = readCentreNumber(text)
  const centre = number === undefined ? undefined : await findCentreByNumber(db, number)
  if (centre && maySeeCentre(ctx.actor, centre.id))
    return centre.deleted_at === null ? centre : `${centre.number} (${centre.name}) is deleted`
  const { rows, total } = await centresNamed(db, { text, ctx })
  const [first, ...others] = rows
  if (!first) return `There is no centre ${number ?? `'${text.trim()}'`}`
  if (others.length === 0) return first
  const more = total > 3 ? ', …' : ''
  return `${total} centres are called so: ${rows.slice(0, 3).map(describeCentre).join(', ')}${more}`
}

async function askWho(
  rights: RightsTyped,
  { asked, stage }: { asked: readonly NewPerson[]; stage: MutationStage },
): Promise<NewPerson> {
  const name = await askNames({ question: 'First name:', terminal: stage.terminal })
  return { ...rights, name, address: await askAddress({ asked, stage }) }
}

async function askName({ address }: NewPerson, { terminal }: MutationStage) {
  return askNames({ question: `First name of ${address.email}:`, terminal })
}

async function askNames({ question, terminal }: { question: string; terminal: Terminal }) {
  const firstName = await ask(terminal, {
    question,
    check: (text) =>
      text.trim() === '' ? 'A name is needed' : nameFault({ firstName: text, lastName: 'Name' }),
  })
  const lastName = await ask(terminal, {
    question: 'Last name:',
    check: (text) => nameFault({ firstName, lastName: text }),
  })
  return parseNames({ firstName, lastName })
}

/** The rule's own refusal, while the value can still be corrected. */
async function nameFault(names: { firstName: string; lastName: string }): Promise<string | undefined> {
  return (await failureOf(() => parseNames(names)))?.message
}

async function askAddress({
  asked,
  stage: { terminal, db, ctx, ifMissing },
}: {
  asked: readonly NewPerson[]
  stage: MutationStage
}): Promise<Address> {
  const text = await ask(terminal, {
    question: 'E-mail:',
    check: async (typed) => {
      const address = readNewAddress(typed)
      if (!('key' in address)) return wrongAddress(address)
      const duplicate = asked.find((other) => other.address.key === address.key)
      if (duplicate)
        return `You gave it to ${duplicate.name?.firstName ?? 'somebody'} ${duplicate.name?.lastName ?? ''} already`
      const isThere = await failureOf(() => refuseAddressInUse(db, { address, ctx }))
      return isThere && !ifMissing ? 'Somebody has this address already' : undefined
    },
  })
  return parseNewAddress(text)
}

function wrongAddress({ problem, hint }: { problem: string; hint?: string }): string {
  const said = `${problem.startsWith('is not') ? 'This' : 'The address'} ${problem}`
  return hint === undefined ? said : `${said}. ${sentenceCase(hint)}`
}

async function askRights({ admin, sites: chosen }: RightsTyped, terminal: Terminal) {
  const rights = { value: 'admin', name: `Administrative rights: ${titleOfRole('admin')}`, checked: admin }
  const choices = sites
    .filter((site) => site !== 'school-support-hub')
    .map((site) => ({ value: site, name: titleOfSite(site), checked: chosen.includes(site) }))
  const selected = await askSeveral<string>(terminal, {
    question: 'Rights and sites (the hub itself comes with every account):',
    choices: [rights, ...choices],
  })
  return { admin: selected.includes('admin'), sites: selected.filter((value) => value !== 'admin') }
}

export interface RightsTyped {
  centre: string | undefined
  admin: boolean
  roles: readonly string[]
  sites: readonly string[]
}

/** A person to add, possibly incomplete. */
export interface NewPerson extends RightsTyped {
  address: Address
  name: TypedNames | undefined
}

/** Parses `Amira Haddad <amira@school.example>`, or an address alone, whose name is prompted for. */
export function readPerson(text: string, rights: RightsTyped): NewPerson {
  if (!text.includes('<')) {
    refuseOtherBrackets(text)
    return { ...rights, address: parseNewAddress(text), name: undefined }
  }
  const { address, ...name } = parsePerson(text)
  return { ...rights, address, name }
}

/** Refuses a name and an address without angle brackets. @throws `invalid-person` */
function refuseOtherBrackets(text: string): void {
  const words = text.trim().split(/\s+/)
  const address = words.find((word) => word.includes('@'))?.replace(/^[([{"']+|[)\]}"',;]+$/g, '')
  const name = words.filter((word) => !word.includes('@')).join(' ')
  if (address === undefined || name === '' || !('key' in readNewAddress(address))) return
  throw new Usage(`'${text}' is a name and an address, and it is not said which is which.`, {
    code: 'invalid-person',
    hint: `Put the address between < and >: ${shellWord(`${name} <${address}>`)}`,
  })
}

/** Splits a list as mail programs copy it: `Sami Ali <sami@school.example>; Lina Farid <lina@school.example>`. */
export function splitPeople(text: string): string[] {
  return text.split(/(?<=>)\s*[,;]\s*/).filter((one) => one !== '')
}

/** Refuses options after `--`. @throws `invalid-person` */
export function refuseOptionsAsPeople(words: readonly string[]): void {
  const option = words.find((word) => /^--[a-z-]+(=|$)/.test(word))
  if (option === undefined) return
  throw new Usage(`'${option}' stands behind --, where nothing is an option.`, {
    code: 'invalid-person',
    hint: 'Options stand before --, and people whose names begin with - behind it.',
  })
}

/** Refuses names and addresses in separate arguments, for want of quotes. @throws `invalid-person`, with the quoted line */
export function refuseUnquotedNames(
  words: readonly string[],
  { centre, argv }: { centre: string | undefined; argv: Line },
): void {
  const number = words.at(-1) ?? ''
  const lineFor = (instead: Line) => {
    const line = replaceWords(argv, words, ...instead)
    return line ? commandLine(line) : instead.map(shellWord).join(' ')
  }
  if (centre === undefined && words.length > 1 && /^[a-z]{0,2}\d{3,}$/i.test(number))
    throw new Usage(`'${number}' is not an address: name@school.example.`, {
      code: 'invalid-person',
      hint: `Where they are is an option: ${lineFor([...(joinPeople(words.slice(0, -1)) ?? words.slice(0, -1)), '--centre', number])}`,
    })
  const nameOnly = words.find((word) => !word.includes('@'))
  if (nameOnly === undefined) return
  const people = joinPeople(words) ?? (words.length === 1 ? [`${nameOnly.trim()} <name@school.example>`] : [])
  if (people.length === 0) return
  throw new Usage(`'${nameOnly}' is not an address: name@school.example.`, {
    code: 'invalid-person',
    hint: `A name and its address are one, in quotes: ${lineFor(people)}`,
  })
}

/** The rule's input, once everything is known. */
export function additionOf({ address, name, centre, admin, roles, sites }: NewPerson): Omit<Addition, 'ctx'> {
  if (!name || centre === undefined) throw new Error('a person is added before everything was asked')
  return { person: { address, ...name }, centre, admin, roles, sites }
}

/** Refuses a duplicate. @param seen address keys so far; this one is added */
export function refuseNamedTwice({ address: { key, email } }: NewPerson, seen: Set<string>): void {
  if (seen.has(key))
    throw new Usage(`${email} is named twice.`, { code: 'named-twice', hint: 'Leave one of the two out.' })
  seen.add(key)
}
