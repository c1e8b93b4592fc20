import { describe, expect, it } from 'vitest'
import { wordsOfLine } from '../../../src/cli/batch/parse-line.ts'

describe('a line of a batch', () => {
  it.each([
    ['users suspend amira@school.example', ['users', 'suspend', 'amira@school.example']],
    ['  ssh-admin users show x  # why', ['users', 'show', 'x']],
    [
      `users add 'Amira Haddad <a@b.example>' --centre EG001`,
      ['users', 'add', 'Amira Haddad <a@b.example>', '--centre', 'EG001'],
    ],
    [
      String.raw`centres edit EG001 --name "The \"Nile\" \n"`,
      ['centres', 'edit', 'EG001', '--name', String.raw`The "Nile" \n`],
    ],
    [`--name=O\\'Brien ''`, ["--name=O'Brien", '']],
    [`'it''s' a"b"c`, ['its', 'abc']],
    ['say $HOME * ~ x#y', ['say', '$HOME', '*', '~', 'x#y']],
    ['', []],
    ['   # a comment', []],
    ['["users", "show", "amira@school.example"]', ['users', 'show', 'amira@school.example']],
    [
      '{"command": "users add", "args": ["-x <x@y.example>"], "options": {"centre": "EG001", "addRole": ["a", "b"], "yes": true}}',
      ['users', 'add', '--centre=EG001', '--add-role=a', '--add-role=b', '--yes', '--', '-x <x@y.example>'],
    ],
  ])('%s', (line, words) => {
    expect(wordsOfLine(line)).toEqual(words)
  })

  it.each([
    ["users show 'amira", /has a ' that is not closed/],
    ['users show "amira', /has a " that is not closed/],
    ['users show amira\\', /ends with a backslash/],
    ['users show a | wc', /has a \| outside quotes/],
    ['users add Amira <a@b.example>', /has a < outside quotes/],
    ['["users"', /it is not JSON/],
    ['[["users"]]', /\["users"\] is no word/],
    ['{"args": []}', /it has no "command"/],
    ['{"command": "users show", "arg": []}', /it holds "arg"/],
    ['{"command": "users show", "args": "x"}', /"args" is no list/],
    ['{"command": "users edit", "options": {"admin": false}}', /"admin" is false/],
  ])('is refused: %s', (line, message) => {
    expect(() => wordsOfLine(line)).toThrow(message)
  })
})
