import { hintOfNearFiles } from '../nearest.ts'
import { createHash, createHmac } from 'node:crypto'
import { BadInput, isNotThere, Refused } from '../errors.ts'
import { readPlainFile } from '../input-file.ts'
import { pathInWords, shellWord } from '../shell-word.ts'
import { lengthPrefixed, timingSafeEqualText } from '../rules/credentials/derive.ts'
import type { HeldBackBefore } from '../rules/table-rows.ts'
import type { Source } from './apply.ts'
import type { Deletions } from './deletions.ts'
import type { Plan } from './plan.ts'
import type { RosterReferences } from './read-store.ts'

const kind = 'ssh-admin import plan'
/** Another number where a plan holds something else: what a former one left out is not made up. */
const format = `${kind} 4`

/** A plan as it is reviewed, and what applying it needs beside the store. */
export interface ReviewedPlan {
  source: Source
  /** Where the workbook was; null for stdin. */
  path: string | null
  plan: Plan
  deletions: Deletions
  sendMail: boolean
  touched: RosterReferences
}

/** The same in a file, with what must still be true when it is applied. */
export interface SavedPlan extends ReviewedPlan {
  /** Of what planning read of the store. */
  storeDigest: string
}

/** A plan of rows that are read anew as it is applied: of Key Times, or of entries. */
export interface SavedRows {
  of: PlannedNoun
  source: Pick<Source, 'file' | 'digest'>
  path: string | null
  /** Those that were accepted, with what their cells say. */
  rows: readonly { row: number; texts: Readonly<Record<string, string>> }[]
  heldBack: HeldBackBefore
  storeDigest: string
}

export type PlannedNoun = 'key-times' | 'entries'

/** A plan as it is saved, under the store's own seal. */
export function textOfPlan({ saved, planKey }: { saved: SavedPlan | SavedRows; planKey: Buffer }): string {
  const contents = JSON.stringify(saved)
  return `${format}\n${sealOf(planKey, contents)}\n${contents}\n`
}

/** Reads a plan back. @throws `plan-unreadable`, or `plan-changed` where the seal does not fit */
export function readPlan(path: string, planKey: Buffer): SavedPlan {
  const saved: SavedPlan & { of?: PlannedNoun } = JSON.parse(sealedContents(path, planKey))
  if (saved.of === undefined) return saved
  throw ofAnother(path, saved.of)
}

/** The same for one of rows. */
export function readPlanOfRows(path: string, planKey: Buffer, of: PlannedNoun): SavedRows {
  const saved: Omit<SavedRows, 'of'> & { of?: PlannedNoun } = JSON.parse(sealedContents(path, planKey))
  if (saved.of === of) return { ...saved, of }
  throw ofAnother(path, saved.of ?? 'centres')
}

function ofAnother(path: string, noun: PlannedNoun | 'centres'): BadInput {
  return new BadInput('plan-unreadable', `${path} is a plan of another import.`, {
    hint: `ssh-admin ${noun} apply ${shellWord(path)}`,
  })
}

function sealedContents(path: string, planKey: Buffer): string {
  const [heading, seal = '', ...rest] = planLines(path)
  const contents = rest.join('\n').trimEnd()
  if (heading !== format && heading?.startsWith(kind)) {
    throw new BadInput('plan-unreadable', `${path} was saved by another version of ssh-admin.`, {
      hint: 'Make it again from the workbook, with --plan-out PLAN.',
    })
  }
  if (heading !== format) {
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
    // E-mail and editors of Windows end its lines in another way, and put a mark before the first.
    return bytes
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
  } catch (cause) {
    const message = isNotThere(cause) ? `There is no file ${pathInWords(path)}.` : `${path} cannot be read.`
    throw new BadInput('plan-unreadable', message, { hint: hintOfNearFiles(path), cause })
  }
}

function sealOf(planKey: Buffer, contents: string): string {
  return createHmac('sha256', planKey).update(lengthPrefixed('import plan', contents)).digest('hex')
}

type Planned = Pick<SavedRows, 'path' | 'source'> & { of?: PlannedNoun }

/** @throws `plan-changed` where the workbook is still in its place and is another now */
export function refuseChangedWorkbook({ path, source, of }: Planned): void {
  if (path === null) return
  const digest = digestOfFile(path)
  if (digest === undefined || digest === source.digest) return
  throw new Refused('plan-changed', `The workbook ${pathInWords(path)} is not the one that was planned.`, {
    hint: `Plan it again: ssh-admin ${of ?? 'centres'} import FILE --plan-out PLAN`,
    details: { changed: 'workbook' },
  })
}

/** A workbook that is gone, or came through a pipe, proves nothing; the plan holds what it said. */
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
