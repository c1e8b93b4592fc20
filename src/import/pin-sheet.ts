import type { KeyObject } from 'node:crypto'
import { pinOf, printedPin } from '../rules/credentials/derive.ts'
import { endOfPin } from '../rules/credentials/lifetimes.ts'
import type { Form, SheetToWrite, TextRun } from '../workbook/sheet.ts'
import type { Tables } from '../workbook/write.ts'
import type { PlannedUser } from './plan.ts'
import { formatNumber } from '../format-number.ts'
import { dayInWords } from '../plain-time.ts'
import { usersOfImport, type ImportedUser } from '../db/imports/imports.ts'
import { renewPins } from '../db/credentials.ts'
import { setExpiryOfPinLetters } from '../db/outbox.ts'
import type { Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { findCentre } from '../rules/centres/find.ts'
import { permit } from '../rules/permissions/decide.ts'
import { appendAudit } from '../rules/audit/append.ts'
import { pinStatus } from '../rules/users/account.ts'

interface PinRow {
  centre: string
  centreName: string
  firstName: string
  lastName: string
  email: string
  /** Eight digits, or the reason why there is no PIN. */
  pin: string
  /** ISO time; blank where there is no PIN. */
  validUntil: string
}

/** The list of PINs: one row for each new user, made to be printed. */
function pinSheet(rows: Iterable<PinRow>): SheetToWrite {
  return {
    name: 'PINs',
    columns: [
      { heading: 'Centre number', width: 15 },
      { heading: 'Centre name', width: 36 },
      { heading: 'First name', width: 18 },
      { heading: 'Last name', width: 20 },
      { heading: 'Email', width: 36 },
      { heading: 'PIN', width: 14 },
      { heading: 'Valid until', width: 14 },
    ],
    rows: cellsOf(rows),
    wrapped: true,
    print: { landscape: true, title: 'PINs of new users: hand each to its owner only' },
  }
}

function* cellsOf(rows: Iterable<PinRow>): Generator<string[]> {
  for (const { centre, centreName, firstName, lastName, email, pin, validUntil } of rows) {
    yield [centre, centreName, firstName, lastName, email, pin, validUntil.slice(0, 10)]
  }
}

/** One nonce for each new user, in the order of the plan; an array of Buffers qualifies. */
export interface Nonces {
  at(position: number): Buffer | undefined
}

interface NewPins {
  users: Iterable<PlannedUser>
  nonces: Nonces
  pinKey: KeyObject
  centreNames: { get(number: string): string | undefined }
  at: Date
}

/** The rows of the PIN sheet for an import's new users. */
export function* pinsOfNewUsers({ users, nonces, pinKey, centreNames, at }: NewPins): Generator<PinRow> {
  const validUntil = endOfPin(at)
  let position = 0
  for (const { centre, firstName, lastName, email } of users) {
    const nonce = nonces.at(position)
    position += 1
    if (!nonce) throw new Error('every new user has a nonce')
    const pin = printedPin(pinOf(pinKey, nonce))
    yield { centre, centreName: centreNames.get(centre) ?? '', firstName, lastName, email, pin, validUntil }
  }
}

export const slipLayouts = ['by-centre', 'continuous'] as const

/** Whether each centre's slips begin on a page of their own. */
export type SlipLayout = (typeof slipLayouts)[number]

/** The most slips that are made without being asked for; a longer list is for a mail merge. */
const maxSlipsByDefault = 10_000

/**
 * The columns of a slip in letters: the user, the PIN, and the instructions; so few that they fit on A4 in wider
 * typefaces too.
 */
const widths = [26, 16, 32] as const
const LINE_HEIGHT = 15
const SMALL_SIZE = 9
// A smaller address cannot be read on paper.
const MIN_SIZE = 6
const LARGE_SIZE = 18
const NAME_SIZE = 12
const MARGIN = 18
// The height of a PIN with the lines above and below it.
const MIN_HEIGHT = 78

interface PinTables {
  /** Must allow two iterations. */
  rows: Iterable<PinRow>
  count: number
  /** The layout that was asked for; where there is none, `by-centre`. */
  layout: SlipLayout | undefined
  /** The address at which accounts are activated. */
  hub: string
}

/** The list of PINs, and the slips to be handed out; of very many users only where slips were asked for. */
export function pinTables({ rows, count, layout, hub }: PinTables): Tables {
  if (layout === undefined && count > maxSlipsByDefault) return [pinSheet(rows)]
  // The rows are iterated twice: a short list is held with its PINs, a long one derives them again.
  const iterableRows = count > maxSlipsByDefault ? rows : [...rows]
  const title = 'Cut along the lines, and hand each slip to its owner only'
  const slips = {
    name: 'Slips',
    widths,
    forms: makeSlips({ rows: iterableRows, layout, hub }),
    print: { title },
  }
  return [pinSheet(iterableRows), slips]
}

/** The notice that a very long PIN sheet has no slips, because nobody asked for them. */
export function noSlipsNotice(
  { count, layout }: Pick<PinTables, 'count' | 'layout'>,
  pinsLine: string,
): { code: 'no-slips'; message: string } | undefined {
  if (layout !== undefined || count <= maxSlipsByDefault) return undefined
  const [users, max] = [count, maxSlipsByDefault].map(formatNumber)
  return {
    code: 'no-slips',
    message: `The PIN sheet lists ${users} users and has no slips to cut out: for more than ${max} they are made when asked for. To make them: ${pinsLine} --out slips.xlsx --slips by-centre`,
  }
}

/** The slips to be printed and cut: one for each open PIN, and none of them across two pages. */
function* makeSlips({ rows, layout, hub }: Omit<PinTables, 'count'>): Generator<Form> {
  const slip = slipWriter(hub)
  let last: PinRow | undefined
  // One row behind: only the next row shows whether the page ends.
  for (const row of rows) {
    if (row.validUntil === '') continue
    if (last) yield slip(last, { endsPage: layout !== 'continuous' && last.centre !== row.centre })
    last = row
  }
  if (last) yield slip(last, { endsPage: false })
}

/**
 * Returns a function that makes slips; the instructions are the same on all, and made once, as they take the longest.
 */
function slipWriter(hub: string): (row: PinRow, page: Pick<Form, 'endsPage'>) => Form {
  const instructions = { runs: instructionRuns(hub) }
  const lowest = Math.max(MIN_HEIGHT, MARGIN + heightOf(instructions.runs, widths[2]))
  return ({ centre, centreName, firstName, lastName, email, pin, validUntil }, { endsPage }) => {
    const name = `${firstName} ${lastName}`.trim()
    const who: TextRun[] = [
      ...(name === '' ? [] : [{ text: `${name}\n`, bold: true, size: NAME_SIZE }]),
      { text: `${email}\n` },
      { text: centreName === '' ? centre : `${centreName} (${centre})` },
    ]
    const what: TextRun[] = [
      { text: 'PIN\n', size: SMALL_SIZE },
      { text: `${pin}\n`, bold: true, size: LARGE_SIZE },
      { text: `valid until ${dayInWords(new Date(validUntil))}`, size: SMALL_SIZE },
    ]
    return {
      cells: [{ runs: who }, { runs: what, centred: true }, instructions],
      height: Math.max(lowest, MARGIN + heightOf(who, widths[0])),
      endsPage,
    }
  }
}

function instructionRuns(hub: string): TextRun[] {
  return [
    { text: '1. Go to this address, and choose “Activate account”:\n', size: SMALL_SIZE },
    webAddressRun(hub),
    { text: '2. Type your e-mail address and the PIN, and choose a password.\n', size: SMALL_SIZE },
    { text: '3. We send you an e-mail with a code: type it, and your account is ready.', size: SMALL_SIZE },
  ]
}

/**
 * A web address on a line of its own, in the largest size in which it fits whole: on paper nobody sees where a cut one
 * goes on.
 */
function webAddressRun(hub: string): TextRun {
  // In half points. Small letters are no wider than digits, in which the width of a column is counted.
  const fits = Math.floor((2 * (widths[2] - 2) * 11) / hub.length) / 2
  if (fits >= MIN_SIZE) return { text: `${hub}\n`, size: Math.min(fits, SMALL_SIZE) }
  return { text: `${breakAddress(hub)}\n`, size: MIN_SIZE }
}

/** A web address that is too long even so, broken after a punctuation mark: programs would break it within a word. */
function breakAddress(address: string): string {
  const max = Math.floor(maxLettersPerLine({ width: widths[2], size: MIN_SIZE }))
  let lineLength = 0
  let text = ''
  for (const piece of address.match(/[^/.?&=_-]+[/.?&=_-]*|[/.?&=_-]+/g) ?? []) {
    if (text !== '' && lineLength + piece.length > max) {
      text += '\n'
      lineLength = 0
    }
    text += piece
    lineLength += piece.length
  }
  return text
}

/** The height of wrapped text, with room to spare: a slip that is cut off cannot be handed out. */
function heightOf(runs: readonly TextRun[], width: number): number {
  let height = 0
  for (const { text, size = 11 } of runs) {
    const max = maxLettersPerLine({ width, size })
    for (const line of text.replace(/\n$/, '').split('\n'))
      height += Math.max(1, Math.ceil(widthOf(line) / max)) * LINE_HEIGHT * (size / 11)
  }
  return Math.ceil(height)
}

/** How many letters of a size fit beside each other in a column, with room to spare; two letters are the indent. */
function maxLettersPerLine({ width, size }: { width: number; size: number }): number {
  return ((width - 2) * 11) / size / 1.15
}

/** The width of a text in letters; those of Chinese, Japanese and Korean count twice. */
function widthOf(text: string): number {
  return (
    text.length +
    (text.match(/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/g)
      ?.length ?? 0)
  )
}

export interface PinsOfImport {
  rows: PinRow[]
  count: number
  withoutPin: { email: string; reason: string }[]
  renewed: number
  /** Ids of the users whose PIN was open until now, and is void. */
  voided: number[]
  /** Without `renew`: how many users without an open PIN would have a new one with it, and how many open ones be void. */
  renewable: { withoutPin: number; open: number }
  /** The one centre that was asked for. */
  centre: { number: string; name: string } | undefined
}

interface PinsOfImportRequest {
  importId: number
  /** Only the users who are at this centre now. */
  centre: string | undefined
  pinKey: KeyObject
  /** Whether users who are not active yet get new PINs. */
  renew: boolean
  ctx: RuleContext
}

/** The PINs of an import's users, or of those at one centre, listed again: a PIN only where it is still open. */
export async function pinsOfImport(
  trx: Trx,
  { importId, centre: number, pinKey, renew, ctx }: PinsOfImportRequest,
): Promise<PinsOfImport> {
  permit(ctx, 'centres.import', { name: String(importId) })
  const centre = number === undefined ? undefined : await findCentre(trx, number, ctx)
  const which = { importId, centreId: centre?.id }
  const at = ctx.at.toISOString()
  const before = await usersOfImport(trx, which)
  const hasOpenPin = (user: ImportedUser) => reasonForNoPin(user, ctx.at) === undefined
  const renewable = before.filter(mayHaveNewPin)
  const renewed = renew ? renewable : []
  const open = renewable.filter(hasOpenPin)
  if (renewed.length > 0) {
    const nonceBytes = ctx.random(16 * renewed.length)
    const nonces = renewed.map(({ id }, position) => ({
      id,
      nonce: nonceBytes.subarray(position * 16, position * 16 + 16),
    }))
    await renewPins(trx, { nonces, at })
    await setExpiryOfPinLetters(trx, { importId, issuedAt: at, expiresAt: endOfPin(ctx.at) })
  }
  const users = renewed.length > 0 ? await usersOfImport(trx, which) : before
  await appendAudit(trx, {
    actor: ctx.actor,
    at: ctx.at,
    action: renew ? 'pins.renewed' : 'pins.made-again',
    subject: String(importId),
    facts: {
      import: importId,
      users: users.length,
      renewed: renewed.length,
      ...(centre && { centre: centre.number }),
    },
  })
  const rows = users.map((user) => pinRow(user, { pinKey, at: ctx.at }))
  const withoutPin = rows.flatMap(({ email, pin, validUntil }) =>
    validUntil === '' ? [{ email, reason: pin }] : [],
  )
  return {
    rows,
    count: rows.length - withoutPin.length,
    withoutPin,
    renewed: renewed.length,
    voided: renew ? open.map(({ id }) => id) : [],
    renewable: { withoutPin: renew ? 0 : renewable.length - open.length, open: renew ? 0 : open.length },
    centre,
  }
}

function mayHaveNewPin({ status, centre_deleted_at, centre_number }: ImportedUser): boolean {
  return status === 'invited' && centre_number !== null && centre_deleted_at === null
}

function pinRow(user: ImportedUser, { pinKey, at }: { pinKey: KeyObject; at: Date }): PinRow {
  const reason = reasonForNoPin(user, at)
  const isOpen = reason === undefined && user.pin_nonce !== null && user.pin_issued_at !== null
  return {
    centre: user.centre_number ?? '',
    centreName: user.centre_name ?? '',
    firstName: user.first_name,
    lastName: user.last_name,
    email: user.email,
    pin: isOpen && user.pin_nonce ? printedPin(pinOf(pinKey, user.pin_nonce)) : (reason ?? 'none'),
    validUntil: isOpen && user.pin_issued_at ? endOfPin(user.pin_issued_at) : '',
  }
}

/** The reason that the sheet gives in place of a PIN; undefined where the PIN is open. */
function reasonForNoPin(user: ImportedUser, at: Date): string | undefined {
  if (user.status === 'deleted' || user.status === 'suspended') return user.status
  if (user.centre_deleted_at !== null) return 'centre-deleted'
  const status = pinStatus({ state: user.pin_state, issuedAt: user.pin_issued_at, at })
  return status === 'issued' ? undefined : status
}
