import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { distanceOfAddresses } from '../../src/near-address.ts'
import { newWorld, type World } from '../world.ts'

const omar = 'omar@nile.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
  await world.centre('EG002', { name: 'Delta Academy' })
  await world.user(omar, { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
})
afterEach(() => world.close())

describe('the words that people bring', () => {
  it.each([
    ['users unsuspend omar@nile.example', 'users restore omar@nile.example'],
    ['users enable omar@nile.example', 'users restore omar@nile.example'],
    ['centres undelete EG001', 'centres restore EG001'],
    ['users ls', 'users list'],
    ['users find omar', 'users list omar'],
    ['user search omar', 'users list omar'],
    ['center get EG001', 'centres show EG001'],
    ['centre view EG001', 'centres show EG001'],
    ['search omar', 'find omar'],
    ['centres upload fixtures/none.xlsx', 'centres import fixtures/none.xlsx'],
    ['import fixtures/none.xlsx', 'centres import fixtures/none.xlsx'],
    ['centres add EG009 --name Red --country EG', 'centres create EG009 --name Red --country EG'],
    ['reset-password omar@nile.example --yes', 'users reset-password omar@nile.example --yes'],
    ['--quiet users get omar@nile.example', 'users show omar@nile.example --quiet'],
    ['help center upload', 'help centres import'],
    ['user --help', 'users --help'],
    ['account --help', 'account --help'],
  ])('are understood: %s', async (typed, meant) => {
    const one = await world.run(typed.split(' '))
    const fresh = newWorld()
    await fresh.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
    await fresh.centre('EG002', { name: 'Delta Academy' })
    await fresh.user(omar, { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
    const other = await fresh.run(meant.split(' '))
    await fresh.close()
    const comparable = ({ exit, stdout }: typeof one) => [exit, stdout.replaceAll(/[\w-]+\.eml/g, '')]
    expect(comparable(one)).toEqual(comparable(other))
    expect(one.stderr).not.toContain('has no command')
  })

  it('lead to the command of another noun: a centre is activated by its coordinator', async () => {
    const argv = ['centres', 'activate', 'EG002', 'Rana Aziz <rana@delta.example>', '--yes']
    expect(await world.run(argv)).toMatchObject({ exit: 0 })
    expect(await world.account('rana@delta.example')).toMatchObject({ hubRole: 'coordinator' })
    const activating = await world.run(['users', 'activate', omar], {
      stdin: '1234 5678\nquiet afternoon in Aswan\n',
    })
    expect(activating.stderr).not.toContain('has no command')
  })

  it.each([
    ['users disable omar@nile.example', 'ssh-admin users suspend omar@nile.example'],
    ['user block omar@nile.example', 'ssh-admin users suspend omar@nile.example'],
    ['centres rm EG001 --yes', 'ssh-admin centres delete EG001 --yes'],
    ['suspend omar@nile.example', 'ssh-admin users suspend omar@nile.example'],
    ['users suspnd omar@nile.example --yes', 'ssh-admin users suspend omar@nile.example --yes'],
    ['users list --centr EG001', 'ssh-admin users list --centre EG001'],
    ["users suspnd 'it is'", "ssh-admin users suspend 'it is'"],
  ])(
    'are suggested where they would take something away, with all that was typed: %s',
    async (line, meant) => {
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
      const ran = await world.run([...words, '--json'])
      expect(ran.exit).toBe(2)
      expect(ran.error().hint).toContain(`${meant} --json`)
      expect((await world.account(omar))?.status).toBe('active')
    },
  )

  it('never lead to the opposite', async () => {
    const ran = await world.run(['associates', 'unasign', omar, 'EG001', '--json'])
    expect(ran.error().details).toEqual({ candidates: ['unassign'] })
    expect((await world.run(['associates', 'unlist', '--json'])).error().details).toEqual({ candidates: [] })
  })

  it('are taken for an address that there is, with the line to paste', async () => {
    const ran = await world.run(['users', 'suspend', 'omra@nile.example', '--yes', '--json'])
    expect(ran.error().hint).toContain('\n  ssh-admin users suspend omar@nile.example --yes --json')
    const centre = await world.run(['centres', 'show', 'EG011', '--json'])
    expect(centre.error().hint).toContain('\n  ssh-admin centres show EG001 --json')
  })
})

describe('an address that was mistyped', () => {
  it.each([
    ['amria@school.example', 'amira@school.example'],
    ['amirra@school.example', 'amira@school.example'],
    ['amira@shcool.example', 'amira@school.example'],
    ['a.b@school.exampl', 'a.b@school.example'],
  ])('may be %s for %s', (typed, there) => {
    expect(distanceOfAddresses(typed, there)).toBeTypeOf('number')
  })

  it.each([
    ['omar@school.example', 'amir@school.example'],
    ['sara@school.example', 'lara@school.example'],
    ['ali@school.example', 'eli@school.example'],
    ['teacher1@school.example', 'teacher2@school.example'],
    ['amira@school.example', 'amira@another.example'],
    ['anna@school.example', 'anne@school.example'],
    ['a.khat@school.example', 'a.khan@school.example'],
    ['head@school13.example', 'head@school12.example'],
  ])('is no stranger at the same domain: %s for %s', (typed, there) => {
    expect(distanceOfAddresses(typed, there)).toBeUndefined()
  })
})

describe('an option that was mistyped', () => {
  it.each([
    ['users edit omar@nile.example --rm-role exams-officer', '--add-role'],
    ['centres import roster.csv --no-delete-missing', '--delete-missing'],
    ['users delete omar@nile.example --no-suspend', ' --suspend'],
  ])('is never taken for the opposite: %s', async (line, opposite) => {
    const ran = await world.run(line.split(' '))
    expect(ran.exit).toBe(2)
    expect(ran.stderr).not.toContain(opposite)
  })
})
