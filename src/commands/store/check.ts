import type { OpenStore } from '../../db/store/opening.ts'
import type { Findings } from '../../db/engine.ts'
import { Failure, type Problem, Unavailable } from '../../errors.ts'
import type { RuleContext } from '../../rules/permissions/actor.ts'
import { permit } from '../../rules/permissions/decide.ts'
import { query } from '../../cli/define.ts'
import { unfinishedFiles } from '../../cli/leftovers.ts'
import { missingHeadNotice, type Session, withStore } from '../../cli/session.ts'
import { pathInWords } from '../../shell-word.ts'
import { commandLine } from '../../cli/typed-line.ts'
import { timeToTheSecond } from '../../plain-time.ts'

export const check = () =>
  query({
    name: 'check',
    summary: 'look through the store and its key',
    description:
      'Look through every page of the store, its times, its key, its audit log, and the files beside it. Exit code 7 when something is damaged; what is out of place and does no harm is named too.',
    examples: ['ssh-admin store check', 'ssh-admin store check --json'],
    mode: () => 'as-it-is',
    read: checkStore,
    busy: 'Looking through the store …',
    render: ({ db, warnings }) =>
      [
        ...warnings.flatMap(({ message, hint }) => [message, ...(hint ? [`  ${hint}`] : [])]),
        `The store ${pathInWords(db)} and its key are sound.`,
      ].join('\n'),
    json: ({ db, warnings, keyFile }) => ({
      ok: true,
      store: db,
      keyFile,
      findings: warnings.map(({ hint, ...found }) => ({ ...found, hint: hint ?? null })),
    }),
    explain: async (error, session) => {
      const { damageThatStopped } = await import('../../db/store/errors.ts')
      const db = session.settings.db.value
      const found = await damageThatStopped(error, db)
      return (await leftoversWithoutStore(error, session)) ?? (found && damaged(db, found))
    },
  })

interface StoreReport {
  db: string
  /** Findings that are not damage, but should be tidied up. */
  warnings: Problem[]
  keyFile: string
}

/** @throws `store-damaged` with the findings */
async function checkStore(
  store: OpenStore,
  ctx: RuleContext,
  _: object,
  session: Session,
): Promise<StoreReport> {
  const { checkFiles } = await import('../../db/store/check.ts')
  const db = session.settings.db.value
  permit(ctx, 'store.backup', { name: 'store' })
  const { damage, warnings } = await checkFiles(store, db)
  const isSound = damage.length === 0
  const ofRows = await findingsOfRows(store, session, { withLog: isSound }).catch((error: unknown) => {
    // Damage found so far may be the cause: it is reported instead.
    if (isSound) throw error
    return { damage: [], warnings: [] }
  })
  damage.push(...ofRows.damage)
  warnings.push(...ofRows.warnings)
  if (damage.length > 0) throw damaged(db, [...damage, ...warnings])
  const unfinished = await unfinishedWork(store, session)
  const named = new Set(warnings.map(({ target }) => target))
  const others = unfinished.filter(({ target }) => !named.has(target))
  return {
    db,
    warnings: [
      ...warnings,
      ...(await findingsOfFutureEvents(store)),
      ...others,
      ...(await unusedDrafts(session)),
    ],
    keyFile: store.keyFile,
  }
}

async function findingsOfRows(
  store: OpenStore,
  session: Session,
  { withLog }: { withLog: boolean },
): Promise<Findings> {
  const log = withLog ? await findingsOfAudit(store, session) : { damage: [], warnings: [] }
  if (await isOlder(store)) {
    const older = olderInWords(store, session.settings.db.value)
    return { damage: log.damage, warnings: [...log.warnings, older] }
  }
  const files = await findingsOfContents(store, session)
  const { findingsOfTimes } = await import('../../rules/store/times.ts')
  const times = await findingsOfTimes(store.db)
  return {
    damage: [...log.damage, ...times.damage, ...files.damage],
    warnings: [...log.warnings, ...times.warnings, ...files.warnings],
  }
}

/** Checks the contents of every stored file, and saves mismatches for `errors list`. */
async function findingsOfContents(store: OpenStore, session: Session): Promise<Findings> {
  const { checkContents, recordCheckedContents } = await import('../../rules/contents.ts')
  const { storedFiles } = await import('../../rules/stored-files.ts')
  const checked = await checkContents(store.db, store.now())
  const files = checked.damaged.length === 0 ? [] : await storedFiles(store.db)
  const namesOf = (id: number) =>
    files.flatMap(({ contentId, label }) => (contentId === id ? label : [])).join(', ') || 'a file'
  if (checked.damaged.length + checked.mended.length > 0) {
    try {
      await withStore(session, 'use', (own) =>
        session.commit(own, (trx, { at }) => recordCheckedContents(trx, checked, at)),
      )
    } catch (error) {
      // A read-only store is checked without saving the result.
      if (!(error instanceof Failure)) throw error
    }
  }
  const { damaged, leftOut, broken } = checked
  return {
    damage: damaged.map(({ id, sha256 }) => ({
      target: sha256,
      code: 'content-damaged',
      message: `The bytes of ${namesOf(id)} are not those that were uploaded (SHA-256 ${sha256}).`,
      hint: 'Upload the file again, or bring a backup back: ssh-admin errors list --kind other says how.',
    })),
    warnings: [
      ...leftOut.map(({ sha256 }) => ({
        target: sha256,
        code: 'content-left-out',
        message: `The bytes of a file are not in this store (SHA-256 ${sha256}): it was copied without them.`,
      })),
      ...(broken === 0
        ? []
        : [
            {
              target: 'uploads',
              code: 'broken-uploads',
              message: `${broken} ${broken === 1 ? 'upload was' : 'uploads were'} cut short.`,
              hint: 'It harms nothing; the next change removes what is left.',
            },
          ]),
    ],
  }
}

/** PIN sheets that may not exist, and partial files of killed commands. */
async function unfinishedWork(store: OpenStore, session: Session): Promise<Problem[]> {
  const { leftoverFinding } = await import('../../db/store/check.ts')
  if (await isOlder(store)) return (await unfinishedFiles(session)).map(leftoverFinding)
  const { pendingPinSheets } = await import('../../db/imports/imports.ts')
  const { pendingPinSheetNotice } = await import('../centres/pin-sheets.ts')
  return [
    ...(await pendingPinSheets(store.db)).map((sheet) => ({
      target: sheet.unfinished,
      ...pendingPinSheetNotice(sheet),
    })),
    ...(await unfinishedFiles(session, store)).map(leftoverFinding),
  ]
}

/** Drafts that were kept and not used. */
async function unusedDrafts({ context }: Session): Promise<Problem[]> {
  const { draftsIn, removeOldDrafts } = await import('../../cli/drafts.ts')
  removeOldDrafts(context)
  return draftsIn(context).map(({ path, since, command }) => ({
    target: path,
    code: 'draft-kept',
    message: `${path} holds what somebody typed on ${since}, and nothing came of it; a week later it is gone.`,
    ...(command && { hint: `To go on: ${commandLine([...command, path])}` }),
  }))
}

/** Leftovers of a killed `init` or `restore` where no store exists. */
async function leftoversWithoutStore(error: unknown, session: Session): Promise<Unavailable | undefined> {
  if (!(error instanceof Unavailable) || error.code !== 'store-missing') return undefined
  const { leftoverFinding } = await import('../../db/store/check.ts')
  const problems = (await unfinishedFiles(session)).map(leftoverFinding)
  if (problems.length === 0) return undefined
  return new Unavailable(error.code, error.message, { hint: error.hint, details: { problems }, cause: error })
}

async function findingsOfFutureEvents(store: OpenStore): Promise<Problem[]> {
  const { futureEvents } = await import('../../db/clock.ts')
  const now = store.now()
  const { count, latest, isAccepted } = await futureEvents(store.db, now)
  if (count === 0) return []
  return [
    {
      target: 'audit log',
      code: 'future-events',
      message: `${count} ${count === 1 ? 'event is' : 'events are'} later than this machine's clock (${timeToTheSecond(now.toISOString())}), the latest of ${timeToTheSecond(latest ?? '')}${isAccepted ? '; time counts anew since, and nothing is to be done' : ''}.`,
      ...(!isAccepted && { hint: "Set the machine's clock. If it is right: ssh-admin store accept-clock" }),
    },
  ]
}

/** Verifies the log; for an older store in a migrated copy in memory. */
async function findingsOfAudit(store: OpenStore, session: Session): Promise<Findings> {
  const { missingHead, verifyAudit } = await import('../../db/audit/verify.ts')
  const log = (await isOlder(store)) ? await session.open('read') : store
  try {
    const verdict = await verifyAudit(log)
    const missing = await missingHead(store, { ...verdict, operator: session.context.operator })
    return {
      damage: verdict.problems.map(({ message }) => ({ target: 'audit log', code: 'audit-broken', message })),
      warnings: missing === undefined ? [] : [{ target: missing, ...missingHeadNotice(missing, 'missing') }],
    }
  } finally {
    if (log !== store) await log.close()
  }
}

async function isOlder({ version }: OpenStore): Promise<boolean> {
  const { latestVersion } = await import('../../db/migrations/index.ts')
  return version < latestVersion
}

function olderInWords({ version }: OpenStore, db: string): Problem {
  return {
    target: db,
    code: 'store-older',
    message: `${db} was made by an older ssh-admin: it is of version ${version}.`,
    hint: 'Bring it up to date with: ssh-admin store migrate',
  }
}

function damaged(db: string, problems: Problem[]): Unavailable {
  const [first] = problems
  return new Unavailable(
    first?.code ?? 'store-damaged',
    `The store ${pathInWords(db)} or its key is not sound:`,
    {
      hint: 'Keep all files as they are. ssh-admin store restore FILE brings a backup back, and keeps the present store.',
      details: { problems },
    },
  )
}
