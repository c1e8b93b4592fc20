import { join } from 'node:path'
import { connectSqlite } from '../src/db/sqlite/driver.ts'
import { type Program, run, shortInTurn, sshAdmin, taken, usage } from './processes.ts'
import { type Row, type Settings, seconds } from './rows.ts'
import { makeWorkbook } from './workbook.ts'

const LARGE = 100_000
const MILLION = 1_000_000
const RELEASES = 200

/** Measures everyday queries of a large store in processor time, against `users show` or a bare start of Node. */
export async function measure({ folder, rounds }: Settings): Promise<Row[]> {
  const inPairs = pairsIn({ folder, rounds })
  const filled = await filledStore(LARGE, folder)
  const released = await storeWithReleases(folder)
  const table = released.asks('releases', 'authorisations', '--release', '1')
  return [
    await taken(
      { what: `status of ${LARGE} centres and users, against users show`, unit: '×', goal: { atMost: 1.3 } },
      () => inPairs(filled.asks('status'), filled.shows),
    ),
    await taken(
      {
        what: `TAB behind the first letter of ${LARGE} addresses, against users show`,
        unit: '×',
        goal: { atMost: 1.5 },
      },
      () =>
        inPairs(
          { args: sshAdmin('complete', '--', 'users', 'show', '--db', filled.path, 'a') },
          filled.shows,
        ),
    ),
    await taken(
      {
        what: `releases authorisations of one centre and ${RELEASES} releases, against users show`,
        unit: '×',
        goal: { atMost: 1 },
      },
      () => inPairs(released.asks('releases', 'authorisations', '--centre', released.centre), released.shows),
    ),
    await taken(
      { what: 'releases authorisations of 10000 centres', unit: 's', goal: { below: 2 } },
      async () => {
        const { cpuMs } = await usage(table)
        return { measured: seconds(cpuMs), figure: cpuMs / 1000 }
      },
    ),
    await taken(
      { what: 'most memory, releases authorisations of 10000 centres', unit: 'MB', goal: { below: 200 } },
      async () => {
        const { peakMb } = await usage(table)
        return { measured: `${peakMb.toFixed(0)} MB`, figure: peakMb }
      },
    ),
  ]
}

/** Measures look-ups among a million centres and users. */
export async function measureLarge({ folder, rounds }: Settings): Promise<Row[]> {
  const inPairs = pairsIn({ folder, rounds })
  const filled = await filledStore(LARGE, folder)
  const million = await filledStore(MILLION, folder)
  const name = 'okafor'
  return [
    await taken(
      { what: `users show of ${MILLION}, against ${LARGE}`, unit: '×', goal: { atMost: 1.1 } },
      () => inPairs(million.shows, filled.shows),
    ),
    await taken(
      { what: `users list ${name} of ${MILLION}, against node -e 0`, unit: '×', goal: { atMost: 5 } },
      () => inPairs(million.asks('users', 'list', name), { args: ['-e', '0'] }),
    ),
  ]
}

function pairsIn({ folder, rounds }: Settings) {
  return async (program: Program, other: Program) => {
    const { a, b, ratio } = await shortInTurn(program, other, { out: join(folder, 'answer.txt'), rounds })
    return { measured: seconds(a), against: seconds(b), figure: ratio }
  }
}

interface Filled {
  path: string
  /** The number of a centre in the store. */
  centre: string
  asks: (...words: string[]) => Program
  /** `users show` of a user in the store. */
  shows: Program
}

async function filledStore(rows: number, folder: string): Promise<Filled> {
  const workbook = join(folder, `lookups-${rows}.xlsx`)
  const path = join(folder, `lookups-${rows}.db`)
  await makeWorkbook(workbook, { rows, seed: 1 })
  const pins = ['--pins-out', `${path}.xlsx`, '--yes']
  await run({ args: sshAdmin('centres', 'import', workbook, ...pins, '--db', path) })
  return filled(path)
}

/** Makes a store of 10,000 centres, half of which have an entry, with 200 releases that open by Key Time. */
async function storeWithReleases(folder: string): Promise<Filled> {
  const path = join(folder, 'lookups-releases.db')
  await run({
    args: sshAdmin('seed', '--centres', '10000', '--users', '10000', '--releases', '--yes', '--db', path),
  })
  const store = connectSqlite(path, { readonly: true })
  const moment = store.prepare<[], string>('select opens from releases where id = 1').pluck().get() ?? ''
  store.close()
  const [at = ''] = moment.split(' - ')
  const lines = Array.from({ length: RELEASES - 2 }, (_, index) => {
    const release = index + 3
    return [
      `releases create "Listening ${release}" --resource 1 --opens "${at} - ${release}m" --for entries`,
      `releases publish ${release}`,
    ]
  }).flat()
  await run({ args: sshAdmin('batch', '--yes', '--db', path), input: lines.join('\n') })
  return filled(path)
}

function filled(path: string): Filled {
  const store = connectSqlite(path, { readonly: true })
  const one = (query: string) => store.prepare<[], string>(query).pluck().get() ?? ''
  const address = one("select email from users where status <> 'deleted' order by email_key limit 1")
  const withEntries = one('select centre_number from entries order by id limit 1')
  const centre = withEntries || one('select number from centres order by number limit 1')
  store.close()
  const asks = (...words: string[]): Program => ({ args: sshAdmin(...words, '--db', path) })
  return { path, centre, asks, shows: asks('users', 'show', address) }
}
