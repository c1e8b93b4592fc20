import type { AuditEntry } from '../db/audit/events.ts'
import { oneLine } from './clean-text.ts'
import { field } from './fields.ts'
import { relativeTime, count } from './text.ts'
import { plainTime } from '../plain-time.ts'
import type { View } from './table.ts'
import { erasedActor } from '../rules/audit/event-redactor.ts'

export const eventFields = {
  id: field<AuditEntry>('No.', ({ id }) => id),
  at: field<AuditEntry>(
    'When (UTC)',
    ({ at }) => at,
    // 'three days ago' would not tell which event came first.
    ({ at }) => plainTime(at).replace(' UTC', ''),
  ),
  kind: field<AuditEntry>('Kind', ({ kind }) => kind),
  action: field<AuditEntry>(
    'What',
    ({ action }) => action,
    ({ action, kind }) => (kind === 'refusal' ? `${action}, refused` : action),
  ),
  subject: field<AuditEntry>('To whom', ({ subject }) => subject),
  actor: field<AuditEntry>(
    'Actor',
    ({ actor }) => actor ?? 'staff',
    ({ actor }) => actor ?? 'Cambridge staff',
  ),
  operator: field<AuditEntry>('Operator', ({ operator }) => operator),
  details: field<AuditEntry>('Details', ({ details }) => JSON.stringify(details)),
  what: field<AuditEntry>('What happened', sentenceOf),
  by: field<AuditEntry>('By', ({ actor, operator }) => actor ?? operator ?? 'Cambridge staff'),
}

export const eventsInTable = ['id', 'at', 'what'] as const
export const eventsInPipe = ['id', 'at', 'kind', 'action', 'subject', 'actor', 'operator', 'details'] as const

/** One line for the end of `users show` and `centres show`, with a relative time like the rest of the screen. */
export function eventLine(event: AuditEntry, { now }: Pick<View, 'now'>): string {
  return oneLine(`  ${relativeTime(event.at, now).padEnd(14)}  ${sentenceOf(event)}`)
}

/** Two lines for an event, with its sentence in full. */
export function eventInFull(event: AuditEntry, { chalk }: View): string[] {
  return [chalk.bold(`${event.id}  ${plainTime(event.at)}`), oneLine(`  ${sentenceOf(event)}`)]
}

/** The form for programs: people are known by their addresses alone, as they were recorded. */
export function eventJson({ names: _, ...event }: AuditEntry) {
  return event
}

/**
 * The log as a sheet: one row for each event, described in words in the last column; the `.jsonl` file has everything.
 */
export function eventSheet(events: AsyncIterable<AuditEntry>) {
  return {
    name: 'Audit log',
    columns: [
      { heading: 'No.', width: 8 },
      { heading: 'When (UTC)', width: 24 },
      { heading: 'Kind', width: 10 },
      { heading: 'Action', width: 26 },
      { heading: 'Subject', width: 34 },
      { heading: 'Actor', width: 30 },
      { heading: 'Operator', width: 24 },
      { heading: 'Command', width: 24 },
      { heading: 'What happened', width: 60 },
    ],
    rows: rowsOf(events),
    wrapped: true,
    print: { landscape: true },
  }
}

async function* rowsOf(events: AsyncIterable<AuditEntry>) {
  for await (const event of events) {
    const { id, at, kind, action, subject, actor, operator, details } = event
    const cells = [at, kind, action, subject, actor ?? 'staff', operator, details.command, sentenceOf(event)]
    yield [id, ...cells.map((cell) => oneLine(cell === null ? '' : String(cell)))]
  }
}

/**
 * What happened, in a sentence: `Amira Haddad suspended Omar Said (was active; holds 2 learner groups)`. For events of
 * an account, the sentence names the owner of the account, whoever typed the command.
 */
function sentenceOf(event: AuditEntry): string {
  if (event.kind === 'refusal') return refusalOf(event)
  const [group] = event.action.split('.')
  const who =
    group === 'account' && event.subject !== null ? personInWords(event, 'subject') : actorInWords(event)
  const phrase = phraseOf(event)
  const used = new Set(event.action === 'account.requested' ? ['command', 'sends'] : ['command'])
  const words = phrase.replace(/\{(\w+)\}/g, (_, field: string) => {
    used.add(field)
    if (field !== 'subject') return detailInWords(event, field)
    return event.subject === null ? 'somebody who was erased' : personInWords(event, 'subject')
  })
  const more = remainingDetails(event, used)
  return `${who} ${words}${more === '' ? '' : ` (${more})`}`
}

function refusalOf(event: AuditEntry): string {
  const { details, action, subject, actor } = event
  const { targets, unknown } = details
  const notThere = typeof unknown === 'number' ? ` (${unknown} not there)` : ''
  const others =
    typeof targets === 'number' && targets > 1 ? ` and ${count(targets - 1, 'other')}${notThere}` : ''
  const whom = subject === null || subject === actor ? '' : ` for ${personInWords(event, 'subject')}${others}`
  const rule = typeof details.rule === 'string' ? `: ${details.rule}` : ''
  const rehearsed = details.dryRun === true ? ' in a rehearsal' : ''
  return `${actorInWords(event)} was refused ${action.replaceAll('.', ' ')}${whom}${rehearsed}${rule}`
}

function actorInWords({ actor, names, operator }: AuditEntry): string {
  if (actor === erasedActor) return 'somebody who was erased'
  return actor === null ? (operator ?? 'Cambridge staff') : names.actor || actor
}

/** A detail in words: a person by name, a number, or the names of several things. */
function detailInWords(event: AuditEntry, field: string): string {
  const value = event.details[field]
  if (typeof value === 'number') return String(value)
  return Array.isArray(value) ? value.map(valueInWords).join(', ') : personInWords(event, field)
}

/** A person by name, where the name is still known, or else by address. */
function personInWords({ names, details, subject }: AuditEntry, field: string): string {
  if (names[field]) return names[field]
  const value = field === 'subject' ? subject : details[field]
  return typeof value === 'string' && value !== '' ? value : 'nobody'
}

/** The words for each action of the log; braces hold the names of the details to be filled in, and `{subject}`. */
const actionPhrases: Readonly<Record<string, string>> = {
  'account.password-chosen': 'chose a password',
  'account.requested': 'asked for a message',
  'account.signed-in': 'signed in',
  'account.verified': 'entered the code that was sent',
  'account.wrong-code': 'entered a wrong code',
  'account.wrong-password': 'entered a wrong password',
  'account.wrong-pin': 'entered a wrong PIN',
  'account.wrong-temporary-password': 'entered a wrong temporary password',
  'associates.assigned': 'assigned associate centres to {subject}',
  'associates.unassigned': 'took associate centres from {subject}',
  'audit.exported': 'exported the audit log',
  'centres.created': 'created centre {subject}',
  'centres.deleted': 'deleted centre {subject}',
  'centres.edited': 'edited centre {subject}',
  'centres.exported': 'exported the centres',
  'centres.import-undone': 'took back the import of {subject}',
  'centres.imported': 'imported {subject}',
  'centres.imports.reported': 'wrote the page about an import to a file',
  'centres.restored': 'restored centre {subject}',
  'coordinator.added': 'made {coordinator} the coordinator of {subject}',
  'coordinator.changed': 'made {coordinator} the coordinator of {subject}, after {former}',
  'coordinator.restored': 'restored {coordinator}, the coordinator of {subject}',
  'coordinator.suspended': 'suspended {coordinator}, the coordinator of {subject}',
  'entries.imported': 'imported the entries of {subject}',
  'help-documents.download': 'asked to download {subject}',
  'help-documents.downloaded': 'downloaded {subject}',
  'help-documents.mended': 'uploaded {subject} again, whose bytes were damaged',
  'help-documents.replaced': 'replaced {subject}',
  'help-documents.uploaded': 'uploaded {subject}',
  'help-documents.withdrawn': 'withdrew {subject}',
  'key-times.edited': 'changed the Key Time {subject}',
  'key-times.imported': 'imported the Key Times of {subject}',
  'key-times.removed': 'removed the Key Time {subject}',
  'mail.cancelled': 'cancelled a message to {subject}',
  'mail.message-failed': 'could not send a message to {subject}',
  'mail.message-sent': 'sent a message to {subject}',
  'mail.message-waiting': 'left a message to {subject} waiting',
  'mail.message-written': 'wrote a message to {subject} into a file',
  'mail.shown': 'looked at a message to {subject}',
  'pins.made-again': 'made the PIN sheet of import {subject} again',
  'pins.renewed': 'issued the PINs of import {subject} anew',
  'progression-tests.imported': 'imported the Progression Test data of {subject}',
  'releases.authorisations.written': 'wrote the release authorisations to a file',
  'releases.created': 'created {subject}',
  'releases.edited': 'edited {subject}',
  'releases.released': 'released {subject}',
  'releases.withdrawn': 'withdrew {subject}',
  'resources.download': 'asked to download {subject}',
  'resources.downloaded': 'downloaded {subject}',
  'resources.mended': 'uploaded {subject} again, whose bytes were damaged',
  'resources.restored': 'restored {subject}',
  'resources.uploaded': 'uploaded {subject}',
  'resources.withdrawn': 'withdrew {subject}',
  'roles.granted': 'granted {roles} to {subject}',
  'roles.revoked': 'took {roles} from {subject}',
  'store.backed-up': 'backed up the store',
  'store.begun': 'began the store',
  'store.clock-accepted': 'accepted the clock',
  'store.copied': 'copied the store',
  'store.migrated': 'brought the store up to date',
  'store.rekeyed': 'gave the store a new key',
  'store.restored': 'restored the store from a backup',
  'store.seeded': 'filled the store with invented centres and users',
  'templates.edited': 'changed the words of a letter',
  'templates.previewed': 'sent a sample of a letter to {subject}',
  'templates.reset': 'gave a letter its shipped words back',
  'users.added': 'added {subject}',
  'users.deleted': 'deleted {subject}',
  'users.edited': 'edited {subject}',
  'users.erased': 'erased somebody',
  'users.moved': 'moved {subject} to another centre',
  'users.password-reset': 'reset the password of {subject}',
  'users.pin-issued': 'issued a PIN to {subject}',
  'users.pin-shown': 'looked at the PIN of {subject}',
  'users.rejoined': 'brought {subject} back to a centre',
  'users.removed': 'removed {subject} from their organisation',
  'users.restored': 'restored {subject}',
  'users.suspended': 'suspended {subject}',
  'users.transferred': 'transferred the Progression Test data of {subject} to {receiver}',
}

/** The words for actions on several messages at once. */
const actionPhrasesForSeveral: Readonly<Record<string, string>> = {
  'mail.message-failed': 'could not send {messages} messages',
  'mail.message-sent': 'sent {messages} messages',
  'mail.message-waiting': 'left {messages} messages waiting',
  'mail.message-written': 'wrote {messages} messages into files',
}

function phraseOf(event: AuditEntry): string {
  if (event.action === 'account.requested' && event.details.sends === false)
    return 'asked for a message, and got none'
  const several =
    typeof event.details.messages === 'number' ? actionPhrasesForSeveral[event.action] : undefined
  // An action that a newer version of the program recorded.
  const other = `did ${event.action}${event.subject === null ? '' : ' to {subject}'}`
  return several ?? actionPhrases[event.action] ?? other
}

/** The remaining details of an event, to stand in brackets. */
function remainingDetails(event: AuditEntry, used: ReadonlySet<string>): string {
  const { before, after, progressionTests, ...others } = event.action.startsWith('coordinator.')
    ? coordinatorFacts(event.details)
    : event.details
  const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !used.has(name)))
  // For most actions the verb says what the status is afterwards.
  const saysAfter = typeof after === 'string' && /\.(restored|moved)$/.test(event.action)
  const parts = [
    ...(typeof before === 'string' ? [`was ${before}${saysAfter ? `, is ${after}` : ''}`] : []),
    ...(Array.isArray(before) ? [`had ${before.map(valueInWords).join(', ') || 'none'}`] : []),
    ...(isFacts(before) ? [factsInWords(event, { before, after })] : []),
    ...(before === undefined && after !== undefined
      ? [factsInWords(event, isFacts(after) ? { ...after } : { after })]
      : []),
    ...holdingsInWords(progressionTests),
    ...lockedOutInWords(event),
    factsInWords(event, rest),
  ]
  return parts.filter((part) => part !== '').join('; ')
}

/** The coordinator's former status, in the form that it has for any user; `affected` is left to `lockedOutInWords`. */
function coordinatorFacts({ affected: _, status, ...others }: AuditEntry['details']): AuditEntry['details'] {
  return isFacts(status) ? { ...others, ...status } : others
}

/** The other users whom an act on a coordinator locks out or lets in again. */
function lockedOutInWords({ action, details: { affected } }: AuditEntry): string[] {
  if (typeof affected !== 'number' || affected === 0) return []
  const others = count(affected, 'other')
  if (action === 'coordinator.suspended') return [`${others} cannot sign in`]
  if (action === 'coordinator.restored')
    return [`${others} ${affected === 1 ? 'has' : 'have'} back what they had`]
  return []
}

function isFacts(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function holdingsInWords(progressionTests: unknown): string[] {
  if (typeof progressionTests !== 'object' || progressionTests === null) return []
  const groups = 'learnerGroups' in progressionTests ? progressionTests.learnerGroups : 0
  return typeof groups === 'number' && groups > 0 ? [`holds ${count(groups, 'learner group')}`] : []
}

/** Details of an event as a person reads them; `--json` has all of them. */
function factsInWords(
  { action }: Pick<AuditEntry, 'action'>,
  facts: Readonly<Record<string, unknown>>,
): string {
  if (/^centres\.import(ed|-undone)$/.test(action)) {
    const summary = importInWords(facts)
    if (summary) return `import ${summary.number}: ${summary.words}`
  }
  return namedParts(joinBeforeAndAfter(facts))
    .map(({ name, words }) => `${name} ${words}`)
    .join(', ')
}

/**
 * Joins `nameBefore` and `nameAfter` to one fact in place of the recorded 'changed', which is all that remains once the
 * person has been erased.
 */
function joinBeforeAndAfter(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const paired = { ...facts }
  for (const [name, after] of Object.entries(facts)) {
    const [, fact] = /^(.+)After$/.exec(name) ?? []
    if (fact === undefined || typeof after !== 'string') continue
    const before = facts[`${fact}Before`]
    delete paired[name]
    delete paired[`${fact}Before`]
    paired[fact] = before === undefined ? `changed to ${after}` : { before, after }
  }
  return paired
}

function importInWords(facts: Record<string, unknown>): { number: number; words: string } | undefined {
  const { import: number, counts, undone = {}, left = 0 } = facts
  if (typeof number !== 'number' || typeof left !== 'number' || !isCounts(undone)) return undefined
  if (counts !== undefined && !isImportCounts(counts)) return undefined
  const parts = counts ? importCountsInWords(counts) : []
  for (const [name, many] of Object.entries(undone))
    if (many > 0) parts.push(`${splitCamelCase(name)} ${many}`)
  if (left > 0) parts.push(`${left} left alone`)
  return { number, words: parts.join(', ') || 'nothing changed' }
}

type Counts = Record<string, number>

interface ImportCounts {
  rows: Counts
  centres: Counts
  users: Counts
}

function isCounts(value: unknown): value is Counts {
  return typeof value === 'object' && value !== null && Object.values(value).every(Number.isFinite)
}

function isImportCounts(value: unknown): value is ImportCounts {
  if (typeof value !== 'object' || value === null) return false
  const parts = new Map<string, unknown>(Object.entries(value))
  return ['rows', 'centres', 'users'].every((part) => isCounts(parts.get(part)))
}

function importCountsInWords({ rows, centres, users }: ImportCounts): string[] {
  const parts = ['created', 'replaced', 'renamed', 'restored', 'deleted'].flatMap((done) => {
    const whom = [
      ...(centres[done] ? [count(centres[done], 'centre')] : []),
      ...(users[done] ? [count(users[done], 'user')] : []),
    ]
    return whom.length > 0 ? [`${whom.join(' and ')} ${done}`] : []
  })
  return rows.heldBack ? [...parts, `${count(rows.heldBack, 'row')} held back`] : parts
}

const digestPattern = /^(sha256:)?[0-9a-f]{64}$/

function valueInWords(value: unknown): string {
  if (value === null) return 'none'
  if (Array.isArray(value)) return value.map(valueInWords).join(' ')
  // Digests and seals are for programs to compare.
  if (typeof value !== 'object') return digestPattern.test(String(value)) ? '' : String(value)
  const parts = new Map<string, unknown>(Object.entries(value))
  if (parts.has('before') && parts.has('after'))
    return [parts.get('before'), parts.get('after')]
      .map((one) => (one === '' ? 'none' : valueInWords(one)))
      .join(' → ')
  return namedParts(value)
    .map(({ name, words }) => `${name} ${words}`)
    .join(' ')
}

function namedParts(facts: object): { name: string; words: string }[] {
  return Object.entries(facts)
    .map(([name, value]) => ({ name: splitCamelCase(name), words: valueInWords(value) }))
    .filter(({ words }) => words !== '')
}

/** `hubRole` as `hub role`: the names of details are written for programs. */
function splitCamelCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
