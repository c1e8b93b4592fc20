import { listing, mutation, query } from '../../cli/define.ts'
import { foundInMemory } from '../../cli/list-declaration.ts'
import {
  type ImportContents,
  type ImportRow,
  listImports,
  openedByImport,
  type OpenedByImport,
  pendingPinSheets,
  readImportContents,
} from '../../db/imports/imports.ts'
import { countryName } from '../../country-names.ts'
import { compareByRows, type CountryOutcome, maxReportedRows } from '../../import/report-facts.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import type { ImportReport } from '../../render/import-report.ts'
import { separateLetters, findImportByNumber } from '../../rules/imports.ts'
import { option, yesOption } from '../../cli/parameters.ts'
import { importArgument } from '../../cli/typed-arguments.ts'
import { pendingPinSheetNotice } from './pin-sheets.ts'
import { prepareReport, reportEvent } from './report.ts'
import { pathInWords } from '../../shell-word.ts'
import { comparableClosing, renderWithClosing, withClosing } from '../../render/closing.ts'
import { undoImport, type UndoResult } from '../../import/undo.ts'
import { count, listLines, changeMark, relativeTime } from '../../render/text.ts'
import type { Counts } from '../../import/apply.ts'
import { oneLine, tsvLine } from '../../render/clean-text.ts'
import { openedLine, openedText } from '../../render/openings.ts'
import { field, timeField } from '../../render/fields.ts'
import type { View } from '../../render/table.ts'
import type { JsonAnswer, JsonOfChange, Shape } from '../../render/json.ts'

export const imports = () =>
  listing({
    name: 'imports',
    summary: 'what has been imported, and when',
    description: 'The history of imports, newest first. Each can be shown, and taken back.',
    examples: ['ssh-admin centres imports'],
    singular: 'import',
    answer: 'imports',
    key: 'imports',
    fields: importFields,
    table: ['id', 'at', 'file', 'operator', 'centres', 'users', 'state'],
    id: 'id',
    takesText: false,
    find: async ({ store: { db } }) => foundInMemory(await listImports(db)),
    json: importRowJson,
    emptyMessage: 'Nothing has been imported yet. To begin: ssh-admin centres import FILE',
  })

export const show = () =>
  query({
    name: 'show',
    summary: 'what an import did',
    description: 'What an import created and changed, as far as it is still there.',
    args: { id: importArgument() },
    options: {
      report: option('<file>', 'write a page to look at (.html)'),
      yes: yesOption('replace the page that is there without asking'),
    },
    examples: ['ssh-admin centres imports show 1', 'ssh-admin centres imports show 1 --report import.html'],
    read: async ({ db }, _, { id, report }) => {
      const row = await findImportByNumber(db, id)
      const [contents, opened] = [await readImportContents(db, id), await openedByImport(db, id)]
      const shown = { row, contents, opened }
      const pending = (await pendingPinSheets(db)).filter(({ importId }) => importId === id)
      return { shown, pending, report: report === undefined ? undefined : await buildReport(db, shown) }
    },
    notices: ({ pending }) => pending.map(pendingPinSheetNotice),
    output: {
      kind: 'page',
      flag: '--report',
      file: ({ report }) => report,
      write: async (output, { report }) => {
        if (report) await prepareReport(output, report)
      },
      event: ({ shown: { row } }) => reportEvent(row),
      placedMessage: (file) => `The page about it: ${pathInWords(file)}`,
    },
    render: ({ shown }, view) => renderShownImport(shown, view),
    json: ({ shown }) => shownImportJson(shown),
  })

/** The report as far as the store still knows it: rows held back are not stored. */
async function buildReport(
  db: OpenStore['db'],
  { row, contents, opened }: ShownImport,
): Promise<ImportReport> {
  const { countriesOfCentres } = await import('../../db/centres/centres.ts')
  const countries = await countriesOfCentres(db)
  const countryOf = (number: string | null) => {
    const code = number === null ? undefined : countries.get(number)
    return code === undefined ? null : countryName(code)
  }
  const outcomes = new Map<string | null, CountryOutcome>()
  for (const { centre } of contents.createdUsers) {
    const country = countryOf(centre)
    const outcome = outcomes.get(country) ?? { country, accepted: 0, heldBack: 0 }
    outcomes.set(country, { ...outcome, accepted: outcome.accepted + 1 })
  }
  const { id, state, file, sheet, digest, at, operator } = row
  const deleted = (kind: 'centre-deleted' | 'user-deleted') =>
    contents.changes.filter((change) => change.kind === kind).map(({ what }) => what ?? '')
  return {
    id,
    state,
    file,
    sheet,
    digest,
    at,
    operator,
    counts: parseCounts(row.counts),
    opened,
    countries: [...outcomes.values()].sort(compareByRows),
    counted: 'users',
    newCentres: contents.createdCentres
      .slice(0, maxReportedRows)
      .map(({ number, name }) => ({ number, name, country: countryOf(number) ?? '' })),
    heldBack: null,
    renames: contents.changes
      .filter(({ kind }) => kind === 'centre-renamed')
      .map(({ what, before, after }) => ({ number: what ?? '', before: before ?? '', after: after ?? '' })),
    missingCentres: [],
    extraUsers: [],
    duplicatedUsers: [],
    deleted: [...deleted('centre-deleted'), ...deleted('user-deleted')].map((what) => [what, '']),
  }
}

export const undo = () =>
  mutation({
    name: 'undo',
    summary: 'take an import back',
    description: `Take an import back as if it had not been: what it created goes, old names and what it deleted come back, its PINs are void and its waiting letters cancelled. What changed since is listed and left alone.`,
    args: { id: importArgument() },
    examples: ['ssh-admin centres imports undo 1 --yes'],
    act: (trx, ctx, { id }) => undoImport(trx, { id, ctx }),
    busy: () => 'Looking at all that it did …',
    confirm: {
      comparable: ({ changed, undone, left, closes, opens, import: { id, file, state } }) => [
        id,
        file,
        state,
        changed,
        undone,
        left,
        comparableClosing({ closes, opens }),
      ],
      question: (result) => withClosing(undoQuestion(result), result),
    },
    render: (done, view) => `${renderWithClosing(renderUndone(done, view), done, view)}\n`,
    json: undoneJson,
  })

function undoQuestion({ changed, undone, left, import: { id, file } }: UndoResult): string | undefined {
  if (!changed) return undefined
  const {
    namesGivenBack,
    centresRestored,
    usersRestored,
    centresDeletedAgain,
    pinsVoided,
    lettersCancelled,
  } = undone
  const { changed: changedSince, letters } = separateLetters(left)
  const removed = centreAndUserCounts(undone.centresRemoved, undone.usersRemoved)
  const restored = centreAndUserCounts(centresRestored, usersRestored)
  const parts = [
    removed.length > 0 &&
      `${removed.join(' and ')} ${verbFor(undone.centresRemoved + undone.usersRemoved, 'go', 'goes')}`,
    namesGivenBack > 0 &&
      `${count(namesGivenBack, 'centre')} ${verbFor(namesGivenBack, 'get')} the old name back`,
    restored.length > 0 &&
      `${restored.join(' and ')} ${verbFor(centresRestored + usersRestored, 'come')} back`,
    centresDeletedAgain > 0 &&
      `${count(centresDeletedAgain, 'centre')} ${verbFor(centresDeletedAgain, 'are', 'is')} deleted again`,
    pinsVoided > 0 && `${count(pinsVoided, 'PIN')} will be void`,
    lettersCancelled > 0 &&
      `${count(lettersCancelled, 'waiting letter')} ${verbFor(lettersCancelled, 'are', 'is')} cancelled`,
    changedSince.length > 0 &&
      `${count(changedSince.length, 'thing')} that changed since ${verbFor(changedSince.length, 'stay')}`,
    letters.length > 0 &&
      `${count(letters.length, 'letter')} ${verbFor(letters.length, 'were', 'was')} sent already`,
  ].filter((part) => part !== false)
  return [`Take back import ${id} (${file})?`, parts.length > 0 && `${parts.join(', ')}.`]
    .filter(Boolean)
    .join(' ')
}

function centreAndUserCounts(centres: number, users: number): string[] {
  return [centres > 0 && count(centres, 'centre'), users > 0 && count(users, 'user')].filter(
    (part) => part !== false,
  )
}

/** @param singular the verb's singular, where it is not just an s longer */
function verbFor(number: number, plural: string, singular = `${plural}s`): string {
  return number === 1 ? singular : plural
}

function importRowJson({
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
  return { id, file, sheet, digest, state, at, operator, actor, counts: parseCounts(counts) }
}

function parseCounts(counts: string): Counts {
  return JSON.parse(counts)
}

const importFields = {
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
  return parseCounts(counts).centres.created
}

function usersCreated({ counts }: ImportRow): number {
  const { users } = parseCounts(counts)
  return users.created + users.replaced
}

interface ShownImport {
  row: ImportRow
  contents: ImportContents
  opened: readonly OpenedByImport[]
}

/** An import's answer, with its effects as far as they still exist. */
function shownImportJson({ row, contents, opened }: ShownImport): JsonAnswer<'shownImport'> {
  const { rows, centres, users } = parseCounts(row.counts)
  const openPins = contents.createdUsers.filter(({ pin }) => pin === 'issued').length
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
    pins: { file: null, count: openPins },
    mail: { queued: 0 },
    created: contents,
    openedFor: [...opened],
    elapsedMs: 0,
    dryRun: false,
  }
}

function renderShownImport({ row, contents, opened }: ShownImport, view: View): string {
  const { createdCentres, createdUsers, changes } = contents
  if (!view.isTerminal) {
    const { rows, centres, users } = parseCounts(row.counts)
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

function undoneJson({
  import: row,
  changed,
  undone,
  left,
  closes,
  opens,
}: UndoResult): JsonOfChange<'undoneImport'> {
  return { import: importRowJson(row), changed, undone, left, closed: [...closes], opened: [...opens] }
}

/** `3 centres restored`; zero counts are left out. */
function countsWithVerb(centres: number, users: number, participle: string): string | false {
  const counts = centreAndUserCounts(centres, users)
  return counts.length > 0 && `${counts.join(' and ')} ${participle}`
}

function renderUndone({ import: row, changed, undone, left }: UndoResult, view: View): string {
  if (!view.isTerminal) {
    const undoneLines = Object.entries(undone).map(([name, number]) => tsvLine(['undone', name, number]))
    const leftLines = left.map(({ what, reason }) => tsvLine(['left', what, reason]))
    return [tsvLine(['import', row.id, row.state]), ...undoneLines, ...leftLines].join('\n')
  }
  if (!changed) return `${view.chalk.dim('·')} Import ${row.id} was taken back already; nothing to do.`
  const parts = [
    countsWithVerb(undone.centresRemoved, undone.usersRemoved, 'removed'),
    undone.namesGivenBack > 0 && `${count(undone.namesGivenBack, 'old name')} given back`,
    countsWithVerb(undone.centresRestored, undone.usersRestored, 'restored'),
    undone.pinsVoided > 0 && `${count(undone.pinsVoided, 'PIN')} void`,
    undone.lettersCancelled > 0 && `${count(undone.lettersCancelled, 'letter')} cancelled`,
  ].filter((part) => part !== false)
  const summary = parts.length > 0 ? parts.join(', ') : 'nothing of it was there as it had been'
  const { changed: changedSince, letters } = separateLetters(left)
  const lines = [
    `${changeMark(true, view)} Took back import ${row.id} (${oneLine(row.file)}): ${summary}.`,
    ...listLines(
      view.chalk.yellow(
        `${count(changedSince.length, 'thing')} left alone, because ${changedSince.length === 1 ? 'it' : 'they'} changed since:`,
      ),
      changedSince.map(({ what, reason }) => `${what}  ${reason.replaceAll('-', ' ')}`),
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
