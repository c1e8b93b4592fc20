import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { opening, type ReleasesWorld, worldWithResources } from './world-with-resources.ts'

let world: ReleasesWorld['world']
let run: ReleasesWorld['run']
let released: ReleasesWorld['released']
beforeEach(async () => {
  ;({ world, run, released } = await worldWithResources())
})
afterEach(() => world.close())

const told = async (number: string, ...more: string[]) => {
  const ran = await world.run(['releases', 'authorisations', '--centre', number, ...more, '--json'], {
    at: opening,
  })
  const { notices } = ran.json()
  return notices.map(({ code, message }: { code: string; message: string }) => `${code}: ${message}`)
}

describe('a centre that does not get what is released', () => {
  it('is told that recordings need Global Listening, and how it gets it', async () => {
    await released()
    expect(await told('CA101')).toEqual([
      'no-global-listening: Without the recordings of June: CA101 has no Global Listening, and gets no recordings: ssh-admin centres edit CA101 --global-listening',
    ])
    expect(await told('CA102')).toEqual([])
    expect(await told('EG001')).toEqual([])
  })

  it('is told so of an Associate and of a British Council centre, which cannot have it', async () => {
    await released()
    expect(await told('CA001')).toEqual([
      'no-global-listening: Without the recordings of June: CA001 is an Associate, and no Associate gets recordings.',
    ])
    await run('centres', 'edit', 'CA101', '--british-council')
    expect(await told('CA101')).toEqual([
      'no-global-listening: Without the recordings of June: CA101 is a British Council centre, which cannot have Global Listening, and gets no recordings.',
    ])
  })

  it('is told that it is deleted, or that its coordinator is suspended', async () => {
    await released()
    await run('coordinator', 'suspend', 'EG001')
    expect(await told('EG001')).toEqual([
      'coordinator-suspended: The coordinator of EG001 is suspended, and nobody there sees a release meanwhile: ssh-admin coordinator restore EG001',
    ])
    await run('centres', 'delete', 'EG001')
    expect(await told('EG001')).toEqual([
      'centre-deleted: EG001 is deleted, and nobody there sees a release: ssh-admin centres restore EG001',
    ])
  })

  it('is told for whom a release is that was named', async () => {
    await released('schools')
    expect(await told('CA101', '--release', 'June')).toEqual([
      'not-in-audience: June is for schools, and not for CA101.',
    ])
    expect(await told('CA101')).toEqual([])
  })

  it('is told that it has no entry', async () => {
    await released('entries')
    expect(await told('CA101', '--release', 'June')).toEqual([
      'not-in-audience: June is for centres with an entry, and not for CA101, which has no entry for its components.',
    ])
  })

  it('is told that it has no exams officer, for whom recordings are', async () => {
    await released()
    const sees =
      'no-exams-officer: Nobody at EG002 sees the recordings of June: they are for its exams officers, and none can sign in. To make one: ssh-admin roles grant EMAIL exams-officer'
    expect(await told('EG002')).toEqual([sees])
    await run('roles', 'grant', 'other@far.example', 'exams-officer')
    expect(await told('EG002')).toEqual([])
  })

  it('learns nothing of what is not for whoever asks for themselves', async () => {
    await released()
    const as = ['--as', 'coordinator@branch.example']
    expect(await told('CA101', ...as)).toEqual([])
  })
})
