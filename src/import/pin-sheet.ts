import { lifetimes, pinOf, printedPin } from '../rules/credentials/derive.ts'
import type { SheetToWrite } from '../workbook/sheet.ts'
import type { PlannedUser } from './plan.ts'

export interface PinRow {
  centre: string
  centreName: string
  firstName: string
  lastName: string
  email: string
  /** Eight digits, or why there is none. */
  pin: string
  /** ISO time; blank where there is no PIN. */
  validUntil: string
}

/** The hand-out sheet: one row for each new user, made to be printed. */
export function pinSheet(rows: Iterable<PinRow>): SheetToWrite {
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

/** One for each new user, in the order of the plan; a list of Buffers is one too. */
export interface Nonces {
  at(position: number): Buffer | undefined
}

interface NewPins {
  users: readonly PlannedUser[]
  nonces: Nonces
  pinKey: Buffer
  centreNames: { get(number: string): string | undefined }
  at: Date
}

/** The rows of an import's new users. */
export function* pinsOfNewUsers({ users, nonces, pinKey, centreNames, at }: NewPins): Generator<PinRow> {
  const validUntil = new Date(at.getTime() + lifetimes.pin).toISOString()
  for (const [position, { centre, firstName, lastName, email }] of users.entries()) {
    const nonce = nonces.at(position)
    if (!nonce) throw new Error('every new user has a nonce')
    const pin = printedPin(pinOf(pinKey, nonce))
    yield { centre, centreName: centreNames.get(centre) ?? '', firstName, lastName, email, pin, validUntil }
  }
}
