import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'
import { importRows, line, living } from './workbook.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await importRows(world, [
    line('EG001', 'amira@a.example'),
    line('EG001', 'omar@a.example'),
    line('PK200', 'zia@a.example'),
  ])
})
afterEach(() => world.close())

const everybody = {
  centres: ['EG001', 'PK200'],
  users: ['amira@a.example', 'omar@a.example', 'zia@a.example'],
}

async function importing(...rows: string[]) {
  writeFileSync(world.path('list.csv'), `${rows.join('\n')}\n`)
  const flags = ['--delete-missing', '--delete-extra', '--yes', '--json']
  return world.run(['centres', 'import', 'list.csv', ...flags])
}

describe('a row that has lost a cell, or has one too many', () => {
  const headings = 'Town,Centre number,First name,Centre name,Email,Country,Role'
  const amira = 'Cairo,EG001,Amira,School EG001,amira@a.example,Egypt,'
  const omar = 'Cairo,EG001,Omar,School EG001,omar@a.example,Egypt,'
  const zia = 'Lahore,PK200,Zia,School PK200,zia@a.example,Egypt,'

  it.each([
    ['a centre whose cells slipped', [amira, omar, ',Lahore,PK200,Zia,School PK200,zia@a.example,Egypt']],
    ['a centre whose number is lost', [amira, omar, 'Lahore,Zia,Khan,Riverside,zia@a.,Egypt,']],
    ['a centre whose number stands for its name', [amira, omar, 'Lahore,11511,Zia,PK200,zia@a.,Egypt,']],
    ['a centre whose number stands for an address', [amira, omar, 'Lahore,EG001,Zia,,PK200,,']],
    ['a person whose cells slipped', [amira, ',Cairo,EG001,Omar,School EG001,omar@a.example,Egypt', zia]],
  ])('deletes nobody: %s', async (_, rows) => {
    const { exit } = await importing(headings, ...rows)
    expect(exit).toBe(8)
    expect(await living(world)).toEqual(everybody)
  })
})

describe('an Associate that is named in its own column', () => {
  const headings = 'Centre number,Centre name,Country,Email,Kind,Associate'
  const associate = (email: string) => `CA001,Delta Associates,Egypt,${email},associate,`
  const member = (email: string) => `AC001,Delta School,Egypt,${email},associate-centre,CA001`
  const others = ['EG001,School EG001,Egypt,amira@a.example,,', 'EG001,School EG001,Egypt,omar@a.example,,']
  const all = [headings, ...others, 'PK200,School PK200,Egypt,zia@a.example,,']

  it('loses who is extra there, though a row of one of its centres is held back', async () => {
    await importing(
      ...all,
      associate('dina@a.example'),
      associate('said@a.example'),
      member('mona@a.example'),
    )
    const { exit, json } = await importing(...all, associate('dina@a.example'), member('mona@'))
    expect(exit).toBe(8)
    expect(json()).toMatchObject({
      users: { deleted: 1 },
      extraUsers: [
        { email: 'mona@a.example', kept: 'held-back-rows' },
        { email: 'said@a.example', kept: null },
      ],
    })
  })
})

describe('somebody whose address stands in the list', () => {
  it.each([
    ['in a column of its own', 'Second e-mail', ['EG001,School EG001,amira@a.example,omar@a.example']],
    ['beside a name there', 'Contact', ['EG001,School EG001,amira@a.example,Omar Said <OMAR@a.example>']],
    ['beside another', 'Note', ['EG001,School EG001,"amira@a.example; omar@a.example",']],
    ['behind a stroke', 'Note', ['EG001,School EG001,amira@a.example,nour@a.example/omar@a.example']],
    ['in a column that is read', 'Address', ['EG001,School EG001,amira@a.example,c/o omar@a.example']],
  ])('is not extra, whichever column it is in: %s', async (_, heading, rows) => {
    const zia = 'PK200,School PK200,zia@a.example,'
    const { json } = await importing(`Centre number,Centre name,Email,${heading}`, ...rows, zia)
    expect(json().users.deleted).toBe(0)
    expect(json().extraUsers.map(({ email }: { email: string }) => email)).not.toContain('omar@a.example')
    expect(await living(world)).toEqual(everybody)
  })

  it('is extra where only another address stands there', async () => {
    const rows = ['EG001,School EG001,amira@a.example,omar@b.example', 'PK200,School PK200,zia@a.example,']
    const { json } = await importing('Centre number,Centre name,Email,Second e-mail', ...rows)
    expect(json()).toMatchObject({ users: { deleted: 1 }, extraUsers: [{ email: 'omar@a.example' }] })
  })
})
