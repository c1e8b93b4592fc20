import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const teacher = ['--as', 'teacher@school.example']

let world: World
let id: string
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user('teacher@school.example', { centre: 'EG001' })
  await world.user('invited@school.example', { centre: 'EG001', status: 'invited' })
  for (const text of ['first', 'second']) writeFileSync(world.path(`${text}.txt`), text)
  const argv = ['help-documents', 'upload', 'first.txt', '--title', 'Adding users', '--json']
  id = String((await world.run(argv)).json().helpDocuments[0].id)
})
afterEach(() => world.close())

const listed = async (...more: string[]) =>
  (await world.run(['help-documents', 'list', '--json', ...more])).json().helpDocuments

describe('help documents', () => {
  it('are read by everybody who can sign in, and by nobody else', async () => {
    expect(await listed(...teacher)).toMatchObject([{ title: 'Adding users', version: 1 }])
    await world.run(['help-documents', 'download', id, '--out', 'back.txt', ...teacher])
    expect(readFileSync(world.path('back.txt'), 'utf8')).toBe('first')
    const argv = ['help-documents', 'list', '--as', 'invited@school.example']
    expect(await world.run(argv)).toMatchObject({ exit: 5 })
  })

  it('are uploaded, replaced and withdrawn by Cambridge staff alone', async () => {
    for (const argv of [
      ['upload', 'second.txt', '--title', 'Other'],
      ['replace', id, 'second.txt'],
      ['withdraw', id],
    ])
      expect(await world.run(['help-documents', ...argv, '--yes', ...teacher])).toMatchObject({ exit: 5 })
  })

  it('keep what was replaced in their history', async () => {
    const argv = ['help-documents', 'replace', id, 'second.txt', '--yes', '--json']
    expect((await world.run(argv)).json()).toMatchObject({
      helpDocuments: [{ version: 2, file: 'second.txt', outcome: 'replaced' }],
    })
    expect((await world.run(argv)).json()).toMatchObject({ helpDocuments: [{ changed: false }] })
    expect(await listed('--history')).toMatchObject([{ version: 2 }, { version: 1, file: 'first.txt' }])
    expect(await listed(...teacher)).toMatchObject([{ version: 2 }])
    const refused = await world.run(['help-documents', 'list', '--history', '--json', ...teacher])
    expect([refused.exit, refused.error().message]).toEqual([
      5,
      'teacher@school.example may not see what has been replaced: it is for Cambridge staff.',
    ])
    expect(refused.error().hint).toBe('ssh-admin help-documents list --as teacher@school.example')
    const { events } = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(events).toMatchObject([{ action: 'help-documents.list', actor: 'teacher@school.example' }])
  })

  it('say of each version when it was uploaded and when another took its place', async () => {
    const [first] = await listed()
    const dates = []
    for (const [day, file] of ['second.txt', 'first.txt'].entries()) {
      world.setClock(`2026-04-0${day + 1}T09:00:00.000Z`)
      const { helpDocuments } = (
        await world.run(['help-documents', 'replace', id, file, '--yes', '--json'])
      ).json()
      dates.push(helpDocuments[0].replacedAt)
    }
    const [second, third] = dates
    expect(new Set([first.createdAt, second, third]).size).toBe(3)
    expect(await listed('--history')).toMatchObject([
      { version: 3, createdAt: third, replacedAt: null },
      { version: 2, createdAt: second, replacedAt: third },
      { version: 1, createdAt: first.createdAt, replacedAt: second },
    ])
    expect(await listed()).toMatchObject([{ version: 3, createdAt: first.createdAt, replacedAt: third }])
  })

  it('are seen by staff alone once they are withdrawn', async () => {
    await world.run(['help-documents', 'withdraw', id, '--yes'])
    expect(await listed()).toMatchObject([{ status: 'withdrawn' }])
    expect(await listed(...teacher)).toEqual([])
    const download = ['help-documents', 'download', id, '--out', 'back.txt']
    expect(await world.run([...download, ...teacher])).toMatchObject({ exit: 5 })
    expect(await world.run([...download, '--yes'])).toMatchObject({ exit: 0 })
    expect(await world.run(['help-documents', 'replace', id, 'second.txt', '--yes'])).toMatchObject({
      exit: 3,
    })
  })

  it('are refused to others alike where they are withdrawn and where they are not there, and the log says so', async () => {
    await world.run(['help-documents', 'withdraw', id, '--yes'])
    const refused = async (number: string) => {
      const ran = await world.run([
        'help-documents',
        'download',
        number,
        '--out',
        'x.txt',
        '--json',
        ...teacher,
      ])
      return { exit: ran.exit, ...ran.error() }
    }
    const withdrawn = await refused(id)
    expect(withdrawn).toMatchObject({ exit: 5, code: 'not-permitted' })
    expect(await refused('99')).toEqual(withdrawn)
    const argv = ['audit', 'list', '--kind', 'refusal', '--fields', 'action,subject,actor']
    expect((await world.run(argv)).stdout.trim().split('\n')).toEqual(
      ['99', id].map((one) => `help-documents.download\thelp document ${one}\tteacher@school.example`),
    )
  })

  it('have a title each', async () => {
    // In whatever letters, also where it is the same file.
    for (const [file, title] of [
      ['second.txt', 'Adding users'],
      ['second.txt', 'adding USERS'],
      ['first.txt', 'adding users'],
    ] as const) {
      const argv = ['help-documents', 'upload', file, '--title', title, '--json']
      expect((await world.run(argv)).error()).toMatchObject({
        code: 'title-in-use',
        message: `Help document ${id} is called 'Adding users' already.`,
      })
    }
  })

  it('of an older store that is called as another but for letter case is meant by its own title alone', async () => {
    await world.run(['help-documents', 'upload', 'second.txt', '--title', 'Other', '--json'])
    await world.tamper(`update help_documents set title = 'ADDING USERS' where title = 'Other'`)
    const again = ['help-documents', 'upload', 'second.txt', '--title', 'ADDING USERS', '--json']
    expect((await world.run(again)).json()).toMatchObject({ helpDocuments: [{ changed: false }] })
  })
})
