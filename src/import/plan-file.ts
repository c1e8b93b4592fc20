import { hintOfNearFiles } from '../nearest.ts'
import { createHash, createHmac, type KeyObject } from 'node:crypto'
import { BadInput, isMissingPath, Refused } from '../errors.ts'
import { readPlainFile } from '../input-file.ts'
import { pathInWords, shellWord } from '../shell-word.ts'
import { lengthPrefixed, timingSafeEqualText } from '../rules/credentials/derive.ts'
import type { PlannedHeldBack } from '../rules/table-rows.ts'
import type { Source } from './apply.ts'
import type { Deletions } from './deletions.ts'
import type { Plan } from './plan.ts'
import type { RosterReferences } from './read-store.ts'

const fileKind = 'ssh-admin import plan'
/** The number changes whenever the contents of a plan change: what an older plan lacks is not guessed. */
const formatVersion = `${fileKind} 6`

/** A plan as it is reviewed, and what applying it needs besides the store. */
export interface ReviewedPlan {
  source: Source
  /** The path of the workbook; null for standard input. */
  path: string | null
  plan: Plan
  deletions: Deletions
  sendMail: boolean
  touched: RosterReferences
}

/** A reviewed plan as it is saved, with what must still be true when it is applied. */
export interface SavedPlan extends ReviewedPlan {
  /** The digest of what planning read from the store. */
  storeDigest: string
}

/** A plan of rows, of Key Times or of entries, that are read again when the plan is applied. */
export interface SavedRows {
  of: PlannedNoun
  source: Pick<Source, 'file' | 'digest'>
  path: string | null
  /** The accepted rows, with the texts of their cells. */
  rows: readonly { row: number; texts: Readonly<Record<string, string>> }[]
  /** The columns by field, each as `Entries!D`, from a row on until the next: headings may come again, in another order. */
  columns: readonly { fromRow: number; byField: Readonly<Record<string, string>> }[]
  heldBack: PlannedHeldBack
  storeDigest: string
}

export type PlannedNoun = 'key-times' | 'entries'

/** The text of a plan's file, sealed with a key of the store. */
export function serializePlan({
  saved,
  planKey,
}: {
  saved: SavedPlan | SavedRows
  planKey: KeyObject
}): string {
  const contents = JSON.stringify(saved)
  return `${formatVersion}\n${sealOf(planKey, contents)}\n${contents}\n`
}

/** Reads a plan back. @throws `plan-unreadable`, or `plan-changed` where the seal does not match */
export function readPlan(path: string, planKey: KeyObject): SavedPlan {
  const saved: SavedPlan & { of?: PlannedNoun } = JSON.parse(readSealedContents(path, planKey))
  if (saved.of === undefined) return saved
  throw wrongPlanKind(path, saved.of)
}

/** `readPlan` for a plan of rows. */
export function readPlanOfRows(path: string, planKey: KeyObject, of: PlannedNoun): SavedRows {
  const saved: Omit<SavedRows, 'of'> & { of?: PlannedNoun } = JSON.parse(readSealedContents(path, planKey))
  if (saved.of === of) return { ...saved, of }
  throw wrongPlanKind(path, saved.of ?? 'centres')
}

function wrongPlanKind(path: string, noun: PlannedNoun | 'centres'): BadInput {
  return new BadInput('plan-unreadable', `${path} is a plan of another import.`, {
    hint: `ssh-admin ${noun} apply ${shellWord(path)}`,
  })
}

function readSealedContents(path: string, planKey: KeyObject): string {
  const [heading, seal = '', ...rest] = planLines(path)
  const contents = rest.join('\n').trimEnd()
  if (heading !== formatVersion && heading?.startsWith(fileKind)) {
    throw new BadInput('plan-unreadable', `${path} was saved by another version of ssh-admin.`, {
      hint: 'Make it again from the workbook, with --plan-out PLAN.',
    })
  }
  if (heading !== formatVersion) {
    throw new BadInput('plan-unreadable', `${path} is not a plan of ssh-admin.`, {
      hint: 'A plan is made by an import, with --plan-out PLAN.',
    })
  }
  if (!timingSafeEqualText(seal, sealOf(planKey, contents))) {
    const message = `${path} was cut off or changed after it was made, or is of a store with another key.`
    throw new Refused('plan-changed', message, {
      hint: 'Make it again from the workbook, with --plan-out PLAN.',
      details: { changed: 'plan' },
    })
  }
  return contents
}

function planLines(path: string): string[] {
  try {
    const bytes = readPlainFile(path)
    if (!bytes) throw new Error('a pipe or a device')
    // Mail programs and editors of Windows change the line ends, and put a byte order mark before the first line.
    return bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
  } catch (cause) {
    const message = isMissingPath(cause)
      ? `There is no file ${pathInWords(path)}.`
      : `${path} cannot be read.`
    throw new BadInput('plan-unreadable', message, { hint: hintOfNearFiles(path), cause })
  }
}

function sealOf(planKey: KeyObject, contents: string): string {
  return createHmac('sha256', planKey).update(lengthPrefixed('import plan', contents)).digest('hex')
}

type Planned = Pick<SavedRows, 'path' | 'source'> & { of?: PlannedNoun }

/** @throws `plan-changed` where the workbook is still at its path and has changed */
export function refuseChangedWorkbook({ path, source, of }: Planned): void {
  if (path === null) return
  const digest = digestOfFile(path)
  if (digest === undefined || digest === source.digest) return
  throw new Refused('plan-changed', `The workbook ${pathInWords(path)} is not the one that was planned.`, {
    hint: `Plan it again: ssh-admin ${of ?? 'centres'} import FILE --plan-out PLAN`,
    details: { changed: 'workbook' },
  })
}

/**
 * Undefined for a workbook that is gone or came through a pipe: such a workbook proves nothing, and the plan has its
 * contents.
 */
function digestOfFile(path: string): string | undefined {
  try {
    const bytes = readPlainFile(path)
    return bytes && `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  } catch {
    return undefined
  }
}

export function storeChanged(of: PlannedNoun | 'centres' = 'centres'): Refused {
  return new Refused('plan-changed', 'The store has changed since this was planned; nothing was done.', {
    hint: `Plan it again: ssh-admin ${of} import FILE --plan-out PLAN`,
    details: { changed: 'store' },
  })
}
