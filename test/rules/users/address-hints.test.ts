import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAddress, readNewAddress } from '../../../src/rules/users/email.ts'
import { parsePerson } from '../../../src/rules/users/new-user.ts'

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
    ['‘ada@m.example’', /take away the ‘ at its start/],
    ['ada@m.example’', /take away the ’ at its end/],
    ['(ada@m.example)', /leave ada@m\.example alone/],
    ['ada@m.example (home)', /leave ada@m\.example alone/],
    ['ada@m .example', /take away the blank: ada@m\.example/],
    ['ada@m.example .uk', /take away the blank: ada@m\.example\.uk/],
    ['ada @ m.example', /take away the blank: ada@m\.example/],
    ['ada@m,example', /write a dot/],
    ['http://m.example/ada@m.example', /write the e-mail address/],
    ['ada@m.example<mailto:ada@m.example>', /leave ada@m\.example alone, without the link/],
    ['Ada@m.example <mailto:ada@M.example>', /leave Ada@m\.example alone, without the link/],
    ['#ada@m.example#mailto:ada@m.example#', /leave ada@m\.example alone, without the link/],
    ['ada@m.example#mailto:ada@m.example#', /leave ada@m\.example alone, without the link/],
    ['Ada#mailto:ada@m.example#', /leave ada@m\.example alone, without the link/],
    ['ada@m.example<mailto:bob@m.example>', /give bob@m\.example a row/],
  ])('%s is told what to take away', (text, hint) => {
    expect(readAddress(text)).toMatchObject({
      problem: expect.any(String),
      hint: expect.stringMatching(hint),
    })
  })

  it.each([
    "'ada@m.example",
    '=ada@m.example',
    '+ada@m.example',
    '-ada@m.example',
    '*ada@m.example',
    '`ada@m.example',
  ])('%s may be in use, and is given to no new account', (text) => {
    expect(readAddress(text)).toHaveProperty('key')
    expect(readNewAddress(text)).toMatchObject({
      hint: expect.stringMatching(/at its start: ada@m\.example$/),
    })
  })

  it("begins with what no spreadsheet has put there: _ada@m.example, 1a@m.example, o'brien@m.example", () => {
    for (const text of ['_ada@m.example', '1a@m.example', "o'brien@m.example"])
      expect(readNewAddress(text)).toMatchObject({ email: text })
  })

  it.each(['', 'Write to Ann', 'ada@', '@m.example'])('%s is told nothing that is not so', (text) => {
    expect(readAddress(text)).not.toHaveProperty('hint')
  })

  it.each([
    'ada smith@m.example',
    'ada@m.example,uk',
    'ada@m. example school',
    'ada@m.example-2@x',
    'ada@m<mailto:ada@m>',
    '<ada@m.example> or phone',
    'ada@m.example?x',
    'ada@@m.example',
    'ada.m.example',
  ])('%s is told no address that may not be meant', (text) => {
    expect(JSON.stringify({ ...readAddress(text), problem: undefined })).not.toMatch(/\S@\S/)
  })

  it('is told an address only where that can be used, whatever stands around it', () => {
    const around = fc.constantFrom(
      '',
      ' ',
      '<',
      '>',
      '#',
      'mailto:',
      '(',
      ')',
      ',',
      ';',
      '.',
      '"',
      'x',
      '/',
      '://',
      '-',
    )
    const piece = fc.constantFrom('ada@m.example', 'ada@m', 'm.example', 'bob@m.example', '@m.example', 'Ada')
    fc.assert(
      fc.property(fc.array(fc.oneof(around, piece), { minLength: 1, maxLength: 7 }), (parts) => {
        const text = parts.join('')
        const read = readAddress(text)
        for (const named of ('hint' in read ? read.hint : undefined)?.match(/[^\s,:]+@[^\s,:]+/g) ?? []) {
          expect(readAddress(named)).toHaveProperty('key')
          expect(text.toLowerCase().replaceAll(' ', '')).toContain(named.toLowerCase())
        }
      }),
    )
  })

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
    ['Martin King, Jr. <a@b.example>', 'Martin', 'King, Jr.'],
    ['Smith, Jr., John <a@b.example>', 'John', 'Smith, Jr.'],
    ['Smith, John, Jr. <a@b.example>', 'John', 'Smith, Jr.'],
    ['John Smith, Ph.D., M.Ed. <a@b.example>', 'John', 'Smith, Ph.D., M.Ed.'],
    ['Haddad, <a@b.example>', 'Haddad', ''],
    ['Chen, Ma <a@b.example>', 'Ma', 'Chen'],
    ['Chen, MA <a@b.example>', '', 'Chen, MA'],
  ])('%s is %s %s', (text, firstName, lastName) => {
    expect(parsePerson(text)).toMatchObject({ firstName, lastName })
  })

  it('is asked for before an address that stands alone, and in quotes where more is there', () => {
    const hint = (text: string) => {
      try {
        return parsePerson(text)
      } catch (error) {
        return error
      }
    }
    expect(hint('zed@n.example')).toMatchObject({
      hint: expect.stringContaining("'First Last <zed@n.example>'"),
    })
    expect(hint('Zed Ali <zed@n.example> EG001')).toMatchObject({
      hint: expect.stringContaining("'Zed Ali <zed@n.example>';"),
    })
  })

  it('is refused where commas leave open which is the last name', () => {
    expect(() => parsePerson('Haddad, Amira, Nour <a@b.example>')).toThrow(
      expect.objectContaining({ code: 'invalid-person' }),
    )
  })
})
