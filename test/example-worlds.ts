import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pinOf, printedPin } from '../src/rules/credentials/derive.ts'
import { ordinaryThursday } from './ordinary-thursday.ts'
import { newWorld, type World } from './world.ts'

type Prepare = (world: World) => Promise<unknown>

const amira = 'amira@school.example'

/** What must be so before the example of a command, beyond `smallWorld`. */
const situations: Readonly<Record<string, Prepare>> = {
  'centres apply': (world) =>
    world.run(['centres', 'import', 'fixtures/centres-next-term.xlsx', '--plan-out', 'autumn.plan']),
  'centres restore': (world) => world.run(['centres', 'delete', 'EG001', '--yes']),
  'users restore': (world) => world.run(['users', 'suspend', amira, '--yes']),
  batch: async (world) => {
    writeFileSync(world.path('changes.txt'), `users suspend ${amira}\nusers suspend omar@school.example\n`)
  },
  'users pin': writePin,
  'users transfer': takeTests,
  'progression-tests list': takeTests,
  'coordinator restore': (world) => world.run(['coordinator', 'suspend', 'EG001', '--yes']),
  'associates assign': addRana,
  'associates unassign': async (world) => {
    await addRana(world)
    await world.run(['associates', 'assign', 'rana@associate.example', 'CA101', 'CA102'])
  },
  'roles revoke': (world) => world.run(['roles', 'grant', amira, 'access-to-scripts']),
  'resources show': uploadListening,
  'resources download': uploadListening,
  'resources withdraw': uploadListening,
  'resources restore': async (world) => {
    await uploadListening(world)
    await world.run(['resources', 'withdraw', '1', '--yes'])
  },
  'entries list': async (world) => {
    await world.run(['entries', 'import', 'fixtures/entries.csv', '--yes'])
  },
  'releases create': uploadListening,
  'releases list': release,
  'releases show': release,
  'releases edit': release,
  'releases publish': release,
  'releases withdraw': release,
  'releases authorisations': release,
  'help-documents list': uploadHelp,
  'help-documents download': uploadHelp,
  'help-documents replace': uploadHelp,
  'help-documents withdraw': uploadHelp,
  'key-times apply': async (world) => {
    await world.run(['key-times', 'import', 'fixtures/key-times.csv', '--plan-out', 'changes.plan'])
  },
  'entries apply': async (world) => {
    await world.run(['entries', 'import', 'fixtures/entries.csv', '--plan-out', 'changes.plan'])
  },
  'key-times list': importKeyTimes,
  'key-times show': importKeyTimes,
  'key-times edit': importKeyTimes,
  'account activate': writePin,
  'account set-up': async (world) => {
    await world.run(['users', 'add', 'Nour Salem <nour@school.example>', '--centre', 'EG001'])
    await world.run(['users', 'delete', amira, '--suspend', '--yes'])
    await world.run([
      'users',
      'add',
      `Amira Haddad <${amira}>`,
      ...'--centre EG001 --role exams-officer'.split(' '),
    ])
    const link = inLetter(world, /[?&](?:token|link|t)=([\w.-]+)|\/set-up\/([\w.-]+)/)
    const temporary = inLetter(world, /\b(\w{4}-\w{4}-\w{4}-\w{4})\b/)
    writeFileSync(world.path('link-and-password.txt'), `${link}\n${password}\n`)
    writeFileSync(world.path('temporary-and-new-password.txt'), `${temporary}\n${password}\n`)
  },
  'account verify': async (world) => {
    await writePin(world)
    await activate(world)
    writeFileSync(world.path('code.txt'), `${inLetter(world, /\b(\d{6})\b/)}\n`)
  },
  'account sign-in': async (world) => {
    await writePin(world)
    await activate(world)
    await world.run(['account', 'verify', amira], { stdin: `${inLetter(world, /\b(\d{6})\b/)}\n` })
    writeFileSync(world.path('password.txt'), `${password}\n`)
  },
  'config edit': async (world) => {
    writeFileSync(world.path('config.json'), '{ "mailFrom": "hub@school.example" }')
  },
  'templates edit': async (world) => {
    const { stdout } = await world.run(['templates', 'show', 'invitation'])
    writeFileSync(world.path('invitation.txt'), stdout.replace(/Dear/g, 'Hello'))
  },
  'templates reset': async (world) => {
    const { stdout } = await world.run(['templates', 'show', 'invitation'])
    await world.run(['templates', 'edit', 'invitation', '--from', '-'], { stdin: `${stdout}\nUntil soon.\n` })
  },
  'users erase': async (world) => {
    await world.user('zaid@school.example', { centre: 'EG001' })
    await world.run(['users', 'delete', 'zaid@school.example', '--suspend', '--yes'])
  },
  'mail show': (world) => world.run(['users', 'reset-password', amira, '--yes']),
  'mail send': queueAMessage,
  'mail cancel': queueAMessage,
  'store init': async () => undefined,
  'store restore': async (world) => {
    await world.run(['store', 'backup', 'hub-backup.db'])
    await world.closeStore()
  },
}

const password = 'a quiet afternoon in Aswan'

interface Example {
  words: string
  example: string
  /** Where the folder of the world is. */
  under?: string
}

/** A world of its own for one example, in which it can be typed as it stands. */
export async function worldFor({ words, example, under }: Example): Promise<World> {
  const world = newWorld(undefined, under)
  symlinkSync(fileURLToPath(new URL('../fixtures', import.meta.url)), world.path('fixtures'))
  const named = layFilesFor(world, { words, example })
  if (words === 'store init' || words === 'seed') return world
  if (named > 0 || /\bimports?\b|\bpins\b|\bapply\b/.test(words)) await importFixtures(world)
  else await smallWorld(world)
  await prepare(world, { words, example })
  return world
}

/** What somebody has filled in, or has at hand, under the names that the examples say. */
const filledIn: Readonly<Record<string, string>> = {
  'centres.xlsx': 'centres.xlsx',
  'users.xlsx': 'users.xlsx',
  'results.xlsx': 'progression-tests.xlsx',
  'key-times.xlsx': 'key-times.csv',
  'entries.xlsx': 'entries.csv',
  'listening.wav': 'listening.wav',
  'adding-users.pdf': 'users.csv',
}

/** What the example reads. @returns how many files */
function layFilesFor(world: World, { words, example }: Example): number {
  if (words.endsWith(' sample') || words.endsWith(' download')) return 0
  const named = Object.keys(filledIn).filter((file) => example.includes(` ${file}`))
  for (const file of named) symlinkSync(filledInFor(file, example), world.path(file))
  return named.length
}

/** With mistakes where the example is about the rows held back. */
function filledInFor(file: string, example: string): string {
  const isAboutMistakes = /^ssh-admin centres (?:lint|.* --(?:issues-out|report) )/.test(example)
  const fixture = isAboutMistakes ? 'one-of-each.xlsx' : filledIn[file]
  return `fixtures/${fixture}`
}

/** The same on an ordinary Thursday. */
export async function thursdayFor({ words, example, under }: Example & { under: string }): Promise<World> {
  const begins = words === 'store init' || words === 'seed'
  const world = begins ? newWorld(undefined, under) : await ordinaryThursday(under)
  layFilesFor(world, { words, example })
  await prepare(world, { words, example })
  return world
}

async function prepare(world: World, { words, example }: Example): Promise<void> {
  // Not what another command's example makes itself.
  if (example.startsWith(`ssh-admin ${words}`)) await situations[words]?.(world)
}

/** Amira teaches at EG001, Omar administers and Huda coordinates it; CA001 looks after CA101 and CA102. */
async function smallWorld(world: World): Promise<void> {
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'huda@school.example' })
  await world.centre('EG002', { name: 'Delta Academy' })
  await world.centre('CA001', { name: 'Nile Associates', kind: 'associate' })
  for (const number of ['CA101', 'CA102'])
    await world.centre(number, { name: `Nile Centre ${number}`, associate: 'CA001' })
  await world.user(amira, { centre: 'EG001', sites: ['cambridge-primary'] })
  const sites = ['cambridge-primary']
  await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin', firstName: 'Omar', sites })
}

async function importFixtures(world: World): Promise<void> {
  const ran = await world.run([
    'centres',
    'import',
    'fixtures/centres.xlsx',
    '--yes',
    '--pins-out',
    'first-pins.xlsx',
  ])
  if (ran.exit !== 0) throw new Error(`the fixtures cannot be imported: ${ran.stderr}`)
}

async function uploadListening(world: World): Promise<void> {
  if (await hasOne(world, 'resources')) return
  const facts = '--kind listening-audio --series 2026-06 --component 0500/12'.split(' ')
  await world.run(['resources', 'upload', 'fixtures/listening.wav', '--title', 'Listening', ...facts])
}

async function release(world: World): Promise<void> {
  if (await hasOne(world, 'releases')) return
  await uploadListening(world)
  await importKeyTimes(world)
  const opens = ['--opens', 'key-time AM 2026-06-02 - 2h']
  await world.run(['releases', 'create', 'June', '--resource', '1', ...opens, '--for', 'all'])
}

/** On an ordinary Thursday there are some. */
async function hasOne(world: World, table: string): Promise<boolean> {
  return (await world.rows(`select id from ${table} limit 1`)).length > 0
}

async function uploadHelp(world: World): Promise<void> {
  if (await hasOne(world, 'help_documents')) return
  await world.run(['help-documents', 'upload', 'fixtures/commas.csv', '--title', 'How to add users'])
}

async function importKeyTimes(world: World): Promise<void> {
  const ran = await world.run(['key-times', 'import', 'fixtures/key-times.csv', '--yes'])
  if (ran.exit !== 0) throw new Error(`the Key Times cannot be imported: ${ran.stderr}`)
}

/** Amira's learner groups. */
async function takeTests(world: World): Promise<void> {
  const sat = (group: string, test: string) =>
    ['Anna', 'Bülent', 'Nguyễn Thị Phương Thảo'].map(
      (learner, at) =>
        `${amira},cambridge-primary,${group},5,Mathematics,${test},2026-02-1${at},${learner},3${at}`,
    )
  const headings = 'Teacher email,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
  const results = [
    headings,
    ...sat('5 B', 'Paper 1'),
    ...sat('Klasse 5 – Förderstunde · الصف الخامس', 'Geometry and measure'),
  ]
  writeFileSync(world.path('results.csv'), results.join('\n'))
  await world.run(['progression-tests', 'import', 'results.csv', '--yes'])
}

async function addRana(world: World): Promise<void> {
  await world.user('rana@associate.example', { centre: 'CA001', hubRole: 'coordinator', firstName: 'Rana' })
}

async function queueAMessage(world: World): Promise<void> {
  // Nobody listens there, so that the message waits.
  await world.run(['users', 'reset-password', amira, '--yes', '--smtp', 'smtp://127.0.0.1:9?ignoreTLS=true'])
}

async function writePin(world: World): Promise<void> {
  const { db, keys } = await world.store()
  const nonce = Buffer.alloc(16, 7)
  const issued = { pin_nonce: nonce, pin_state: 'issued', pin_issued_at: world.now.toISOString() } as const
  await db
    .updateTable('users')
    .set({ ...issued, status: 'invited' })
    .where('email_key', '=', amira)
    .execute()
  const pin = printedPin(pinOf(keys().pin, nonce))
  writeFileSync(world.path('pin-and-password.txt'), `${pin}\n${password}\n`)
}

async function activate(world: World): Promise<void> {
  const stdin = readFileSync(world.path('pin-and-password.txt'), 'utf8')
  await world.run(['account', 'activate', amira], { stdin })
}

/** The first match in what was written to anybody, newest letter first. */
function inLetter(world: World, pattern: RegExp): string {
  const folder = world.mailFolder
  for (const name of readdirSync(folder).sort().reverse()) {
    const text = readFileSync(join(folder, name), 'utf8')
      .replace(/=\r?\n/g, '')
      .replaceAll('=3D', '=')
    const found = pattern.exec(text.slice(text.indexOf('\r\n\r\n')))
    if (found) return found[1] ?? found[2] ?? ''
  }
  throw new Error(`no letter holds ${pattern}`)
}
