import { existsSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'
import { type CuttingProxy, proxyFor } from './cutting-proxy.ts'

let world: World
let proxy: CuttingProxy
let place: string

beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  ;({ proxy, place } = await proxyFor(world))
})
afterEach(async () => {
  await proxy.close()
  await world.close()
})

const losingTheAnswerOfTheCommit = (line: string) => {
  proxy.cutNextCommit('after', 'let nobody through')
  return world.run([...line.split(' '), '--db', place, '--wait', '0.5', '--json'])
}

it('nothing leaves the store where it is not known whether the log names it', async () => {
  const ran = await losingTheAnswerOfTheCommit('audit export log.csv')
  expect([ran.exit, ran.stdout, ran.error().code]).toEqual([10, '', 'store-unsure'])
  expect(existsSync(world.path('log.csv'))).toBe(false)
})

it('of a backup that is there it is not said then that the log does not name it', async () => {
  const ran = await losingTheAnswerOfTheCommit('store backup backup.db')
  expect(ran.exit).toBe(0)
  const [{ message }] = ran.json().notices
  expect(message).toMatch(/^Whether the audit log names this backup is not known[.]/)
})

it('nor of a copy', async () => {
  const ran = await losingTheAnswerOfTheCommit('store copy --to copy.db --yes')
  expect(ran.exit).toBe(0)
  const [{ message }] = ran.json().notices
  expect(message).toMatch(/^The copy is in its place; whether the audit log here names it is not known[.]/)
})

it('nothing is unsure where there was nothing to save', async () => {
  const ran = await losingTheAnswerOfTheCommit('mail send')
  expect([ran.exit, ran.stdout, ran.error().code]).toEqual([7, '', 'store-unavailable'])
})
