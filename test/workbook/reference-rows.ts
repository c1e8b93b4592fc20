import { readRoster } from '../../src/import/roster.ts'
import { openWorkbook } from '../../src/workbook/read.ts'

/** A cell as a program is told to write it; a formula with what it comes to. */
export type ReferenceCell =
  | { kind: 'text'; text: string }
  | { kind: 'number'; number: number; format?: string }
  | { kind: 'formula'; formula: string; result: string | number }
  | { kind: 'date'; year: number; month: number; day: number }

export const referenceHeadings = [
  'Centre number',
  'Centre name',
  'First name',
  'Last name',
  'Email',
  'Town',
  'Country',
  'Role',
  'Enrolled on',
  'Notes',
]

const schools: readonly [name: string, town: string, country: string][] = [
  ['École Élémentaire "Les Chênes"', 'Sèvres', 'France'],
  ['مدرسة النيل الدولية', 'القاهرة', 'Egypt'],
  ['北京国际学校', '北京', 'China'],
  ['東京インターナショナルスクール', '東京', 'Japan'],
  ['Ünïcode & “Söhne” <Schule>', 'Zürich', 'Switzerland'],
  ["'s-Hertogenbosch School", "'s-Hertogenbosch", 'Netherlands'],
  ['=Plus-Minus+ Academy', 'Łódź', 'Poland'],
  ['Emoji 🎓 Academy 𝔸', 'Hà Nội', 'Vietnam'],
  ['Line one\nLine two School', 'São Paulo', 'Brazil'],
  ['Collège - Lycée (MERGE)', 'Bahía Blanca', 'Argentina'],
]
const people: readonly [first: string, last: string][] = [
  ['José', 'Nuñez'],
  ['François', 'L’Écuyer'],
  ['محمد', 'الأحمد'],
  ['明', '李'],
  ['さくら', '山田'],
  ['Seán', "O'Brien"],
  ['Đặng', 'Nguyễn'],
  ['Ана', 'Петрова'],
  ['Ömer', 'Şahin'],
  ['Łukasz', 'Żółć'],
]

/** The number of a school, in each of the ways in which offices have it. */
function numberCell(school: number): { cell: ReferenceCell; shown: string } {
  switch (school % 4) {
    case 0:
      return { cell: { kind: 'text', text: `00${419 + school}` }, shown: `00${419 + school}` }
    case 1:
      return { cell: { kind: 'number', number: 50_545 + school }, shown: String(50_545 + school) }
    case 2:
      return { cell: { kind: 'number', number: 903 + school, format: '00000' }, shown: `00${903 + school}` }
    default:
      return {
        cell: { kind: 'formula', formula: `70000+${school}`, result: 70_000 + school },
        shown: String(70_000 + school),
      }
  }
}

/** The address of a person: typed, put together by a formula, or a link that a formula makes. */
function emailCell(at: number): { cell: ReferenceCell; shown: string } {
  const row = at + 2
  const shown = `ab.${row}@formula.example`
  const formula = `LOWER(LEFT("ABCD",2))&"."&${row}&"@formula.example"`
  if (at % 5 === 1) return { cell: { kind: 'formula', formula, result: shown }, shown }
  if (at % 5 === 3)
    return {
      cell: { kind: 'formula', formula: `HYPERLINK("mailto:"&${formula},${formula})`, result: shown },
      shown,
    }
  return {
    cell: { kind: 'text', text: `user${at}+tag@school.example` },
    shown: `user${at}+tag@school.example`,
  }
}

const text = (words: string): ReferenceCell => ({ kind: 'text', text: words })

const made = Array.from({ length: 60 }, (_, at) => {
  const school = Math.floor(at / 2)
  const [name = '', town = '', country = ''] = schools[school % schools.length] ?? []
  const [first = '', last = ''] = people[at % people.length] ?? []
  const number = numberCell(school)
  const email = emailCell(at)
  const role = at % 2 === 0 ? 'coordinator' : ''
  const called = `${name} ${school}`
  return {
    cells: [
      number.cell,
      text(called),
      text(first),
      text(last),
      email.cell,
      text(town),
      text(country),
      text(role),
      { kind: 'date', year: 2026, month: (at % 12) + 1, day: (at % 28) + 1 } as const,
      text(`note ${at}`),
    ],
    // A line break in a cell is read as a blank.
    read: [number.shown, called.replace('\n', ' '), first, last, email.shown, town, country, role],
  }
})

/** Sixty rows of thirty centres with every kind of cell that offices have. */
export const referenceRows: readonly ReferenceCell[][] = made.map(({ cells }) => cells)
/** What they say. */
export const referenceRead: readonly string[][] = made.map(({ read }) => read)

/** What is read of the centres and people of a workbook, and what is wrong with its rows. */
export async function peopleIn(path: string): Promise<{ rows: string[][]; issues: string[] }> {
  const workbook = await openWorkbook(path)
  try {
    const roster = await readRoster(workbook, { map: {}, keepCells: false })
    const rows = [...roster.rows]
    return {
      rows: rows.map(({ number = '', name, firstName, lastName, email, town, country, role }) => [
        number,
        name,
        firstName,
        lastName,
        email?.email ?? '',
        town,
        country,
        role,
      ]),
      issues: rows.flatMap(({ row, issues = [], faults = [] }) =>
        [...issues, ...faults].map(({ field, fault }) => `${row} ${field} ${fault.code}`),
      ),
    }
  } finally {
    await workbook.close()
  }
}

export const expectedPeople = { rows: referenceRead, issues: [] }
