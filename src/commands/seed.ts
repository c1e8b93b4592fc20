import { existsSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { type Seeded, seedStore } from '../rules/store/seed.ts'
import { optional, wholeNumber, withDefault } from '../cli/typed-values.ts'
import { preparedMutation } from '../cli/define.ts'
import { flag, option, type ValuesOf } from '../cli/parameters.ts'
import type { Session } from '../cli/session.ts'
import { BadInput, Usage } from '../errors.ts'
import { inputStream } from '../input-file.ts'
import { count, markedAnswer } from '../render/text.ts'
import type { NewPassword } from '../rules/account/password.ts'
import { hintOfNearFiles } from '../nearest.ts'
import { pathInWords } from '../shell-word.ts'
import { answer } from '../cli/action.ts'
import { checkOutputFile, type OutputFile, prepareTable } from '../cli/output-file.ts'
import { type ExpectedImport, seedRoster } from '../import/seed-roster.ts'
import { formatNumber } from '../format-number.ts'
import type { JsonAnswer } from '../render/json.ts'
import { checkWorkbookOutput } from './centres/export.ts'

const number = (min: number, max: number) => wholeNumber('a whole number', { min, max })

const options = {
  centres: option('<n>', 'how many centres (default: 20)', withDefault(number(1, 100_000), 20)),
  users: option(
    '<n>',
    'how many users, shared out among the centres (default: 200)',
    withDefault(number(0, 1_000_000), 200),
  ),
  seed: option('<n>', 'another number makes other people (default: 1)', withDefault(number(0, 1e9), 1)),
  releases: flag('Key Times, entries, resources and releases too'),
  services: flag('Associates with associate centres, service roles and Progression Test data too'),
  passwordFile: option('<file>', 'everybody who has set up a password has the one in this file'),
  ifMissing: flag('fine if it was filled with the same numbers and password; nothing is changed then'),
  xlsx: option('<file>', 'write a workbook (.xlsx or .csv) to be imported instead, and fill no store'),
  faults: option(
    '<percent>',
    'with --xlsx: how many rows with a mistake for a hundred users (default: 0)',
    optional(number(0, 100)),
  ),
  expect: option('<file>', 'with --xlsx: what an import into an empty store must answer, as JSON'),
}

type Options = ValuesOf<typeof options>

export const seed = () =>
  preparedMutation({
    name: 'seed',
    summary: 'fill an empty store with invented centres and users',
    description:
      'Fill an empty store with invented centres and users, to try things out. You are asked first, with the name of the store. Their addresses are at domains that cannot exist. The same numbers make the same ones every time. ' +
      'With --xlsx they go into a workbook, with as many known mistakes as --faults says, and no store is touched: --expect writes what an import of it into an empty store must answer (rows, centres, users, and each issue by cell, value and code).',
    options,
    examples: [
      'ssh-admin seed --centres 20 --users 200 --db trial.db --yes',
      'ssh-admin seed --releases --services --db trial.db --yes',
      'ssh-admin seed --if-missing --db trial.db --yes',
      'ssh-admin seed --users 500 --xlsx roster.xlsx --faults 5 --expect answer.json',
    ],
    instead: (options, session) => {
      refuseStoreOptions(options)
      if (options.xlsx === undefined) return undefined
      const { xlsx } = options
      return writeSeedWorkbook(session, { ...options, xlsx })
    },
    prepare: async ({ passwordFile, ...request }, session) => ({
      ...request,
      password: passwordFile === undefined ? undefined : await readPasswordFile(passwordFile, session),
    }),
    createsStore: 'unrehearsed',
    act: (trx, ctx, request) => seedStore(trx, { ...request, ctx }),
    busy: progressText,
    confirm: {
      question: ({ centres, users, changed }, { session }) =>
        changed
          ? `Fill the store ${session.settings.db.value} with ${count(centres, 'invented centre')} and ${count(users, 'invented user')}?`
          : undefined,
      comparable: ({ centres, users, changed }) => [centres, users, changed],
    },
    render: (seeded, view) => markedAnswer(renderSeeded(seeded), { changed: seeded.changed, view }),
    json: (made) => made,
  })

/** The progress text for a large seed. */
function progressText({ centres, users }: { centres: number; users: number }): string | undefined {
  return centres + users > 3000
    ? `Making up ${count(users, 'user')} at ${count(centres, 'centre')} …`
    : undefined
}

/** Refuses options of the store together with --xlsx. */
function refuseStoreOptions({ xlsx, ...options }: Options): void {
  const { faults, expect, releases, services, ifMissing, passwordFile } = options
  const [storeOption] = Object.entries({
    '--releases': releases,
    '--services': services,
    '--if-missing': ifMissing,
    '--password-file': passwordFile !== undefined,
  }).flatMap(([name, isGiven]) => (isGiven ? [name] : []))
  if (xlsx !== undefined && storeOption !== undefined) {
    throw new Usage(`${storeOption} fills a store, and --xlsx writes a workbook instead.`, {
      code: 'invalid-option',
      hint: 'Run it twice, once for each.',
    })
  }
  if (xlsx === undefined && (faults !== undefined || expect !== undefined)) {
    throw new Usage(`${faults === undefined ? '--expect' : '--faults'} is for a workbook.`, {
      code: 'missing-value',
      hint: '--xlsx FILE names it.',
      optionToAdd: ['--xlsx', 'FILE'],
    })
  }
}

/** Reads the password from a file's first line. @throws if it breaks the password rules */
async function readPasswordFile(file: string, { context }: Session): Promise<NewPassword> {
  const { hashNewPassword } = await import('../rules/account/password.ts')
  const path = resolve(context.cwd, file)
  const text = await readBeginning(path, { file, signal: context.interruption.received })
  const [line = ''] = text.split(/\r?\n/)
  return hashNewPassword(line)
}

/** The beginning of a file, or of a pipe such as `/dev/fd/63`. @param file its path as it was typed */
async function readBeginning(
  path: string,
  { file, signal }: { file: string; signal: AbortSignal },
): Promise<string> {
  if (!existsSync(path))
    throw new BadInput('file-not-found', `There is no file ${pathInWords(file)}.`, {
      hint: hintOfNearFiles(path),
    })
  const unreadable = (cause: unknown) =>
    new BadInput('file-not-readable', `${file} cannot be read.`, {
      hint: 'Name a file whose first line is the password.',
      cause,
    })
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of inputStream(path, signal)) {
      chunks.push(chunk)
      bytes += chunk.length
      // What writes to a pipe may keep it open.
      if (bytes >= maxPasswordBytes || chunk.includes('\n')) break
    }
  } catch (error) {
    if (signal.aborted) throw error
    throw unreadable(error)
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxPasswordBytes)
}

/** More than the longest password. */
const maxPasswordBytes = 4096

function renderSeeded({ centres, users, releases, services, changed }: Seeded): string {
  const people = `${count(centres, 'centre')} and ${count(users, 'user')}`
  if (!changed) return `These ${people} were made up already; nothing to do.`
  const parts = [
    releases !== null &&
      `${releases.keyTimes} Key Times, ${releases.entries} entries, ${releases.resources} resources and ${releases.releases} releases`,
    services !== null &&
      `${count(services.associates, 'Associate')} with ${count(services.associateCentres, 'associate centre')}, ${count(services.roles, 'service role')} and ${count(services.learnerGroups, 'learner group')}`,
  ].filter((part) => part !== false)
  return `${[people, ...parts].join(', ')} were made up.`
}

type WorkbookOptions = Options & { xlsx: string }

/** Writes the seed data as a workbook with known mistakes, without opening a store. @returns the exit code */
async function writeSeedWorkbook(session: Session, options: WorkbookOptions): Promise<number> {
  const { xlsx, expect, faults = 0 } = options
  const files = await outputFilesFor(session, options)
  const words = progressText(options)
  if (words !== undefined) session.terminal.busy(words)
  try {
    const csvName = basename(xlsx, extname(xlsx))
    const sheetName = /\.csv$/i.test(xlsx) ? { sheet: csvName } : {}
    const { sheet, expected } = seedRoster({ ...options, faults, ...sheetName })
    if (!session.common.dryRun) await writeFiles(session, files, { sheet, expected })
    const { rows } = expected
    await answer(session, {
      text: summary({ rows, options, dryRun: session.common.dryRun }),
      json: { file: xlsx, expect: expect ?? null, rows, dryRun: session.common.dryRun } satisfies Omit<
        Extract<JsonAnswer<'seededStore'>, { file: string }>,
        'notices'
      >,
    })
    return 0
  } finally {
    for (const file of files) file.discard()
  }
}

async function outputFilesFor(session: Session, { xlsx, expect }: WorkbookOptions): Promise<OutputFile[]> {
  if (expect !== undefined && expect === xlsx) {
    throw new Usage(`--expect ${expect} is what --xlsx names.`, {
      code: 'file-named-twice',
      hint: 'Choose another name.',
    })
  }
  const workbook = await checkWorkbookOutput(session, { kind: 'sample', file: xlsx })
  if (expect === undefined) return [workbook]
  return [workbook, await checkOutputFile(session, { kind: 'sample', file: expect, flag: '--expect' })]
}

async function writeFiles(
  { context }: Session,
  [workbook, answerFile]: readonly OutputFile[],
  { sheet, expected }: ReturnType<typeof seedRoster>,
): Promise<void> {
  if (!workbook) return
  await prepareTable(workbook, { sheets: [sheet], at: context.now(), signal: context.signal })
  await answerFile?.prepare(`${JSON.stringify(expected, null, 2)}\n`)
  await workbook.moveIntoPlace()
  await answerFile?.moveIntoPlace()
}

function summary({
  rows,
  options: { xlsx, expect },
  dryRun,
}: {
  rows: ExpectedImport['rows']
  options: WorkbookOptions
  dryRun: boolean
}): string {
  const mistakes = rows.heldBack === 0 ? '' : `, ${formatNumber(rows.heldBack)} of them with a mistake`
  const wrote = `${dryRun ? 'Would write' : 'Wrote'} ${count(rows.read, 'row')}${mistakes} to ${xlsx}`
  return expect === undefined
    ? `${wrote}.`
    : `${wrote}, and what an import into an empty store must answer to ${expect}.`
}
