import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownerTag } from '../../../src/unfinished-files.ts'
import { testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

describe('a file that a command left unfinished', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.run(['centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'Egypt'])
    mkdirSync(world.mailFolder)
  })
  afterEach(() => world.close())

  /** As a process makes it that has ended since: its number is nobody's now. */
  function ofEndedProcess(): string {
    const { pid } = spawnSync('true')
    return ownerTag().replace(`-${process.pid}-`, `-${pid}-`)
  }
  const ofAnotherHost = () => ownerTag().replace(/^[^-]+/, 'another~host')

  const besideAFile = (mark: string) => [
    `hub.db.${mark}.new`,
    `hub.db.${mark}.new-journal`,
    `hub.db.${mark}.restoring`,
    `hub.db.${mark}.restoring-wal`,
    `hub.db.${mark}.migrating`,
    `hub.db.${mark}.part`,
  ]
  const names = (mark: string) => [
    ...(testServer === undefined ? besideAFile(mark) : []),
    `hub.db.key.${mark}.new`,
    `hub.db.mail/0001-account-set-up-0a1b2c3d.eml.${mark}.new`,
    `.pins-${mark}.part.xlsx`,
    `.issues-${mark}.part.xlsx`,
    `.backup-${mark}.part`,
  ]
  const put = (files: readonly string[]) => {
    for (const file of files) writeFileSync(world.path(file), 'half of it')
  }
  const findings = async () => {
    const { findings } = (await world.run(['store', 'check', '--json'])).json()
    return findings.filter(({ code }: { code: string }) => code === 'leftover')
  }
  const rename = ['centres', 'edit', 'EG001', '--town', 'Luxor', '--yes', '--json']

  it('is removed by a batch that changed something, once, and by none that did not', async () => {
    put(names(ofEndedProcess()))
    const looking = { stdin: 'centres show EG001\n' }
    expect((await world.run(['batch', '--yes'], looking)).exit).toBe(0)
    const rehearsed = await world.run(['batch', '--dry-run'], { stdin: 'centres edit EG001 --town Aswan\n' })
    expect(rehearsed.exit).toBe(0)
    expect(await findings()).toHaveLength(names('').length)
    for (const more of [[], ['--atomic']]) {
      put(names(ofEndedProcess()))
      const towns = ['Aswan', 'Luxor', more.length > 0 ? 'Giza' : 'Cairo']
      const stdin = towns.map((town) => `centres edit EG001 --town ${town}\n`).join('')
      const ran = await world.run(['batch', '--yes', '--json', ...more], { stdin })
      const { notices } = JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? '')
      expect(new Set(notices.map(({ code }: { code: string }) => code))).toEqual(
        new Set(['leftover-removed']),
      )
      expect(await findings()).toEqual([])
    }
  })

  it('is named by store check, and removed by the next change, which says so', async () => {
    const files = names(ofEndedProcess())
    put(files)
    const found = await findings()
    expect(found.map(({ target }: { target: string }) => target).sort()).toEqual(files.map(world.path).sort())
    expect(new Set(found.map(({ hint }: { hint: string }) => hint))).toEqual(
      new Set(['The next change removes it.']),
    )

    await world.run(['centres', 'edit', 'EG001', '--town', 'Aswan', '--dry-run'])
    await world.run(['users', 'list'])
    expect(files.filter((file) => !existsSync(world.path(file)))).toEqual([])

    const { notices } = (await world.run(rename)).json()
    expect(notices.map(({ code }: { code: string }) => code)).toEqual(files.map(() => 'leftover-removed'))
    for (const file of files) expect(JSON.stringify(notices)).toContain(world.path(file))
    expect(files.filter((file) => existsSync(world.path(file)))).toEqual([])
    expect(await findings()).toEqual([])
  })

  it.each([
    ['of a process that still runs', () => ownerTag()],
    ['of another host', ofAnotherHost],
    ['that does not say whose it is', () => '0a1b2c3d'],
  ])('%s is only named', async (_what, mark) => {
    const files = names(mark()).filter((name) => name.startsWith('hub.db.') && !name.includes('/'))
    put(files)
    expect((await world.run(rename)).json().notices).toEqual([])
    expect(files.filter((file) => !existsSync(world.path(file)))).toEqual([])
    const found = await findings()
    expect(found).toHaveLength(files.length)
    expect(found[0].hint).toMatch(/^When no ssh-admin is running: rm /)
  })

  it('that the store has noted is forgotten once it is gone, and nobody makes it any more', async () => {
    const marks = { running: ownerTag(), elsewhere: ofAnotherHost(), ended: ofEndedProcess() }
    for (const mark of Object.values(marks)) {
      const sheet = world.path(`.pins-${mark}.part.xlsx`)
      await world.rows(`insert into pin_sheets_owed (unfinished) values ('${sheet}')`)
    }
    await world.run(rename)
    const noted = await world.rows<{ unfinished: string }>('select unfinished from pin_sheets_owed')
    expect(noted.map(({ unfinished }) => unfinished).sort()).toEqual(
      [marks.running, marks.elsewhere].map((mark) => world.path(`.pins-${mark}.part.xlsx`)).sort(),
    )
  })

  it('is never the key that waits for a rekey to be finished', async () => {
    const waiting = `hub.db.key.${'0a1b2c3d'.repeat(2)}.new`
    put([waiting])
    await world.run(rename)
    expect(existsSync(world.path(waiting))).toBe(true)
  })

  it('is removed by store restore too', async () => {
    await world.run(['store', 'backup', 'copy.db'])
    const files = names(ofEndedProcess())
    put(files)
    const { notices } = (await world.run(['store', 'restore', 'copy.db', '--yes', '--json'])).json()
    expect(notices).toHaveLength(files.length)
    expect(
      readdirSync(world.folder).filter((name) => /[.](new|restoring|migrating|part)/.test(name)),
    ).toEqual([])
  })
})
