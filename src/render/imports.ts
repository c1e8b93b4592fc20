import type { ImportContents, ImportRow, OpenedByImport } from '../db/imports/imports.ts'
import type { Counts } from '../import/apply.ts'
import { changedAndLetters } from '../rules/imports.ts'
import type { Undone } from '../import/undo.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { openedLine, openedText } from './openings.ts'
import { field, timeField } from './fields.ts'
import type { View } from './table.ts'
import { relativeTime, count, listLines, markOf } from './text.ts'
import type { JsonAnswer, JsonOfChange, Shape } from './json.ts'

export function importRowJson({
  id,
  file,
  sheet,
  digest,
  state,
  at,
  operator,
  actor,
  counts,
}: ImportRow): Shape<'importRecord'> {
  return { id, file, sheet, digest, state, at, operator, actor, counts: countsIn(counts) }
}

export function countsIn(counts: string): Counts {
  return JSON.parse(counts)
}

export const importFields = {
  id: field<ImportRow>('Import', ({ id }) => id),
  at: timeField<ImportRow>('When', ({ at }) => at),
  state: field<ImportRow>('State', ({ state }) => state),
  file: field<ImportRow>('File', ({ file }) => file),
  sheet: field<ImportRow>('Sheet', ({ sheet }) => sheet),
  operator: field<ImportRow>('By', ({ operator }) => operator),
  centres: field<ImportRow>('Centres', centresCreated, (row) => `+${centresCreated(row)}`),
  users: field<ImportRow>('Users', usersCreated, (row) => `+${usersCreated(row)}`),
}

function centresCreated({ counts }: ImportRow): number {
  return countsIn(counts).centres.created
}

function usersCreated({ counts }: ImportRow): number {
  const { users } = countsIn(counts)
  return users.created + users.replaced
}

export interface ShownImport {
  row: ImportRow
  contents: ImportContents
  opened: readonly OpenedByImport[]
}

/** The answer of an import as it was, with what it did, as far as that is still there. */
export function shownImportJson({ row, contents, opened }: ShownImport): JsonAnswer<'shownImport'> {
  const { rows, centres, users } = countsIn(row.counts)
  const open = contents.createdUsers.filter(({ pin }) => pin === 'issued').length
  return {
    import: importRowJson(row),
    rows,
    centres,
    users,
    renamedCentres: contents.changes.flatMap(({ kind, what, before, after }) =>
      kind === 'centre-renamed'
        ? [{ number: what ?? '', from: before ?? '', to: after ?? '', cell: null }]
        : [],
    ),
    missingCentres: [],
    extraUsers: [],
    duplicatedUsers: [],
    issues: [],
    pins: { file: null, count: open },
    mail: { queued: 0 },
    created: contents,
    openedFor: [...opened],
    elapsedMs: 0,
    dryRun: false,
  }
}

export function renderShownImport({ row, contents, opened }: ShownImport, view: View): string {
  const { createdCentres, createdUsers, changes } = contents
  if (!view.isTerminal) {
    const { rows, centres, users } = countsIn(row.counts)
    return [
      tsvLine(['import', row.id, row.state, row.at, row.file, row.sheet, row.operator, row.digest]),
      ...Object.entries({ rows, centres, users }).flatMap(([part, numbers]) =>
        Object.entries(numbers).map(([name, number]) => tsvLine([part, name, number])),
      ),
      ...createdCentres.map(({ number, name }) => tsvLine(['centre-created', number, name])),
      ...createdUsers.map(({ email, centre, status, pin }) =>
        tsvLine(['user-created', email, centre, status, pin]),
      ),
      ...changes.map(({ kind, what, before, after }) => tsvLine([kind, what, before, after])),
      ...opened.map(openedLine),
      '',
    ].join('\n')
  }
  const { chalk } = view
  const lines = [
    `Import ${row.id}: ${oneLine(row.file)} (${row.state}), ${relativeTime(row.at, view.now)} by ${row.operator}`,
    ...listLines(
      chalk.green(`+ ${count(createdCentres.length, 'centre')} created`),
      createdCentres.map(({ number, name }) => `${number}  ${oneLine(name)}`),
      20,
    ),
    ...listLines(
      chalk.green(`+ ${count(createdUsers.length, 'user')} created`),
      createdUsers.map(({ email, centre, status }) => `${email}  ${centre ?? ''}  ${status}`),
      20,
    ),
    ...listLines(
      chalk.yellow(`~ ${count(changes.length, 'other change')}`),
      changes.map(
        ({ kind, what, before, after }) =>
          `${what ?? ''}  ${kind.replaceAll('-', ' ')}${kind === 'centre-renamed' ? `: ${oneLine(before)} → ${oneLine(after)}` : ''}`,
      ),
      20,
    ),
  ]
  lines.push(...listLines('Opened at once:', opened.map(openedText), 20))
  if (row.state === 'applied')
    lines.push(chalk.dim(`To take it back: ssh-admin centres imports undo ${row.id}`))
  return `${lines.join('\n')}\n`
}

export function undoneJson({
  import: row,
  changed,
  undone,
  left,
  closes,
  opens,
}: Undone): JsonOfChange<'undoneImport'> {
  return { import: importRowJson(row), changed, undone, left, closed: [...closes], opened: [...opens] }
}

/** `3 centres restored`: what there is none of is not told. */
function centresAndUsers(centres: number, users: number, done: string): string | false {
  const numbers = [centres > 0 && count(centres, 'centre'), users > 0 && count(users, 'user')].filter(Boolean)
  return numbers.length > 0 && `${numbers.join(' and ')} ${done}`
}

export function renderUndone({ import: row, changed, undone, left }: Undone, view: View): string {
  if (!view.isTerminal) {
    const numbers = Object.entries(undone).map(([name, number]) => tsvLine(['undone', name, number]))
    const alone = left.map(({ what, reason }) => tsvLine(['left', what, reason]))
    return [tsvLine(['import', row.id, row.state]), ...numbers, ...alone].join('\n')
  }
  if (!changed) return `${view.chalk.dim('·')} Import ${row.id} was taken back already; nothing to do.`
  const parts = [
    centresAndUsers(undone.centresRemoved, undone.usersRemoved, 'removed'),
    undone.namesGivenBack > 0 && `${count(undone.namesGivenBack, 'old name')} given back`,
    centresAndUsers(undone.centresRestored, undone.usersRestored, 'restored'),
    undone.pinsVoided > 0 && `${count(undone.pinsVoided, 'PIN')} void`,
    undone.lettersCancelled > 0 && `${count(undone.lettersCancelled, 'letter')} cancelled`,
  ].filter((part) => part !== false)
  const done = parts.length > 0 ? parts.join(', ') : 'nothing of it was there as it had been'
  const { changed: since, letters } = changedAndLetters(left)
  const lines = [
    `${markOf(true, view)} Took back import ${row.id} (${oneLine(row.file)}): ${done}.`,
    ...listLines(
      view.chalk.yellow(
        `${count(since.length, 'thing')} left alone, because ${since.length === 1 ? 'it' : 'they'} changed since:`,
      ),
      since.map(({ what, reason }) => `${what}  ${reason.replaceAll('-', ' ')}`),
      20,
    ),
    ...listLines(
      view.chalk.yellow(
        `${count(letters.length, 'letter')} ${letters.length === 1 ? 'was' : 'were'} sent already:`,
      ),
      letters.map(({ what }) => what),
      20,
    ),
  ]
  return lines.join('\n')
}
