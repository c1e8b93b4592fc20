import type { Counts, Source } from '../import/apply.ts'
import type { Deletions } from '../import/deletions.ts'
import type { CellIssue } from '../rules/table-rows.ts'
import type { Plan } from '../import/plan.ts'
import type { View } from './table.ts'
import { truncate, widthOf } from './wrap.ts'
import { count, firstOfEachKind, listIndent, listLines, changeMark, sentenceCase } from './text.ts'
import { firstFew, formatNumber, quotedHeading } from '../format-number.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { type Pieces, piecesOfLines } from './pieces.ts'
import type { Closing } from '../rules/releases/what-closes.ts'
import type { Opening } from '../rules/releases/what-opens.ts'
import { renderClosing } from './closing.ts'
import { closingAndOpeningLines, openedJson, renderOpenings } from './openings.ts'
import type { JsonAnswer } from './json.ts'
import { pathInWords, shellWord } from '../shell-word.ts'

/** What an import did just now, would do, or did in the past. */
export interface ImportAnswer {
  id: number | null
  state: 'planned' | 'applied' | 'undone'
  source: Source
  counts: Counts
  plan: Pick<Plan, 'renames' | 'missingCentres' | 'extraUsers' | 'duplicatedUsers' | 'issues'>
  pins: { file: string | null; count: number }
  mail: { queued: number }
  /** What was open for those whom the import deletes. */
  closes: readonly Closing[]
  /** What is open for those whom the import creates or restores. */
  opens: readonly Opening[]
  /** The states of the queued messages, counted: `3 sent, 1 queued`. */
  messageStates?: string
  elapsedMs: number
  dryRun: boolean
  /** Whether the plan with its held-back rows is shown right above. */
  isBelowPlan?: boolean
  /** The plan of a rehearsal, which is shown with the answer because no question was asked. */
  described?: readonly string[]
}

export function importJson({
  id,
  state,
  source,
  counts,
  plan,
  pins,
  mail,
  closes,
  opens,
  elapsedMs,
  dryRun,
}: ImportAnswer): JsonAnswer<'import'> {
  return {
    import: { id, file: source.file, sheet: source.sheet, state, digest: source.digest },
    rows: counts.rows,
    centres: counts.centres,
    users: counts.users,
    ...listsOfPlan(plan),
    pins,
    mail,
    closed: [...closes],
    opened: openedJson(opens),
    elapsedMs,
    dryRun,
  }
}

/** The lists of a plan for a script: by cell, number or address. */
export function listsOfPlan(plan: ImportAnswer['plan']) {
  return {
    renamedCentres: plan.renames.map(({ number, before, after, cell: at }) => ({
      number,
      from: before,
      to: after,
      cell: at,
    })),
    missingCentres: plan.missingCentres.map(({ id: _, ...centre }) => centre),
    extraUsers: plan.extraUsers.map(({ id: _, ...user }) => user),
    duplicatedUsers: plan.duplicatedUsers.map(({ email, places }) => ({
      email,
      places: places.map(({ centre, in: at, cell = null }) => ({ centre, in: at, cell })),
    })),
    issues: plan.issues,
  }
}

/** The result: three lines when all is well; a pipe gets every fact, one a line. */
export function renderImport(answer: ImportAnswer, view: View): string | Pieces {
  return view.isTerminal ? renderForPerson(answer, view) : piecesOfLines(linesForPipe(answer, view))
}

function renderForPerson(answer: ImportAnswer, view: View): string {
  const { id, source, counts, plan, pins, mail, closes, opens, messageStates, elapsedMs, dryRun } = answer
  const { chalk } = view
  const lines: string[] = [...(answer.described ?? [])]
  const isBelowPlan = answer.isBelowPlan || lines.length > 0
  const took = `${count(counts.rows.read, 'row')} in ${(elapsedMs / 1000).toFixed(1)} s`
  const done = doneText(counts)
  const mark = changeMark(done !== undefined, view)
  if (done === undefined && counts.rows.read === 0)
    lines.push(`${mark} ${source.file} has no row below its headings yet; nothing to import.`)
  else if (done === undefined) lines.push(`${mark} ${source.file}: ${took}; nothing to change.`)
  else lines.push(`${mark} ${dryRun ? 'Would import' : 'Imported'} ${source.file}: ${took}; ${done}.`)
  if (!isBelowPlan) lines.push(...listLines('Renamed:', plan.renames.map(renameText), maxListed))
  if (pins.count > 0 && pins.file !== null && !dryRun) {
    const whose = pins.count === 1 ? 'PIN of the new user' : `PINs of the ${count(pins.count, 'new user')}`
    lines.push(`${whose}: ${pathInWords(pins.file)}`)
  }
  if (mail.queued > 0) {
    lines.push(`${count(mail.queued, 'activation message')}: ${dryRun ? 'to be sent' : messageStates}.`)
  }
  const lists = [
    plan.missingCentres.length > counts.centres.deleted &&
      `${count(plan.missingCentres.length - counts.centres.deleted, 'centre')} of the store`,
    plan.extraUsers.length > counts.users.deleted &&
      `${count(plan.extraUsers.length - counts.users.deleted, 'user')} of these centres`,
  ].filter((part) => part !== false)
  if (lists.length > 0) {
    // A rehearsal writes no report.
    const where = dryRun ? '--json' : '--report FILE.html, or --json'
    lines.push(
      `Not in the workbook: ${lists.join(' and ')}; they stay as they are. To see all of them: ${where}`,
    )
  }
  lines.push(...renderClosing({ closes }, view), ...renderOpenings(opens, { view, dryRun }))
  if (id !== null) lines.push(chalk.dim(`To take it back: ssh-admin centres imports undo ${id}`))
  if (counts.rows.heldBack > 0) {
    const heldBack = `${count(counts.rows.heldBack, 'row')} held back`
    if (isBelowPlan) lines.push(chalk.yellow(`${heldBack}, as above.`))
    else lines.push(chalk.yellow(`${heldBack}:`), ...issueLines(plan, view))
  }
  return `${lines.join('\n')}\n`
}

function* linesForPipe(answer: ImportAnswer, view: View): Generator<string> {
  const { id, state, source, counts, plan, pins, mail, closes, opens, elapsedMs, dryRun } = answer
  yield tsvLine(['import', id ?? '', state, source.file, source.sheet, source.digest])
  for (const [part, numbers] of Object.entries({
    rows: counts.rows,
    centres: counts.centres,
    users: counts.users,
  })) {
    for (const [name, number] of Object.entries(numbers)) yield tsvLine([part, name, number])
  }
  yield tsvLine(['pins', pins.file ?? '', pins.count])
  yield tsvLine(['mail', 'queued', mail.queued])
  for (const { number, before, after, cell: at } of plan.renames)
    yield tsvLine(['renamed', number, before, after, at])
  for (const { number, name, users, kept } of plan.missingCentres)
    yield tsvLine(['missing', number, name, users, kept ?? ''])
  for (const { email, centre, lastSignedInAt, kept } of plan.extraUsers)
    yield tsvLine(['extra', email, centre, lastSignedInAt ?? '', kept ?? ''])
  for (const { email, places } of plan.duplicatedUsers) {
    for (const place of places) yield tsvLine(['duplicated', email, place.centre, place.in, place.cell ?? ''])
  }
  for (const issue of plan.issues) yield tsvLine(['issue', ...issueFields(issue)])
  yield* renderClosing({ closes }, view)
  yield* renderOpenings(opens, { view, dryRun })
  yield tsvLine(['elapsed', elapsedMs])
}

/** The plan as a short diff, for the person who is about to be asked. */
export function describePlan(plan: Plan, deletions: Deletions, view: View): string[] {
  const { chalk } = view
  const lines: string[] = []
  const addList = (title: string, items: readonly string[]) =>
    lines.push(...listLines(title, items, maxListed))
  addList(
    chalk.green(`+ ${count(plan.newCentres.length, 'new centre')}`),
    Array.from(plan.newCentres, ({ number, name }) => `${number}  ${oneLine(name)}`),
  )
  if (plan.newUsers.length > 0)
    lines.push(
      chalk.green(
        `+ ${count(plan.newUsers.length, 'new user')}, ${plan.newUsers.length === 1 ? '' : 'each '}with a PIN`,
      ),
    )
  if (plan.withoutNames) lines.push(chalk.yellow(`! ${withoutNamesMessage(plan.withoutNames)}`))
  addList(chalk.yellow(`~ ${count(plan.renames.length, 'centre')} to rename`), plan.renames.map(renameText))
  addList(
    chalk.yellow(`~ ${count(plan.restores.length, 'centre')} to restore`),
    plan.restores.map(({ number }) => number),
  )
  addList(
    chalk.red(`- ${count(deletions.centres.length, 'centre')} to delete`),
    deletions.centres.map(({ number, name }) => `${number}  ${oneLine(name)}`),
  )
  addList(
    chalk.red(`- ${count(deletions.users.length, 'user')} to delete`),
    // Users to be deleted are named in full.
    deletions.users.map(({ email, centre }) => `${email}  ${centre}`),
  )
  if (plan.issues.length > 0) {
    lines.push(chalk.yellow(`! ${count(plan.rows.heldBack, 'row')} held back`), ...issueLines(plan, view))
  }
  addList(
    `· ${count(plan.missingCentres.length, 'centre')} in the store but not in the workbook`,
    plan.missingCentres.map(({ number, name, users, kept }) => {
      const facts = [count(users, 'user'), ...(kept ? [keptNote(kept)] : [])]
      return `${number}  ${planLine([name, ...facts], view, number.length + gap.length)}`
    }),
  )
  addList(
    `· ${count(plan.extraUsers.length, 'user')} at these centres but not in the workbook`,
    plan.extraUsers.map(({ email, centre, lastSignedInAt, kept }) => {
      const signedIn = lastSignedInAt ? `last signed in ${lastSignedInAt.slice(0, 10)}` : 'never signed in'
      if (!kept) return planLine([email, centre, signedIn], view)
      const whole = [email, centre, signedIn, keptNote(kept)].join(gap)
      // The last sign-in helps to decide on deleting a user, and a user who is kept is not deleted.
      const hasRoom = !view.isTerminal || listIndent + widthOf(whole) <= view.width
      return hasRoom ? whole : planLine([email, centre, keptNote(kept)], view)
    }),
  )
  addList(
    `· ${count(plan.duplicatedUsers.length, 'user')} assigned to several centres`,
    plan.duplicatedUsers.map(({ email, places }) =>
      planLine(
        [
          email,
          places.map(({ centre, cell: at }) => (at ? `${centre} (${at})` : `${centre} (saved)`)).join(', '),
        ],
        view,
      ),
    ),
  )
  return lines
}

/** That new users get no name, and why. */
function withoutNamesMessage({ users, headings }: NonNullable<Plan['withoutNames']>): string {
  const who = users === 1 ? '1 new user has' : `${formatNumber(users)} new users have`
  const names = firstFew(headings.map((heading) => quotedHeading(oneLine(heading))))
  const columns = headings.length === 1 ? `the column ${names} is` : `the columns ${names} are`
  return `${who} no name: ${columns} left aside`
}

/** What agreeing will do, as a question, below the lines that say for whom the import closes or opens something. */
export function importQuestion(
  { centres, users }: Counts,
  {
    closes,
    opens,
    deletions,
    plan: { withoutNames },
  }: {
    closes: readonly Closing[]
    opens: readonly Opening[]
    deletions: Deletions
    plan: Pick<Plan, 'withoutNames'>
  },
): string {
  const newUsers = users.created + users.replaced
  const created = [
    centres.created > 0 && count(centres.created, 'centre'),
    newUsers > 0 &&
      `${count(newUsers, 'user')}${withoutNames ? ` (${withoutNames.users === newUsers ? '' : `${withoutNames.users} `}without a name)` : ''}`,
  ].filter((part) => part !== false)
  const parts = [
    created.length > 0 && `create ${created.join(' and ')}`,
    centres.renamed > 0 && `rename ${count(centres.renamed, 'centre')}`,
    centres.restored > 0 && `restore ${count(centres.restored, 'centre')}`,
    centres.deleted > 0 &&
      `delete ${count(centres.deleted, 'centre')} (${firstNames(deletions.centres.map(({ number }) => number))})`,
    users.deleted > 0 &&
      `delete ${count(users.deleted, 'user')} (${firstNames(deletions.users.map(({ email }) => email))})`,
  ].filter((part) => part !== false)
  const question = `${sentenceCase(parts.join(', '))}?`
  return [...closingAndOpeningLines({ closes, opens }), question].join('\n')
}

/** The question itself names what is deleted; where there is much, the plan above has all of it. */
function firstNames(names: readonly string[]): string {
  return firstFew(names.map(oneLine), { max: 5 })
}

/** Where a plan is saved, and the command that applies it, if the plan would change anything. */
export function planSavedMessage(
  file: string,
  { apply, changes }: { apply: string; changes: boolean },
): string {
  const saved = `The plan is in ${pathInWords(file)}`
  return changes
    ? `${saved}; nothing was changed. To apply it: ${apply} ${shellWord(file)}`
    : `${saved}; it would change nothing.`
}

export function changesAnything(counts: Counts): boolean {
  return doneText(counts) !== undefined
}

function doneText({ centres, users }: Counts): string | undefined {
  const parts = [
    centres.created > 0 && `${count(centres.created, 'centre')} created`,
    users.created > 0 && `${count(users.created, 'user')} created`,
    users.replaced > 0 && `${count(users.replaced, 'user')} replaced`,
    centres.renamed > 0 && `${count(centres.renamed, 'centre')} renamed`,
    centres.restored > 0 && `${count(centres.restored, 'centre')} restored`,
    centres.deleted > 0 && `${count(centres.deleted, 'centre')} deleted`,
    users.deleted > 0 && `${count(users.deleted, 'user')} deleted`,
  ].filter((part) => part !== false)
  return parts.length > 0 ? parts.join(', ') : undefined
}

function renameText({ number, before, after }: Plan['renames'][number]): string {
  return `${number}  ${oneLine(before)} → ${oneLine(after)}`
}

/** An issue in a pipe, for every command alike. */
export function issueFields({ cell, code, value, message, hint }: CellIssue): (string | null)[] {
  return [cell, code, value, message, hint]
}

function issueText({ cell: at, message, hint }: CellIssue): string {
  const text = oneLine(message)
  const short = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
  return `    ${at}  ${short}${hint === null || message.includes(hint) ? '' : ` (${oneLine(hint)})`}`
}

/** A few issues one by one; of many, the first of each kind, and where to see the rest. */
function issueLines({ issues }: Pick<Plan, 'issues'>, { chalk }: View): string[] {
  if (issues.length <= maxIssues) return Array.from(issues, issueText)
  return [
    ...Array.from(
      firstOfEachKind(issues, (issue) => issueText(issue).trimStart()),
      (line) => `    ${line}`,
    ),
    chalk.dim('    All of them: --issues-out FILE, or --json'),
  ]
}

const maxIssues = 20
const maxTextLength = 160
/** How much of a list is shown. */
export const maxListed = 8

function keptNote(kept: string): string {
  return `(kept: ${keptReasonInWords(kept)})`
}

const gap = '  '
/** The width that is left of a name or an address where the facts after it need the room: enough to recognise it. */
const minKeyWidth = 16

/**
 * A line of the plan: what it is about, which is shortened where the terminal is too narrow, and the facts about it.
 */
function planLine(
  [about = '', ...facts]: readonly string[],
  { isTerminal, width }: View,
  usedWidth = 0,
): string {
  const factsText = facts.join(gap)
  const room = width - listIndent - usedWidth - gap.length - widthOf(factsText)
  const name = oneLine(about)
  return `${isTerminal ? truncate(name, Math.max(minKeyWidth, room)) : name}${gap}${factsText}`
}

/** The reason, in words, why a user or a centre is not deleted. */
export function keptReasonInWords(kept: string | null): string {
  return kept ? (keptReasonTexts[kept] ?? kept.replaceAll('-', ' ')) : ''
}

const keptReasonTexts: Readonly<Record<string, string>> = {
  'held-back-rows': 'rows are held back',
  'is-coordinator': 'the coordinator',
  'has-progression-tests': 'holds Progression Test data',
  'has-associate-centres': 'acts for associate centres',
}
