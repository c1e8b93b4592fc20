import { expect, it } from 'vitest'
import { newWorld } from '../../world.ts'

it('a changed name and a changed address stand in the log, as they were and as they are', async () => {
  const world = newWorld()
  await world.centre('EG001')
  await world.user('amira@school.example', { centre: 'EG001' })
  const edited = ['--first-name', 'Amina', '--email', 'amina@school.example', '--yes']
  expect([0, 9]).toContain((await world.run(['users', 'edit', 'amira@school.example', ...edited])).exit)
  const rows = await world.rows<{ field: string; value: string }>(
    `select field, value from audit_personal join audit on audit.id = audit_id where action = 'users.edited'`,
  )
  expect(Object.fromEntries(rows.map(({ field, value }) => [field, value]))).toMatchObject({
    nameBefore: 'Amira Haddad',
    nameAfter: 'Amina Haddad',
    emailAfter: 'amina@school.example',
  })
  await world.close()
})
