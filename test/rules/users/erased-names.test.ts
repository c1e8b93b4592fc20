import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holding } from '../../holding.ts'
import { newWorld, type World } from '../../world.ts'

const email = 'qz@school.example'

describe('erasing somebody whose name somebody has typed', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    for (const number of ['EG001', 'EG002']) await world.centre(number)
    for (const number of ['EG001', 'EG002'])
      await world.user(`keeper@${number.toLowerCase()}.example`, { centre: number })
  })
  afterEach(() => world.close())

  const release = async (name: string) => {
    const at = world.now.toISOString()
    const row = { state: 'draft', opens: at, closes: null, created_at: at } as const
    await (await world.store()).db
      .insertInto('releases')
      .values({ ...row, name, released_at: null, withdrawn_at: null })
      .execute()
  }
  const group = (number: 'EG001' | 'EG002', name: string) =>
    holding(world, `keeper@${number.toLowerCase()}.example`, { group: name })
  const person = (firstName: string, lastName: string) =>
    world.user(email, { centre: 'EG001', firstName, lastName, status: 'suspended' })

  /** What the answer names of the store. */
  async function left(): Promise<string[]> {
    expect((await world.run(['users', 'delete', email, '--yes'])).exit).toBe(0)
    const all: string[] = (await world.run(['users', 'erase', email, '--yes', '--json'])).json().left
    return all.filter((one) => /names? them|one of their names/.test(one))
  }
  const whole = 'which names them or a namesake'
  const alone = "with one of their names, which may be somebody else's"

  it.each([
    ['Émile', 'Qzávès', 'For ÉMILE QZÁVÈS'],
    ['Émile', 'Qzávès', 'For Emile Qzaves'],
    ['Işık', 'Qzöz', 'For QZÖZ, IŞIK'],
    ['Isik', 'Qzoz', 'For IŞIK QZÖZ'],
    ['Anne Marie', 'Qz-Doe', 'anne.marie_qz-doe.pdf'],
    ['أحمد', 'علی', 'علي أحمد'],
  ])('finds %s %s in %s', async (firstName, lastName, text) => {
    await person(firstName, lastName)
    await release(text)
    expect(await left()).toEqual([`release 1, ${whole}`])
  })

  it.each([
    ['小明', '王', '王小明同学的成绩'],
    ['小明', '王', '2026王小明A班'],
    ['', '王小明', '成绩：王小明'],
    ['花子', '山田', '山田花子さんの録音'],
    ['ジョン', 'スミス', 'ジョン・スミスの録音.mp3'],
    ['ジョン', 'スミス', 'ジョン＝スミスの録音'],
    ['민수', '김', '김민수의 성적'],
    ['민수', '김', '김민수의 성적'.normalize('NFD')],
    ['สมชาย', 'ใจดี', 'คะแนนของสมชาย ใจดีวันนี้'],
    ['สมชาย', 'ใจดี', 'คะแนนของ\u200bสมชาย\u200bใจดี\u200bวันนี้'],
    ['Omar', 'Qzsaleh', 'Omar Qzsaleh的成绩'],
    ['Omar', 'Qzsaleh', '成绩Omar Qzsaleh'],
  ])('finds %s %s in %s, which has no blanks between its words', async (firstName, lastName, text) => {
    await person(firstName, lastName)
    await release(text)
    expect(await left()).toEqual([`release 1, ${whole}`])
  })

  it('finds one of two names, and an address, beside letters that need no blank', async () => {
    await person('小明', '王')
    for (const text of ['小明的录音', `录音${email}的`, '明小王', 'x小 明']) await release(text)
    expect(await left()).toEqual([`release 2, ${whole}`, `release 1, ${alone}`])
  })

  it('finds the one name of somebody who has one alone, and no longer word', async () => {
    await person('', 'Qzukarno')
    for (const text of ['Results of QZUKARNO', 'Qzukarnoputri']) await release(text)
    await group('EG002', "Qzukarno's group")
    expect(await left()).toEqual([
      `release 1, ${whole}`,
      `a learner group, test or result at centre EG002, ${whole}`,
    ])
  })

  it('finds the name that they had before, whole and alone', async () => {
    await person('Qzfirst', 'Qzmaiden')
    expect((await world.run(['users', 'edit', email, '--last-name', 'Qzwed', '--yes'])).exit).toBe(0)
    for (const text of ['Qzfirst Qzmaiden', 'Mrs Qzmaiden', 'Qzmaidens']) await release(text)
    expect(await left()).toEqual([`release 1, ${whole}`, `release 2, ${alone}`])
  })

  it('finds one of two names where they were, and no namesake of another centre or among learners', async () => {
    await person('Ali', 'Qzsaid')
    for (const number of ['EG001', 'EG002'] as const) {
      await group(number, "Mr Ali's group")
      await (await world.store()).db
        .updateTable('centres')
        .set({ address: 'Ali Street' })
        .where('number', '=', number)
        .execute()
    }
    expect(await left()).toEqual([
      `the entry of centre EG001, ${alone}`,
      `a learner group, test or result at centre EG001, ${alone}`,
    ])
  })

  it('takes no learner for one of two names', async () => {
    await person('Nour', 'Qzsaid')
    await group('EG001', '4A')
    await (await world.store()).db.updateTable('results').set({ learner: sql`'Nour ' || id` }).execute()
    expect(await left()).toEqual([])
  })

  it('takes a letter for no name', async () => {
    await person('Q', 'Qzsaid')
    await release('Part Q')
    expect(await left()).toEqual([])
  })

  it('names ten of a kind, and counts the others', async () => {
    await person('Ali', 'Qzsaid')
    for (let n = 0; n < 12; n += 1) await release(`Ali ${n}`)
    const named = await left()
    expect(named).toHaveLength(11)
    expect(named.at(-1)).toBe(`2 more releases, ${alone}`)
  })
})
