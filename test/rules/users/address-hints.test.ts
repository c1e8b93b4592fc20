import { describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/rules/users/email.ts'
import { typedPerson } from '../../../src/rules/users/new-user.ts'

describe('an address that cannot be used', () => {
  it.each([
    ['mailto:ada@m.example', /take away mailto:.*ada@m\.example/],
    ['MAILTO:ada@m.example?subject=Hello', /ada@m\.example is left/],
    ['"Ada Boateng" <ada3@m.example>', /leave ada3@m\.example alone/],
    ['Bob Ray <bobr@a.example>', /leave bobr@a\.example alone/],
    ['a6@m.example; b6@m.example', /keep one address here.*give b6@m\.example a row/],
    ['a@m.example\nb@m.example', /give b@m\.example a row/],
    ['a@m.example / b@m.example', /give b@m\.example a row/],
    ['a10@m.example.', /take away the dot at its end: a10@m\.example/],
    ['a11@m.example,', /take away the comma at its end/],
    ['a11@m.example;', /take away the semicolon at its end/],
    ['o’brien@m.example', /’ is a curly apostrophe: type '/],
    ['anna–maria@m.example', /– is a long dash: type -/],
    ['(ada@m.example)', /leave ada@m\.example alone/],
  ])('%s is told what to take away', (text, hint) => {
    expect(readAddress(text)).toMatchObject({
      problem: expect.any(String),
      hint: expect.stringMatching(hint),
    })
  })

  it.each(['', 'Write to Ann', 'ada@', '@m.example', 'ada@localhost'])(
    '%s is told nothing that is not so',
    (text) => {
      expect(readAddress(text)).not.toHaveProperty('hint')
    },
  )

  it('names its remedy without what steers a terminal', () => {
    expect(JSON.stringify(readAddress('mailto:a\u001b[2J@m.example'))).not.toContain('\u001b')
    const read = readAddress('a@m.example b\u202e@m.example')
    expect('hint' in read && read.hint).not.toContain('\u202e')
  })
})

describe('a person typed in one line', () => {
  it.each([
    ['Haddad, Amira <a@b.example>', 'Amira', 'Haddad'],
    ['"Haddad, Amira" <a@b.example>', 'Amira', 'Haddad'],
    ['El Haddad,  Amira Nour <a@b.example>', 'Amira Nour', 'El Haddad'],
    ['Amira Haddad <a@b.example>', 'Amira', 'Haddad'],
    ['Pelé <a@b.example>', 'Pelé', ''],
    ['Martin King, Jr. <a@b.example>', 'Martin King,', 'Jr.'],
  ])('%s is %s %s', (text, firstName, lastName) => {
    expect(typedPerson(text)).toMatchObject({ firstName, lastName })
  })
})
