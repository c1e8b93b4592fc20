import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Trx } from '../../../src/db/transact.ts'
import { findLiveUser } from '../../../src/db/users/users.ts'
import { undoImport } from '../../../src/import/undo.ts'
import { assignCentres, unassignCentres } from '../../../src/rules/associates.ts'
import { createCentre } from '../../../src/rules/centres/create.ts'
import { deleteCentre, restoreCentre } from '../../../src/rules/centres/delete.ts'
import { editCentre } from '../../../src/rules/centres/edit.ts'
import { importEntries } from '../../../src/rules/entries.ts'
import {
  replaceHelpDocument,
  uploadHelpDocument,
  withdrawHelpDocument,
} from '../../../src/rules/help-documents.ts'
import { editKeyTime, importKeyTimes } from '../../../src/rules/key-times.ts'
import { cancelMessageById } from '../../../src/rules/mail/cancel.ts'
import type { RuleContext } from '../../../src/rules/permissions/actor.ts'
import { actingUser } from '../../../src/rules/permissions/find-actor.ts'
import { importProgressionTests } from '../../../src/rules/progression-tests.ts'
import {
  createRelease,
  editRelease,
  publishRelease,
  withdrawRelease,
} from '../../../src/rules/releases/change.ts'
import { restoreResource, uploadResource, withdrawResource } from '../../../src/rules/resources.ts'
import {
  acceptClock,
  recordStoreBackup,
  recordStoreCreation,
  recordStoreMigration,
  recordStoreCopy,
} from '../../../src/rules/store/events.ts'
import { rekeyStore } from '../../../src/rules/store/rekey.ts'
import { restoreStore } from '../../../src/rules/store/restore.ts'
import { seedStore } from '../../../src/rules/store/seed.ts'
import { editTemplate, previewLetter, resetTemplate } from '../../../src/rules/templates.ts'
import { accountOf } from '../../../src/rules/users/account.ts'
import { eraseUser } from '../../../src/rules/users/erase.ts'
import { moveUser } from '../../../src/rules/users/move.ts'
import { people } from '../../actors.ts'
import { newWorld, type World } from '../../world.ts'

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url))

type Call = (trx: Trx, ctx: RuleContext) => Promise<unknown>

const centre = 'EG001'
const email = 'teacher@own.example'
const id = '1'
const now = { kind: 'absolute', at: new Date('2026-03-02T10:00:00Z') } as const
const file = { name: 'there.wav', sha256: '0'.repeat(64), bytes: 1, piece: Buffer.from('1') }
const rows = { file: 'rows.csv', digest: 'sha256:0', rows: [] }
const facts = { title: 'T', kind: 'other', area: 'general', series: '2026-06', components: [] } as const
const words = { subject: 'S', text: 'T', html: 'H' }
const fields = { name: 'New School', country: 'EG' }
const seeding = { centres: 1, users: 1, seed: 1, releases: false, services: false, ifMissing: false }
const restoration = {
  newFingerprint: undefined,
  keepCredentials: false,
  erased: [],
  findLeft: async () => [],
  findDeliveries: async () => [],
}

/** What only Cambridge staff may do, by the rule itself: no command lets anybody else come so far. */
const rules: Readonly<Record<string, Call>> = {
  'centres create': (trx, ctx) => createCentre(trx, { centre: 'EG900', fields, ifMissing: false, ctx }),
  'centres edit': (trx, ctx) => editCentre(trx, { centre, fields, ctx }),
  'centres delete': (trx, ctx) => deleteCentre(trx, { centre, ctx }),
  'centres restore': (trx, ctx) => restoreCentre(trx, { centre, ctx }),
  'centres imports undo': (trx, ctx) => undoImport(trx, { id: 1, ctx }),
  'users move': (trx, ctx) => moveUser(trx, { email, to: centre, ctx }),
  'users erase': (trx, ctx) => eraseUser(trx, { email, findLeft: async () => [], ctx }),
  'associates assign': (trx, ctx) => assignCentres(trx, { email, centres: [centre], ctx }),
  'associates unassign': (trx, ctx) => unassignCentres(trx, { email, centres: [centre], ctx }),
  'progression-tests import': (trx, ctx) => importProgressionTests(trx, { ...rows, ctx }),
  'entries import': (trx, ctx) => importEntries(trx, { ...rows, ctx }),
  'key-times import': (trx, ctx) => importKeyTimes(trx, { ...rows, ctx }),
  'key-times edit': (trx, ctx) => editKeyTime(trx, { id: 1, changes: 'remove', ctx }),
  'resources upload': (trx, ctx) => uploadResource(trx, { ...facts, file, ctx }),
  'resources withdraw': (trx, ctx) => withdrawResource(trx, { id, ctx }),
  'resources restore': (trx, ctx) => restoreResource(trx, { id, ctx }),
  'help-documents upload': (trx, ctx) => uploadHelpDocument(trx, { title: 'T', file, ctx }),
  'help-documents replace': (trx, ctx) => replaceHelpDocument(trx, { id, file, ctx }),
  'help-documents withdraw': (trx, ctx) => withdrawHelpDocument(trx, { id, ctx }),
  'releases create': (trx, ctx) =>
    createRelease(trx, { name: 'July', resources: [id], audience: [], opens: now, closes: null, ctx }),
  'releases edit': (trx, ctx) => editRelease(trx, { release: id, changes: { name: 'July' }, ctx }),
  'releases publish': (trx, ctx) => publishRelease(trx, { release: id, ctx }),
  'releases withdraw': (trx, ctx) => withdrawRelease(trx, { release: id, ctx }),
  'mail cancel': (trx, ctx) => cancelMessageById(trx, { id, ctx }),
  'templates edit': (trx, ctx) =>
    editTemplate(trx, { letter: 'invitation', template: words, shipped: words, ctx }),
  'templates reset': (trx, ctx) => resetTemplate(trx, { letter: 'invitation', ctx }),
  'templates preview': (trx, ctx) => previewLetter(trx, { letter: 'invitation', email, sample: {}, ctx }),
  'store init': (trx, ctx) => recordStoreCreation(trx, { ctx }),
  'store backup': (trx, ctx) => recordStoreBackup(trx, { ctx }),
  'store copy': (trx, ctx) => recordStoreCopy(trx, { to: 'moved.db', ctx }),
  'store migrate': (trx, ctx) => recordStoreMigration(trx, { from: 1, to: 2, ctx }),
  'store accept-clock': (trx, ctx) => acceptClock(trx, { ctx }),
  'store rekey': (trx, ctx) => rekeyStore(trx, { fingerprint: '0'.repeat(64), ctx }),
  'store restore': (trx, ctx) => restoreStore(trx, { ...restoration, ctx }),
  seed: (trx, ctx) => seedStore(trx, { ...seeding, ctx }),
}

describe('a rule that is for Cambridge staff, whoever calls it', () => {
  let world: World
  beforeAll(async () => {
    world = newWorld()
    await people(world)
    writeFileSync(world.path('there.wav'), 'sound')
    writeFileSync(
      world.path('roster.csv'),
      'Centre number,Centre name,Country,Email\nEG777,Nile,Egypt,new@new.example\n',
    )
    for (const argv of [
      'resources upload there.wav --title T --kind other --series 2026-06',
      'help-documents upload there.wav --title T',
      'releases create June --resource 1 --opens now --for all',
      `users reset-password ${email} --yes`,
      'centres import roster.csv --yes --pins-out pins.xlsx',
      `key-times import ${fixture('key-times.csv')} --yes`,
    ]) {
      const { exit, stderr } = await world.run(argv.split(' '))
      expect([argv, exit, stderr]).toEqual([argv, 0, expect.anything()])
    }
  })
  afterAll(() => world.close())

  it.each(Object.entries(rules))(
    'asks for the right itself, and changes nothing: %s',
    async (command, call) => {
      const { db } = await world.store()
      const row = await findLiveUser(db, 'coordinator@own.example')
      const actor = row && actingUser(accountOf(row, world.now), { operator: 'tester@desk', command })
      if (!actor) throw new Error('the coordinator may not act')
      const refused = world.commit((ctx) => (trx) => call(trx, { ...ctx, actor }))
      const details = { action: command.replaceAll(' ', '.') }
      await expect(refused).rejects.toMatchObject({ code: 'not-permitted', details })
    },
  )
})
