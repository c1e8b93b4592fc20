import { listing, query, mutation } from '../../cli/define.ts'
import { allOf } from '../../cli/list-options.ts'
import { listImports, openedByImport, readImportContents } from '../../db/imports/imports.ts'
import {
  countsIn,
  importFields,
  importRowJson,
  renderShownImport,
  type ShownImport,
  shownImportJson,
  renderUndone,
  undoneJson,
} from '../../render/imports.ts'
import { countryName } from '../../country-names.ts'
import { byRows, type CountryOutcome, maxReported } from '../../import/report-facts.ts'
import { pendingPinSheets } from '../../db/imports/pending-pin-sheets.ts'
import type { OpenStore } from '../../db/store/open.ts'
import type { ImportReport } from '../../render/import-report.ts'
import { findImportNumber, importNumber, changedAndLetters } from '../../rules/imports.ts'
import { argument, option, withValues, yesOption } from '../../cli/parameters.ts'
import { pendingPinSheetNotice } from './import-output-files.ts'
import { prepareReport, reportedEvent } from './report.ts'
import { pathInWords } from '../../shell-word.ts'
import { closingLines, comparableClosing, openingLines, renderClosing } from '../../render/closing.ts'
import { type Undone, undoImport } from '../../import/undo.ts'
import { count } from '../../render/text.ts'

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
    searched: false,
    find: async ({ store: { db } }) => allOf(await listImports(db)),
    json: importRowJson,
    none: 'Nothing has been imported yet. To begin: ssh-admin centres import FILE',
  })

export const show = () =>
  query({
    name: 'show',
    summary: 'what an import did',
    description: 'What an import created and changed, as far as it is still there.',
    args: { id: withValues({ stored: 'import' }, argument('the number of the import', importNumber)) },
    options: {
      report: option('<file>', 'write a page to look at (.html)'),
      yes: yesOption('replace the page that is there without asking'),
    },
    examples: ['ssh-admin centres imports show 1', 'ssh-admin centres imports show 1 --report import.html'],
    read: async ({ db }, _, { id, report }) => {
      const row = await findImportNumber(db, id)
      const [contents, opened] = [await readImportContents(db, id), await openedByImport(db, id)]
      const shown = { row, contents, opened }
      const pending = (await pendingPinSheets(db)).filter(({ importId }) => importId === id)
      return { shown, pending, report: report === undefined ? undefined : await reportOf(db, shown) }
    },
    notices: ({ pending }) => pending.map(pendingPinSheetNotice),
    output: {
      kind: 'page',
      flag: '--report',
      file: ({ report }) => report,
      write: async (output, { report }) => {
        if (report) await prepareReport(output, report)
      },
      event: ({ shown: { row } }) => reportedEvent(row),
      placed: (file) => `The page about it: ${pathInWords(file)}`,
    },
    render: ({ shown }, view) => renderShownImport(shown, view),
    json: ({ shown }) => shownImportJson(shown),
  })

/** The page about it, as far as the store still knows: the rows held back are not kept. */
async function reportOf(db: OpenStore['db'], { row, contents, opened }: ShownImport): Promise<ImportReport> {
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
    counts: countsIn(row.counts),
    opened,
    countries: [...outcomes.values()].sort(byRows),
    counted: 'users',
    newCentres: contents.createdCentres
      .slice(0, maxReported)
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
    args: { id: withValues({ stored: 'import' }, argument('the number of the import', importNumber)) },
    examples: ['ssh-admin centres imports undo 1 --yes'],
    act: (trx, ctx, { id }) => undoImport(trx, { id, ctx }),
    confirm: {
      comparable: ({ changed, undone, left, closes, opens, import: { id, file, state } }) => [
        id,
        file,
        state,
        changed,
        undone,
        left,
        comparableClosing(closes, opens),
      ],
      question: (done) => {
        const question = undoQuestion(done)
        if (question === undefined) return undefined
        return [...closingLines(done.closes), ...openingLines(done.opens), question].join('\n')
      },
    },
    render: (done, view) =>
      `${[renderUndone(done, view), ...renderClosing(done.closes, view, done.opens)].join('\n')}\n`,
    json: undoneJson,
  })

function undoQuestion({ changed, undone, left, import: { id, file } }: Undone): string | undefined {
  if (!changed) return undefined
  const {
    namesGivenBack,
    centresRestored,
    usersRestored,
    centresDeletedAgain,
    pinsVoided,
    lettersCancelled,
  } = undone
  const { changed: since, letters } = changedAndLetters(left)
  const gone = counted(undone.centresRemoved, undone.usersRemoved)
  const restored = counted(centresRestored, usersRestored)
  const parts = [
    gone.length > 0 &&
      `${gone.join(' and ')} ${verb(undone.centresRemoved + undone.usersRemoved, 'go', 'goes')}`,
    namesGivenBack > 0 &&
      `${count(namesGivenBack, 'centre')} ${verb(namesGivenBack, 'get')} the old name back`,
    restored.length > 0 && `${restored.join(' and ')} ${verb(centresRestored + usersRestored, 'come')} back`,
    centresDeletedAgain > 0 &&
      `${count(centresDeletedAgain, 'centre')} ${verb(centresDeletedAgain, 'are', 'is')} deleted again`,
    pinsVoided > 0 && `${count(pinsVoided, 'PIN')} will be void`,
    lettersCancelled > 0 &&
      `${count(lettersCancelled, 'waiting letter')} ${verb(lettersCancelled, 'are', 'is')} cancelled`,
    since.length > 0 && `${count(since.length, 'thing')} that changed since ${verb(since.length, 'stay')}`,
    letters.length > 0 &&
      `${count(letters.length, 'letter')} ${verb(letters.length, 'were', 'was')} sent already`,
  ].filter((part) => part !== false)
  return [`Take back import ${id} (${file})?`, parts.length > 0 && `${parts.join(', ')}.`]
    .filter(Boolean)
    .join(' ')
}

function counted(centres: number, users: number): string[] {
  return [centres > 0 && count(centres, 'centre'), users > 0 && count(users, 'user')].filter(
    (part) => part !== false,
  )
}

/** @param ofOne the verb after one, where it is more than an s longer */
function verb(many: number, ofMany: string, ofOne = `${ofMany}s`): string {
  return many === 1 ? ofOne : ofMany
}
