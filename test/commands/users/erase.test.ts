import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appendAudit } from '../../../src/rules/audit/append.ts'
import { holding } from '../../holding.ts'
import { storedText } from '../../stored-text.ts'
import { newWorld, type World } from '../../world.ts'

const zaid = 'zaid.mansour@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'amira@school.example' })
  await world.user(zaid, { centre: 'EG001', firstName: 'Zaid', lastName: 'Mansour', hubRole: 'admin' })
})
afterEach(() => world.close())

async function deleteZaid(): Promise<void> {
  expect((await world.run(['users', 'edit', zaid, '--first-name', 'Zaidoun', '--yes'])).exit).toBe(0)
  expect((await world.run(['users', 'reset-password', zaid, '--yes'])).exit).toBe(0)
  await world.run(['users', 'suspend', 'amira@school.example', '--as', zaid, '--yes'])
  expect((await world.run(['users', 'delete', zaid, '--suspend', '--yes'])).exit).toBe(0)
}

/** The store and every byte of what lies beside it. */
async function everything(): Promise<string> {
  const files = readdirSync(world.folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'latin1'))
  return [...files, await storedText(world)].join('\n').toLowerCase()
}

describe('ssh-admin users erase', () => {
  it('leaves neither name nor address anywhere, and the log whole', async () => {
    await deleteZaid()
    await world.closeStore()
    expect(await everything()).toContain('zaid')

    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.stderr).toBe('')
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({
      erased: { accounts: 1, messages: 1, files: 1 },
      left: expect.arrayContaining(['backups of the store']),
      changed: true,
    })
    expect(await everything()).not.toMatch(/zaid|mansour/)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
    const events = await world.run(['audit', 'list', '--action', 'users.erased', '--json'])
    expect(events.json()).toMatchObject({ total: 1, events: [{ subject: null }] })
  })

  it('knows an address however its domain is written', async () => {
    const address = 'zaid@bücher.example'
    await world.run(['users', 'list', '--as', address])
    const adding = ['users', 'add', `Zaid Mansour <${address}>`, '--centre', 'EG001', '--yes']
    expect(await world.run(adding)).toMatchObject({ exit: 0 })
    expect((await world.run(['users', 'delete', address, '--suspend', '--yes'])).exit).toBe(0)
    expect((await world.run(['users', 'erase', address, '--yes'])).exit).toBe(0)
    const { events } = (await world.run(['audit', 'list', '--json'])).json()
    expect(JSON.stringify(events)).not.toMatch(/bücher|xn--/)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('says in a pipe, too, what it does not reach', async () => {
    await deleteZaid()
    const ran = await world.run(['users', 'erase', zaid, '--yes'])
    expect(ran.stdout).toMatch(/^1\t\d+\t1\t1\n$/)
    expect(ran.stderr).toContain('backups of the store')
  })

  it('erases every deleted account of the address', async () => {
    await deleteZaid()
    await world.user(zaid, { centre: 'EG001', firstName: 'Zaid', lastName: 'Mansour' })
    expect((await world.run(['users', 'delete', zaid, '--suspend', '--yes'])).exit).toBe(0)
    const ran = await world.run(['users', 'erase', zaid.toUpperCase(), '--yes', '--json'])
    expect(ran.json()).toMatchObject({ erased: { accounts: 2 } })
  })

  it('is for good: neither restoring nor taking an import back makes an account of it', async () => {
    const fixture = (name: string) => new URL(`../../../fixtures/${name}`, import.meta.url).pathname
    const imports = ['centres', 'import', '--yes', '--pins-out']
    await world.run([...imports, 'first.xlsx', fixture('centres.xlsx')])
    const next = [fixture('centres-next-term.xlsx'), '--delete-user', 'kenta.yamazaki@sakuragaoka.example']
    await world.run([...imports, 'next.xlsx', ...next])
    expect((await world.run(['users', 'erase', 'kenta.yamazaki@sakuragaoka.example', '--yes'])).exit).toBe(0)

    const deleted = await world.run(['users', 'list', '--deleted', '--json'])
    const [{ email: nobody }] = deleted.json().users
    const undone = await world.run(['centres', 'imports', 'undo', '2', '--yes', '--json'])
    expect(undone.json()).toMatchObject({
      undone: { usersRestored: 0 },
      left: expect.arrayContaining([{ what: nobody, reason: 'erased' }]),
    })
    const restored = await world.run(['users', 'restore', nobody, '--json'])
    expect(restored.exit).toBe(3)
    expect(restored.error().code).toBe('erased')
    expect((await world.run(['users', 'exists', nobody])).exit).toBe(4)
  })

  it('is for deleted users', async () => {
    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.exit).toBe(3)
    expect(ran.error()).toMatchObject({
      code: 'not-deleted',
      hint: `ssh-admin users delete ${zaid} --suspend`,
    })
  })

  it('knows nobody by an address that no account had', async () => {
    const ran = await world.run(['users', 'erase', 'nobody@school.example', '--yes', '--json'])
    expect(ran.exit).toBe(4)
  })

  it('changes nothing in a rehearsal', async () => {
    await deleteZaid()
    const ran = await world.run(['users', 'erase', zaid, '--dry-run', '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    expect(ran.json()).toMatchObject({ dryRun: true, erased: { accounts: 1 } })
    expect((await world.run(['users', 'erase', zaid, '--dry-run'])).exit).toBe(0)
  })

  it('needs an answer where nobody can be asked', async () => {
    await deleteZaid()
    const ran = await world.run(['users', 'erase', zaid, '--json'])
    expect(ran.exit).toBe(2)
    expect(ran.error().code).toBe('answer-needed')
  })

  it('names the messages to others that it leaves', async () => {
    await deleteZaid()
    mkdirSync(world.mailFolder, { recursive: true })
    const other = `${world.mailFolder}/other.eml`
    writeFileSync(other, `To: amira@school.example\r\nSubject: x\r\n\r\nAsk ${zaid}\r\n`)
    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.json().left.join()).toContain('other.eml')
    expect(existsSync(other)).toBe(true)
  })

  it('is not known by the address any more once the store has a new key', async () => {
    await world.run(['users', 'delete', zaid, '--suspend', '--yes'])
    expect((await world.run(['users', 'erase', zaid, '--yes'])).exit).toBe(0)
    expect((await world.run(['store', 'rekey', '--yes'])).exit).toBe(0)
    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect([ran.exit, ran.error().hint]).toEqual([4, expect.stringContaining('under an earlier key')])
  })

  it('is unchanged the second time', async () => {
    await deleteZaid()
    expect((await world.run(['users', 'erase', zaid, '--yes'])).exit).toBe(0)
    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({
      changed: false,
      erased: { accounts: 0, events: 0, messages: 0, files: 0 },
    })
    const events = await world.run(['audit', 'list', '--action', 'users.erased', '--json'])
    expect(events.json()).toMatchObject({ total: 1 })
  })

  it('takes along what names them since, and is unchanged after that', async () => {
    await deleteZaid()
    expect((await world.run(['users', 'erase', zaid, '--yes'])).exit).toBe(0)
    await world.run(['users', 'suspend', zaid, '--as', 'amira@school.example', '--yes'])
    expect(await everything()).toContain(zaid)
    const again = (await world.run(['users', 'erase', zaid, '--yes', '--json'])).json()
    expect(again).toMatchObject({ changed: true, erased: { accounts: 0, events: 1 } })
    expect(await everything()).not.toContain(zaid)
    expect((await world.run(['users', 'erase', zaid, '--yes', '--json'])).json().changed).toBe(false)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('reaches a former address of somebody whose erasure did not take it along yet', async () => {
    const former = 'zaid.before@old.example'
    await world.run(['users', 'suspend', former, '--as', 'amira@school.example', '--yes'])
    const { db } = await world.store()
    await db
      .insertInto('outbox')
      .values({
        message_id: 'm',
        to_address: 'amira@school.example',
        to_name: 'Amira',
        letter: 'address-changed',
        subject: `About ${former}`,
        fields: '{}',
        state: 'sent',
        created_at: world.now.toISOString(),
      })
      .execute()
    expect((await world.run(['users', 'erase', former, '--dry-run'])).exit).toBe(0)
    const ran = await world.run(['users', 'erase', former, '--yes', '--json'])
    expect(ran.json()).toMatchObject({ changed: true, erased: { accounts: 0, events: 1, messages: 0 } })
    expect(await world.rows('select subject from outbox')).toEqual([{ subject: 'About (erased)' }])
    await world.closeStore()
    expect(await everything()).not.toContain('zaid.before')
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
    expect((await world.run(['users', 'erase', former, '--yes'])).exit).toBe(4)
  })

  it('keeps in its event what it could not reach, and no address', async () => {
    await deleteZaid()
    mkdirSync(world.mailFolder, { recursive: true })
    writeFileSync(`${world.mailFolder}/${zaid}.eml`, `To: amira@school.example\r\n\r\nAsk ${zaid}\r\n`)
    expect((await world.run(['users', 'erase', zaid, '--yes'])).exit).toBe(0)
    const { events } = (await world.run(['audit', 'list', '--action', 'users.erased', '--json'])).json()
    expect(events[0].details.left).toEqual(['a message to somebody else that names them: (erased).eml'])
  })

  it('takes former addresses along: refusals, letters of others, written messages and names of files', async () => {
    const former = 'zaid.before@old.example'
    await world.user(former, { centre: 'EG001', firstName: 'Zaid', lastName: 'Mansour', hubRole: 'teacher' })
    await world.user('x-zaid.before@old.example', { centre: 'EG001', firstName: 'Other' })
    // A refusal that names the address before anybody had it, and is about no account.
    const adding = ['users', 'add', 'Nobody <zaid.new@old.example>', '--centre', 'EG001', '--yes']
    expect((await world.run([...adding, '--as', former])).exit).toBe(5)
    const editing = ['users', 'edit', former, '--email', 'zaid.new@old.example', '--yes']
    expect(await world.run(editing)).toMatchObject({ exit: 0 })
    const { db } = await world.store()
    const fields = JSON.stringify({ text: `${former} and x-${former}` })
    await db
      .insertInto('outbox')
      .values({
        message_id: 'm',
        to_address: 'amira@school.example',
        to_name: 'Amira',
        letter: 'address-changed',
        subject: `About ${former}`,
        fields,
        last_error: `550 ${former} is unknown here`,
        state: 'sent',
        created_at: world.now.toISOString(),
      })
      .execute()
    const list = `list-${former}.csv`
    writeFileSync(
      world.path(list),
      'Centre number,Centre name,Email,Country\nEG900,Nile,nile@new.example,Egypt\n',
    )
    expect((await world.run(['centres', 'import', list, '--yes'])).exit).toBe(0)
    // As an earlier build may have noted them.
    await db.updateTable('imports').set({ actor: former.toUpperCase() }).execute()
    const words = { subject: 'Reset', text: 'Reset', html: '<p></p>', edited_at: world.now.toISOString() }
    await db
      .insertInto('templates')
      .values({ name: 'password-reset', ...words, edited_by: former })
      .execute()
    const theirs = `${world.mailFolder}/theirs.eml`
    mkdirSync(world.mailFolder, { recursive: true })
    writeFileSync(theirs, `To: ${former}\r\nSubject: x\r\n\r\nHello\r\n`)
    const deleting = ['users', 'delete', 'zaid.new@old.example', '--suspend', '--yes']
    expect((await world.run(deleting)).exit).toBe(0)

    expect((await world.run(['users', 'erase', 'zaid.new@old.example', '--yes'])).exit).toBe(0)
    expect(existsSync(theirs)).toBe(false)
    const rows = await db
      .selectFrom('outbox')
      .select(['subject', 'fields', 'last_error'])
      .where('message_id', '=', 'm')
      .execute()
    expect(rows).toEqual([
      {
        subject: 'About (erased)',
        fields: JSON.stringify({ text: `(erased) and x-${former}` }),
        last_error: '550 (erased) is unknown here',
      },
    ])
    expect(await db.selectFrom('imports').select(['file', 'sheet', 'actor']).execute()).toEqual([
      { file: 'list-(erased).csv', sheet: 'list-(erased)', actor: '(erased)' },
    ])
    expect(await db.selectFrom('templates').select('edited_by').execute()).toEqual([
      { edited_by: '(erased)' },
    ])
    const values = await db.selectFrom('audit_personal').select('value').execute()
    expect(JSON.stringify(values)).not.toMatch(/zaid\.(before|new)@old/)
    expect((await world.run(['users', 'exists', `x-${former}`])).exit).toBe(0)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('names where both their names stand, which somebody has typed, and reaches all else to the last byte', async () => {
    writeFileSync(
      world.path('roster.csv'),
      `Centre number,Centre name,Email,First name,Last name\nEG001,Centre EG001,qz.mark@old.example,Qzfirst,Qzlást\n`,
    )
    const [former, email] = ['qz.mark@old.example', 'qz.mark@new.example']
    for (const line of [
      ['centres', 'import', 'roster.csv', '--partial', '--send-mail', '--pins-out', 'pins.csv'],
      ['users', 'edit', former, '--first-name', 'Qzbefore', '--add-site', 'cambridge-primary'],
      ['users', 'edit', former, '--first-name', 'Qzfirst', '--email', email],
      ['account', 'request', email],
      ['account', 'sign-in', email],
      ['users', 'list', '--as', email],
      ['users', 'suspend', zaid, '--as', email],
      ['templates', 'preview', 'invitation', '--to', email],
      ['mail', 'list', '--to', email],
    ])
      await world.run([...line, ...(/list|account/.test(line.join()) ? [] : ['--yes'])], {
        stdin: 'wrong one\n',
      })
    await world.rows(`update outbox set state = 'failed' where id = 1`)
    await holding(world, zaid, { group: 'Qzfirst Qzlást 7B' })
    writeFileSync(world.path('guide.txt'), 'Ask the office.')
    for (const [noun, title] of [
      ['resources', 'Guide by Qzlást, Qzfirst'],
      ['resources', 'Guide by another Qzlást'],
      ['help-documents', 'Help of Qzfirst  Qzlást'],
    ]) {
      const more = noun === 'resources' ? ['--kind', 'other', '--series', '2026-06'] : []
      const upload = [noun ?? '', 'upload', 'guide.txt', '--title', title ?? '', ...more, '--yes']
      expect((await world.run(upload)).exit).toBe(0)
    }
    expect((await world.run(['users', 'delete', email, '--suspend', '--yes'])).exit).toBe(0)
    const { left } = (await world.run(['users', 'erase', email, '--yes', '--json'])).json()
    const named = left.filter((one: string) => one.includes('names them'))
    expect(named.map((one: string) => one.replace(/row \d+/, 'row N'))).toEqual([
      'resource 1, which names them or a namesake',
      'help document 1, which names them or a namesake',
      ...Array(2).fill(
        'row N of the audit log: a title or the name of a file, which names them or a namesake',
      ),
      'a learner group, test or result at centre EG001, which names them or a namesake',
    ])
    expect(await world.rows(`select state from outbox where state = 'failed'`)).toEqual([])
    expect(await storedText(world)).not.toMatch(/qz\.mark|qzbefore/i)
    expect(existsSync(world.mailFolder) ? readdirSync(world.mailFolder) : []).toEqual([])
  })

  it('names the template, the centre and the row of before that still name them, and takes a file of results along', async () => {
    await deleteZaid()
    const { db } = await world.store()
    await db
      .insertInto('templates')
      .values({
        name: 'password-reset',
        subject: 'Reset',
        text: `Ask ${zaid}.`,
        html: '<p></p>',
        edited_at: world.now.toISOString(),
        edited_by: 'staff',
      })
      .execute()
    await db
      .updateTable('centres')
      .set({ address: `c/o ${zaid}` })
      .where('number', '=', 'EG001')
      .execute()
    const file = `results-${zaid}.csv`
    const heading = 'Teacher,Site,Learner group,Stage,Subject,Test,Taken on,Learner,Mark'
    const row = 'amira@school.example,Cambridge Primary,4A,4,English,Paper 1,2026-03-01,Nour,7'
    writeFileSync(world.path(file), `${heading}\n${row}\n`)
    expect(await world.run(['progression-tests', 'import', file, '--yes'])).toMatchObject({ exit: 0 })
    const before = await db
      .selectFrom('audit')
      .select(({ fn }) => fn.max('id').as('id'))
      .executeTakeFirstOrThrow()
    await world.commit(
      (ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'progression-tests.imported', facts: { file } }),
    )
    const document = `help of ${zaid}.pdf`
    writeFileSync(world.path(document), 'help')
    for (const line of [
      ['resources', 'upload', document, '--title', 'Text', '--kind', 'other', '--series', '2026-06'],
      ['help-documents', 'upload', document, '--title', 'Help'],
      ['help-documents', 'upload', document, '--title', 'Other'],
    ])
      expect(await world.run([...line, '--yes'])).toMatchObject({ exit: 0 })
    await db
      .updateTable('help_document_versions')
      .set({ file: 'help.pdf' })
      .where('document_id', '=', 2)
      .execute()
    await db
      .insertInto('releases')
      .values({
        name: `For ${zaid}`,
        state: 'draft',
        opens: world.now.toISOString(),
        closes: null,
        created_at: world.now.toISOString(),
        released_at: null,
        withdrawn_at: null,
      })
      .execute()
    await world.user('keeper@school.example', { centre: 'EG001' })
    await holding(world, 'keeper@school.example', { group: `4B of ${zaid}` })
    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.json().left).not.toContain('help document 2, which names them or a namesake')
    expect(ran.json().left).toEqual(
      expect.arrayContaining([
        'the template password-reset, which names them or a namesake',
        'the entry of centre EG001, which names them or a namesake',
        'resource 1, which names them or a namesake',
        'help document 1, which names them or a namesake',
        'release 1, which names them or a namesake',
        `row ${before.id + 1} of the audit log: a title or the name of a file, which names them or a namesake`,
        'a learner group, test or result at centre EG001, which names them or a namesake',
      ]),
    )
    const events = await db.selectFrom('audit').selectAll().where('id', '=', before.id).execute()
    const values = await db
      .selectFrom('audit_personal')
      .selectAll()
      .where('audit_id', '=', before.id)
      .execute()
    expect(events.map(({ action }) => action)).toEqual(['progression-tests.imported'])
    expect(JSON.stringify([events, values.map(({ value }) => value)])).not.toContain(zaid)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('empties the name of the file of a report, and names the row of one from before', async () => {
    const file = `${zaid} list.csv`
    writeFileSync(world.path(file), 'Centre number,Centre name,Country,Email\nEG001,,,amira@school.example\n')
    const imported = await world.run(['centres', 'import', world.path(file), '--report', 'r.html', '--yes'])
    expect(imported.exit, imported.stderr).toBe(0)
    await world.commit(
      (ctx) => (trx) => appendAudit(trx, { ...ctx, action: 'centres.imports.reported', facts: { file } }),
    )
    await deleteZaid()
    const { left } = (await world.run(['users', 'erase', zaid, '--yes', '--json'])).json()
    expect(left).toContainEqual(
      expect.stringMatching(/^row \d+ of the audit log: a title or the name of a file/),
    )
    const listed = await world.run(['audit', 'list', '--action', 'centres.imports.reported', '--json'])
    const files = listed.json().events.map(({ details }: { details: { file: unknown } }) => details.file)
    expect(files).toEqual([file, null])
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('never makes Cambridge staff of whoever did something and was erased since', async () => {
    await world.run(['users', 'suspend', 'nobody@elsewhere.example', '--as', zaid, '--yes'])
    await deleteZaid()
    expect((await world.run(['users', 'erase', zaid, '--yes'])).exit).toBe(0)
    const refused = ['audit', 'list', '--kind', 'refusal']
    expect((await world.run([...refused, '--json'])).json().events).toMatchObject([
      { actor: '(erased)' },
      { actor: '(erased)' },
    ])
    expect((await world.run([...refused, '--actor', 'staff', '--json'])).json().total).toBe(0)
    expect((await world.run([...refused, '--actor', '(erased)', '--json'])).json().total).toBe(2)
    await world.run(['users', 'suspend', 'nobody@elsewhere.example', '--as', 'amira@school.example', '--yes'])
    expect((await world.run([...refused, '--actor', '(erased)', '--json'])).json().total).toBe(2)
    const shown = (await world.run(refused, { terminal: { columns: 200 } })).stdout
    expect(shown).toContain('somebody who was erased was refused')
  })

  it('leaves what names a former address to whoever has it now', async () => {
    const former = 'office@old.example'
    await world.user(former, { centre: 'EG001', firstName: 'Zaid', lastName: 'Mansour', hubRole: 'teacher' })
    expect((await world.run(['users', 'edit', former, '--email', 'gone@old.example', '--yes'])).exit).toBe(0)
    await world.user(former, { centre: 'EG001', firstName: 'Mona', lastName: 'Said', hubRole: 'teacher' })
    expect((await world.run(['users', 'reset-password', former, '--yes'])).exit).toBe(0)
    expect((await world.run(['users', 'delete', 'gone@old.example', '--suspend', '--yes'])).exit).toBe(0)
    expect((await world.run(['users', 'erase', 'gone@old.example', '--yes'])).exit).toBe(0)
    const { db } = await world.store()
    const messages = await db.selectFrom('outbox').select('letter').where('to_address', '=', former).execute()
    expect(messages.map(({ letter }) => letter)).toEqual(['password-reset'])
  })
})
