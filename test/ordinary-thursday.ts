import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type KeptRows, keepRows, putRows, testServer } from './shared-store.ts'
import { typedExample } from './typed-example.ts'
import { newWorld, type World } from './world.ts'

/** When the screens are looked at. */
const now = '2026-03-05T09:10:00.000Z'

const noServer = '--smtp smtp://127.0.0.1:9?ignoreTLS=true'
const roster = 'Anmeldungen Frühjahr 2026 – İzmir und Łódź (zweite, korrigierte Fassung).csv'
const audio = 'fixtures/listening.wav --kind listening-audio --series 2026-06'

/** Where the centres are whose country has several. */
const zones = {
  BR: 'America/Sao_Paulo',
  CN: 'Asia/Shanghai',
  ES: 'Europe/Madrid',
  MX: 'America/Mexico_City',
  NZ: 'Pacific/Auckland',
  US: 'America/New_York',
}

/** Five weeks at the hub, oldest first: the moment, and what is typed at it, or (!) is as if it had happened. */
const weeks: readonly (readonly [at: string, ...lines: string[]])[] = [
  ['2026-02-02T08:30Z', 'seed --centres 36 --users 216 --services --yes'],
  [
    '2026-02-05T09:00Z',
    'centres import fixtures/centres.xlsx --yes --pins-out first-pins.xlsx',
    `users reset-password user-1@jp0001.school.example --yes ${noServer}`,
  ],
  [
    '2026-02-09T13:20Z',
    "centres create CA101 --name 'Nile Centre CA101' --kind associate-centre --associate CA001 --country EG",
    "centres create CA102 --name 'Nile Centre CA102' --kind associate-centre --associate CA001 --country EG",
    "centres create LK046 --name 'கொழும்பு சர்வதேசப் பாடசாலை & Colombo International School of Science and Languages' --country LK --town Colombo",
    "users add 'Huda Mansour <huda@school.example>' 'Omar Said <omar@school.example>' --centre EG001 --admin --site cambridge-primary",
    "users add 'Amira Haddad <amira@school.example>' --centre EG001 --site cambridge-primary",
    "users add 'Maximiliane-Theodora von und zu Hohenlohe-Schillingsfürst <maximiliane-theodora.hohenlohe-schillingsfuerst@gymnasium-am-kaiserdom.example>' --centre EG001 --role exams-officer --site resource-plus --site test-maker",
  ],
  [
    '2026-02-10T07:45Z',
    "! update users set status = 'active', last_signed_in_at = '2026-03-04T15:40:00.000Z' where centre_id = (select id from centres where number = 'EG001') and email_key like '%@school.example'",
    `! update centres set time_zone = case country ${Object.entries(zones)
      .map(([country, zone]) => `when '${country}' then '${zone}'`)
      .join(' ')} end where number not in ('BR061', 'BR062', 'NZ0015')`,
    'coordinator change EG001 --to huda@school.example --yes',
    "! update users set hub_role = 'admin' where email_key = 'helen.okafor@norwood-partners.example'",
    'key-times import fixtures/key-times.csv --yes',
    'entries import entries-of-june.csv --yes',
  ],
  [
    '2026-02-16T10:05Z',
    `resources upload ${audio} --title Listening --component 0500/12`,
    `resources upload ${audio} --title 'Listening, Speaking & Écriture: le français à l’école (Paper 4, second recording)' --component 0520/42 --component 0520/41`,
    "resources upload fixtures/commas.csv --title 'Specimen answers, 数学' --kind specimen --series 2026-06 --component 0580/21",
    "resources upload fixtures/users.csv --title 'Pre-release material' --kind pre-release --series 2026-11 --component 9618/41 --area tp",
    "releases create June --resource 4 --opens 'key-time AM 2026-06-02 - 2h' --for country:BR,country:EG,country:GB,country:IN,country:NZ,country:ZA",
    "releases create 'Pre-release, Egypt and Pakistan' --resource 4 --opens 'key-time AM 2026-03-06 - 2h' --closes 2026-03-07T00:00Z --for country:EG,country:PK,country:ZA",
    "releases create 'Pre-release material, November series, all schools' --resource 4 --opens 2026-02-20T08:00Z --for schools",
    "releases create 'Specimen answers' --resource 3 --opens 2026-02-17T08:00Z --closes 2026-03-01T00:00Z --for country:TR",
    "releases create 'Trial run' --resource 3 --opens 2026-04-01T08:00Z --for EG001,EG002",
    "releases create Listening --resource 1,2 --opens 'key-time AM 2026-06-02 - 1h' --for entries",
  ],
  ['2026-02-16T10:20Z', ...[2, 3, 4, 5].map((id) => `releases publish ${id} --yes`)],
  [
    '2026-02-24T16:55Z',
    'releases withdraw 5 --yes',
    'resources withdraw 3 --yes',
    "help-documents upload fixtures/commas.csv --title 'Adding users'",
    "help-documents upload fixtures/users.csv --title 'Wie man Lehrkräfte einträgt: eine Anleitung für Koordinatorinnen und Koordinatoren'",
    "help-documents upload fixtures/users-one-bad-row.csv --title 'دليل المعلم'",
    'roles grant amira@school.example submit-teacher',
  ],
  [
    '2026-03-02T11:00Z',
    'help-documents replace 2 fixtures/commas.csv --yes',
    'help-documents withdraw 3 --yes',
    'centres delete FR152 --yes',
    'centres import fixtures/one-of-each.xlsx --partial --yes --pins-out new-user-pins-2.xlsx',
    `centres import '${roster}' --partial --yes --pins-out new-user-pins-3.xlsx`,
    'centres imports undo 3 --yes',
    "centres edit EG001 --name 'Nile Academy' --yes",
    "centres edit EG002 --name 'Delta Academy' --yes",
    "centres edit CA001 --name 'Nile Associates' --yes",
  ],
  [
    '2026-03-03T15:30Z',
    'users suspend mariam.abdallah@el-nour.example --yes',
    'coordinator suspend EG002 --yes',
    "users add 'Nadia Benali <nadia@school.example>' 'Wei 张 <wei@school.example>' --centre EG002 --admin",
    'users remove user-102@ar0030.school.example --yes',
    'users delete user-138@ar0030.school.example --suspend --yes',
  ],
  [
    '2026-03-04T14:30Z',
    `users reset-password omar@school.example huda@school.example --yes ${noServer}`,
    `users reset-password tarek.fawzy@el-nour.example --yes ${noServer}`,
    "! update outbox set state = 'failed', last_error = '550 5.1.1 <tarek.fawzy@el-nour.example>: recipient address rejected: user unknown in virtual mailbox table' where id = (select max(id) from outbox)",
    'users delete huda@school.example --as omar@school.example --yes',
  ],
]

/** The rows of June's entries, two of which cannot be so. */
const entries = `Centre number,Series,Component,Candidates
EG001,2026-06,0500/12,31
EG001,2026-06,0520/42,8
EG003,2026-06,0500/12,112
GB999,2026-06,0500/12,4
FR152,2026-06,0500/12,19
`

const rows = `Centre number,Centre name,Country,Town,Email,First name,Last name
TR990,İzmir Özel Çağdaş Eğitim Anadolu Lisesi,Türkiye,İzmir,sibel@cagdas.example,Sibel,Yıldırım
PL991,Międzynarodowa Szkoła Podstawowa im. Świętej Jadwigi Królowej,Poland,Łódź,jadwiga@swieta.example,Jadwiga,Źrebięcka
PL991,,Poland,Łódź,jadwiga@,Jadwiga,Źrebięcka
`

let made: Promise<{ folder: string; rows: KeptRows | undefined }> | undefined

/** A hub as it is on an ordinary Thursday, in a world of its own: made once, and copied. @param under where its folder is */
export async function ordinaryThursday(under: string): Promise<World> {
  made ??= makeThursday(under)
  const { folder, rows } = await made
  const world = newWorld(new Date(now), under)
  cpSync(folder, world.folder, { recursive: true, verbatimSymlinks: true })
  await world.ready()
  if (testServer !== undefined && rows !== undefined) await putRows(testServer, rows)
  const unfinished = world.path('.new-user-pins-2-desk-4021-77-a1b2c3d4e5f6.part.xlsx')
  await world.rows(`insert into pin_sheets_owed (unfinished, import_id) values ('${unfinished}', 2)`)
  return world
}

/** @returns the folder in which it lies, and what is in its store where that is on a server */
async function makeThursday(under: string): Promise<{ folder: string; rows: KeptRows | undefined }> {
  const world = newWorld(undefined, under)
  await world.withoutStore()
  process.once('exit', () => rmSync(world.folder, { recursive: true, force: true }))
  symlinkSync(fileURLToPath(new URL('../fixtures', import.meta.url)), world.path('fixtures'))
  writeFileSync(world.path('entries-of-june.csv'), entries)
  writeFileSync(world.path(roster), rows)
  for (const [at, ...lines] of weeks) {
    world.setClock(at)
    for (const line of lines) await happens(world, line)
  }
  await world.closeStore()
  return { folder: world.folder, rows: testServer === undefined ? undefined : await keepRows(testServer) }
}

/** Exits of what was done, held-back rows and waiting messages too, and of what is refused to somebody. */
const exits = [0, 5, 8, 9]

async function happens(world: World, line: string): Promise<void> {
  if (line.startsWith('! ')) {
    await world.rows(line.slice(2))
    return
  }
  const { argv } = typedExample(`ssh-admin ${line}`)
  const { exit, stderr } = await world.run(argv)
  if (!exits.includes(exit)) throw new Error(`${line} ends with ${exit}: ${stderr}`)
}
