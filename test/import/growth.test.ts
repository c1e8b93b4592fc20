import { describe, expect, it } from 'vitest'
import { planImport } from '../../src/import/plan.ts'

/** What a new store holds of anything. */
const none = { size: 0, has: () => false, get: () => undefined, [Symbol.iterator]: () => [].values() }

/** How often planning looks at a row's name or country, of so many rows that are all held back. */
function looksAt(
  count: number,
  cells: (at: number) => { number: string; name: string; email: string },
): number {
  let looks = 0
  const rows = Array.from({ length: count }, (_, at) => {
    const { number, name, email } = cells(at)
    return {
      position: at,
      row: at + 2,
      number,
      get name() {
        looks += 1
        return name
      },
      email: { email, key: email },
      firstName: 'Amira',
      lastName: `Haddad ${at}`,
      role: '',
      address: '',
      town: '',
      postcode: '',
      get country() {
        looks += 1
        return ''
      },
      kind: '',
      associate: '',
      faults: undefined,
      emptyFormulas: undefined,
      columns: undefined,
      issues: undefined,
    }
  })
  const roster = {
    file: 'centres.csv',
    sheet: 'centres',
    digest: '',
    columns: new Map([
      ['number', 0],
      ['name', 1],
      ['email', 2],
    ]),
    headings: ['Centre number', 'Centre name', 'Email'],
    unknownColumns: [],
    namesLeftAside: [],
    notices: [],
    marks: new Set<string>(),
    otherSheets: [],
    addressesInOtherColumns: new Set<string>(),
    rows,
    blank: 0,
    rowCounter: undefined,
    cells: undefined,
    columnMapByRow: new Map<number, Map<number, number>>(),
    laterHeadings: [],
  }
  const view = {
    centres: { ...none, withId: () => undefined },
    isDependedOn: () => true,
    touched: new Set<number>(),
    users: none,
    deletedAddresses: new Set<string>(),
    holdsTests: new Set<number>(),
    holdsAssociateCentres: new Set<number>(),
    addressedElsewhere: new Map<number, string>(),
    usersOf: () => 0,
    locations: new Map(),
    locationsWithAtSign: new Map(),
    lookAlikes: new Map(),
  }
  const { issues } = planImport(roster, { view, restoreDeleted: false, partial: false })
  expect(issues.length).toBeGreaterThanOrEqual(count)
  expect([...issues]).toHaveLength(issues.length)
  for (const { message } of issues) expect(message.length).toBeLessThan(250)
  return looks
}

describe('planning looks at each row as often however many there are', () => {
  it.each([
    ['one centre with a name in each row', { number: () => 'EG001', name: (at: number) => `School ${at}` }],
    ['one centre without a name', { number: () => 'EG001', name: () => '' }],
    ['one address at a centre in each row', { number: (at: number) => `EG${at}`, name: () => 'School' }],
  ])('%s', (_what, { number, name }) => {
    const looks = (count: number) =>
      looksAt(count, (at) => ({ number: number(at), name: name(at), email: 'same@school.example' }))
    expect(looks(800)).toBeLessThanOrEqual(2.1 * looks(400))
  })
})
