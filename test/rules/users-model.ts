import type { ResultField, ResultRow } from '../../src/rules/progression-tests.ts'

interface Person {
  email: string
  centre: string | null
  status: 'invited' | 'active' | 'suspended'
  before: 'invited' | 'active'
  hubRole: 'coordinator' | 'admin' | 'teacher' | null
  results: number
}

/** What the office would keep on paper: each method changes it, or says which refusal is due. */
export class Model {
  imported = 0
  #live = new Map<string, Person>()
  #deleted: Person[] = []

  constructor() {
    for (const [email, centre] of [
      ['huda@school.example', 'EG001'],
      ['rana@school.example', 'EG002'],
    ] as const) {
      this.#live.set(email, {
        email,
        centre,
        status: 'active',
        before: 'active',
        hubRole: 'coordinator',
        results: 0,
      })
    }
  }

  live() {
    return [...this.#live.values()]
      .map(({ email, centre, status, hubRole, results }) => ({ email, centre, status, hubRole, results }))
      .sort((one, other) => (one.email < other.email ? -1 : 1))
  }

  add(email: string, centre: string, admin: boolean): string {
    const there = this.#live.get(email)
    const hubRole = admin ? 'admin' : 'teacher'
    if (!there) {
      this.#live.set(email, { email, centre, status: 'invited', before: 'invited', hubRole, results: 0 })
      return 'done'
    }
    if (there.centre !== null) return 'email-in-use'
    if (there.status === 'suspended') return 'suspended'
    Object.assign(there, { centre, hubRole })
    return 'done'
  }

  suspend(email: string): string {
    const person = this.#live.get(email)
    if (!person) return 'user-not-found'
    if (person.hubRole === 'coordinator') return 'is-coordinator'
    if (person.status !== 'suspended') Object.assign(person, { before: person.status, status: 'suspended' })
    return 'done'
  }

  restore(email: string): string {
    const person = this.#live.get(email)
    if (person) {
      if (person.status !== 'suspended') return 'done'
      if (person.before === 'invited' && person.centre === null) return 'no-centre'
      person.status = person.before
      return 'done'
    }
    const at = this.#deleted.findLastIndex((one) => one.email === email)
    const [back] = at < 0 ? [] : this.#deleted.splice(at, 1)
    if (!back) return 'user-not-found'
    this.#live.set(email, back)
    return 'done'
  }

  transfer(from: string, to: string): string {
    const giver = this.#live.get(from)
    const receiver = this.#live.get(to)
    if (!giver || !receiver) return 'user-not-found'
    if (giver === receiver) return 'same-user'
    if (receiver.centre === null || receiver.centre !== giver.centre) return 'other-centre'
    if (receiver.status === 'suspended') return 'suspended'
    receiver.results += giver.results
    giver.results = 0
    return 'done'
  }

  delete(email: string, { suspend, transferTo }: { suspend: boolean; transferTo?: string }): string {
    const person = this.#live.get(email)
    if (!person) return this.#deleted.some((one) => one.email === email) ? 'done' : 'user-not-found'
    if (person.hubRole === 'coordinator') return 'is-coordinator'
    if (person.status !== 'suspended' && !suspend) return 'not-suspended'
    if (person.results > 0) {
      if (transferTo === undefined) return 'has-progression-tests'
      if (transferTo === email) return 'same-user'
      const outcome = this.transfer(email, transferTo)
      if (outcome !== 'done') return outcome
    } else if (transferTo !== undefined && !this.#live.has(transferTo)) return 'user-not-found'
    this.suspend(email)
    this.#live.delete(email)
    this.#deleted.push(person)
    return 'done'
  }

  move(email: string, centre: string): string {
    const person = this.#live.get(email)
    if (!person) return 'user-not-found'
    if (person.centre === centre) return 'done'
    const refusal = this.#leaving(person)
    if (refusal) return refusal
    person.centre = centre
    if (person.hubRole === 'admin') person.hubRole = 'teacher'
    return 'done'
  }

  remove(email: string): string {
    const person = this.#live.get(email)
    if (!person) return 'user-not-found'
    if (person.centre === null) return 'done'
    const refusal = this.#leaving(person)
    if (refusal) return refusal
    Object.assign(person, { centre: null, hubRole: null })
    return 'done'
  }

  readdress(email: string, other: string): string {
    const person = this.#live.get(email)
    if (!person) return 'user-not-found'
    if (email === other) return 'done'
    if (this.#live.has(other)) return 'email-in-use'
    this.#live.delete(email)
    this.#live.set(other, Object.assign(person, { email: other }))
    return 'done'
  }

  change(centre: string, to: string, suspendFormer: boolean): string {
    const chosen = this.#live.get(to)
    if (!chosen) return 'user-not-found'
    const former = [...this.#live.values()].find((one) => {
      return one.centre === centre && one.hubRole === 'coordinator'
    })
    if (chosen === former) return 'done'
    if (chosen.centre !== centre || chosen.hubRole !== 'admin') return 'not-an-admin'
    if (chosen.status === 'suspended') return 'suspended'
    if (former) {
      former.hubRole = 'teacher'
      if (suspendFormer) this.suspend(former.email)
    }
    chosen.hubRole = 'coordinator'
    return 'done'
  }

  import(email: string, results: number): string {
    const person = this.#live.get(email)
    if (!person?.centre) return 'bad-rows'
    person.results += results
    this.imported += results
    return 'done'
  }

  #leaving({ centre, hubRole, results }: Person): string | undefined {
    if (centre === null) return 'no-centre'
    if (hubRole === 'coordinator') return 'is-coordinator'
    return results > 0 ? 'has-progression-tests' : undefined
  }
}

let groups = 0

/** A learner group of its own, with so many results. */
export function resultRows(email: string, results: number): ResultRow[] {
  groups += 1
  const group = `Group ${groups}`
  return Array.from({ length: results }, (_, at) => {
    const texts: Record<ResultField, string> = {
      teacher: email,
      site: 'cambridge-primary',
      group,
      stage: '4',
      subject: 'English',
      test: 'Paper 1',
      takenOn: '2026-02-02',
      learner: `Learner ${at}`,
      mark: '30',
    }
    return { row: at + 1, texts, faults: [], cellOf: (field) => field, headingOf: (field) => field }
  })
}
