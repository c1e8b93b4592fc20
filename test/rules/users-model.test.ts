import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { addUser } from '../../src/rules/users/add.ts'
import { changeCoordinator } from '../../src/rules/coordinator.ts'
import { deleteUser } from '../../src/rules/users/delete.ts'
import { editUser } from '../../src/rules/users/edit.ts'
import { importProgressionTests } from '../../src/rules/progression-tests.ts'
import { moveUser } from '../../src/rules/users/move.ts'
import { parsePerson } from '../../src/rules/users/new-user.ts'
import { removeUser } from '../../src/rules/users/remove.ts'
import { restoreUser } from '../../src/rules/users/restore.ts'
import { suspendUser } from '../../src/rules/users/suspend.ts'
import { transferProgressionTests } from '../../src/rules/users/transfer.ts'
import { countResults } from '../holding.ts'
import { testServer } from '../shared-store.ts'
import { newWorld, type World } from '../world.ts'
import { Model, resultRows } from './users-model.ts'

const addresses = ['huda', 'rana', 'amira', 'omar', 'nour', 'yui'].map((name) => `${name}@school.example`)
const site = 'cambridge-primary'

interface Step extends fc.AsyncCommand<Model, World> {}

/** What the model foretells, the rules do: the same refusal, or the same people afterwards. */
function step(
  said: string,
  { foretell, act }: { foretell: (model: Model) => string; act: (world: World) => Promise<unknown> },
): Step {
  return {
    check: () => true,
    toString: () => said,
    run: async (model, world) => {
      const foretold = foretell(model)
      expect(await codeOf(act(world))).toBe(foretold)
      await compare(model, world)
    },
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof Failure) return error.code
    throw error
  }
}

async function compare(model: Model, world: World): Promise<void> {
  const live = await world.rows(
    `select email_key as email, number as centre, users.status, hub_role as "hubRole",
         (select count(*) from learner_groups join tests on learner_group_id = learner_groups.id
          join results on test_id = tests.id where owner_id = users.id) as results
       from users left join centres on centres.id = centre_id where users.status <> 'deleted' order by email_key`,
  )
  expect(live).toEqual(model.live())
  const coordinators = await world.rows(
    `select count(*) as n from users where hub_role = 'coordinator' and status <> 'deleted' group by centre_id`,
  )
  expect(coordinators).toEqual([{ n: 1 }, { n: 1 }])
  expect(await countResults(world)).toBe(model.imported)
}

const address = fc.constantFrom(...addresses)
const centre = fc.constantFrom('EG001', 'EG002')

const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(address, centre, fc.boolean()).map(([email, number, admin]) =>
    step(`add ${email} to ${number}${admin ? ' as admin' : ''}`, {
      foretell: (model) => model.add(email, number, admin),
      act: (world) =>
        world.commit((ctx) => (trx) => {
          const person = parsePerson(`Some Body <${email}>`)
          return addUser(trx, { person, centre: number, admin, sites: [site], ctx })
        }),
    }),
  ),
  address.map((email) =>
    step(`suspend ${email}`, {
      foretell: (model) => model.suspend(email),
      act: (world) => world.commit((ctx) => (trx) => suspendUser(trx, { email, ctx })),
    }),
  ),
  address.map((email) =>
    step(`restore ${email}`, {
      foretell: (model) => model.restore(email),
      act: (world) => world.commit((ctx) => (trx) => restoreUser(trx, { email, send: true, ctx })),
    }),
  ),
  fc.tuple(address, address).map(([from, to]) =>
    step(`transfer ${from} to ${to}`, {
      foretell: (model) => model.transfer(from, to),
      act: (world) => world.commit((ctx) => (trx) => transferProgressionTests(trx, { from, to, ctx })),
    }),
  ),
  fc
    .tuple(address, fc.boolean(), fc.option(address, { nil: undefined }))
    .map(([email, suspend, transferTo]) =>
      step(`delete ${email}${suspend ? ' --suspend' : ''} --transfer-to ${transferTo}`, {
        foretell: (model) => model.delete(email, { suspend, transferTo }),
        act: (world) => world.commit((ctx) => (trx) => deleteUser(trx, { email, suspend, transferTo, ctx })),
      }),
    ),
  fc.tuple(address, centre).map(([email, to]) =>
    step(`move ${email} to ${to}`, {
      foretell: (model) => model.move(email, to),
      act: (world) => world.commit((ctx) => (trx) => moveUser(trx, { email, to, ctx })),
    }),
  ),
  address.map((email) =>
    step(`remove ${email}`, {
      foretell: (model) => model.remove(email),
      act: (world) => world.commit((ctx) => (trx) => removeUser(trx, { email, ctx })),
    }),
  ),
  fc.tuple(address, address).map(([email, other]) =>
    step(`edit ${email} --email ${other}`, {
      foretell: (model) => model.readdress(email, other),
      act: (world) =>
        world.commit((ctx) => (trx) => editUser(trx, { email, changes: { email: other }, ctx })),
    }),
  ),
  fc.tuple(centre, address, fc.boolean()).map(([number, to, suspendFormer]) =>
    step(`coordinator change ${number} --to ${to}${suspendFormer ? ' --suspend-former' : ''}`, {
      foretell: (model) => model.change(number, to, suspendFormer),
      act: (world) =>
        world.commit((ctx) => (trx) => {
          return changeCoordinator(trx, { centre: number, successor: { to }, suspendFormer, ctx })
        }),
    }),
  ),
  fc.tuple(address, fc.integer({ min: 1, max: 3 })).map(([email, results]) =>
    step(`import ${results} results of ${email}`, {
      foretell: (model) => model.import(email, results),
      act: (world) =>
        world.commit((ctx) => (trx) => {
          const rows = resultRows(email, results)
          return importProgressionTests(trx, { file: 'results.csv', digest: '', rows, ctx })
        }),
    }),
  ),
]

describe('any sequence of commands', () => {
  const worlds: World[] = []
  let taken = 0
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close()
  })

  it('keeps one live account per address, one coordinator a centre, and every result', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 80, size: '+1' }), async (commands) => {
        const world = newWorld()
        worlds.push(world)
        await world.centre('EG001', { coordinator: 'huda@school.example' })
        await world.centre('EG002', { coordinator: 'rana@school.example' })
        const { db } = await world.store()
        // Nothing is lost when the power fails in a test; thousands of steps are quicker so.
        if (testServer === undefined) await world.rows('pragma synchronous = off')
        const ids = await db.selectFrom('users').select('id').execute()
        for (const { id } of ids) await db.insertInto('user_sites').values({ user_id: id, site }).execute()
        taken += [...commands].length
        await fc.asyncModelRun(() => ({ model: new Model(), real: world }), commands)
        worlds.pop()
        await world.close()
      }),
      { numRuns: 70 },
    )
    expect(taken).toBeGreaterThan(2000)
  }, 300_000)
})
