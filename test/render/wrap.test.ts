import { describe, expect, it } from 'vitest'
import { wrapLine } from '../../src/render/wrap.ts'

describe('a line that does not fit', () => {
  it('is broken between words', () =>
    expect(wrapLine('Its 3 users cannot sign in until it is restored.', 30)).toBe(
      'Its 3 users cannot sign in\nuntil it is restored.',
    ))

  it('goes on beneath the text of its last column', () =>
    expect(wrapLine('  I5  Centre name is what another centre is called', 30)).toBe(
      '  I5  Centre name is what\n      another centre is called',
    ))

  it('goes on behind its mark', () =>
    expect(wrapLine('✓ Amira Haddad coordinates EG001 now', 24)).toBe(
      '✓ Amira Haddad\n  coordinates EG001 now',
    ))

  it('goes on behind a mark that has a colour', () =>
    expect(wrapLine('\u001b[32m✓\u001b[39m Amira Haddad coordinates EG001 now', 24)).toBe(
      '\u001b[32m✓\u001b[39m Amira Haddad\n  coordinates EG001 now',
    ))

  it('keeps a command whole, to be pasted, on a line of its own', () => {
    expect(
      wrapLine("To add her: ssh-admin users add 'Nour Salem <nour@school.example>' --centre EG001", 70),
    ).toBe("To add her:\nssh-admin users add 'Nour Salem <nour@school.example>' --centre EG001")
    expect(wrapLine('Those that wait: ssh-admin mail list --state queued,failed', 50)).toBe(
      'Those that wait:\nssh-admin mail list --state queued,failed',
    )
  })

  it('ends a command where the sentence says what it does', () =>
    expect(wrapLine('ssh-admin key-times import FILE adds one for this country.', 40)).toBe(
      'ssh-admin key-times import FILE adds one\nfor this country.',
    ))

  it('lets a command that is longer than a line go on as a shell reads it', () => {
    const adding = "ssh-admin users add 'Nour Salem <nour@school.example>' --centre EG001"
    expect(wrapLine(`To add her: ${adding}`, 60)).toBe(
      "To add her:\nssh-admin users add 'Nour Salem <nour@school.example>' \\\n  --centre EG001",
    )
    expect(wrapLine(`  $ ${adding}`, 60)).toBe(
      "  $ ssh-admin users add 'Nour Salem <nour@school.example>' \\\n      --centre EG001",
    )
  })

  it('keeps a size whole', () =>
    expect(wrapLine('It is uploaded (adding-users.pdf, 336 B).', 38)).toBe(
      'It is uploaded (adding-users.pdf,\n336 B).',
    ))

  it('leaves the file of a redirection on its line', () =>
    expect(
      wrapLine('  $ ssh-admin account set-up amira@school.example < temporary-and-new-password.txt', 60),
    ).toBe('  $ ssh-admin account set-up amira@school.example \\\n      < temporary-and-new-password.txt'))

  it('goes on behind a command', () =>
    expect(wrapLine('ssh-admin NOUN --help says more; ssh-admin help json, and others, too', 34)).toBe(
      'ssh-admin NOUN --help says more;\nssh-admin help json, and others,\ntoo',
    ))

  it('puts one blank between two commands, and ends one before the words beside it', () => {
    expect(wrapLine('ssh-admin NOUN --help says more; ssh-admin help json', 60)).toBe(
      'ssh-admin NOUN --help says more; ssh-admin help json',
    )
    expect(wrapLine('ssh-admin a --help; ssh-admin help json and others', 47)).toBe(
      'ssh-admin a --help;\nssh-admin help json and others',
    )
    expect(wrapLine('ssh-admin a b; ssh-admin c d, and what follows them', 40)).toBe(
      'ssh-admin a b; ssh-admin c d, and what\nfollows them',
    )
    expect(wrapLine('  ssh-admin mail send  try all that waits, now', 30)).toBe(
      '  ssh-admin mail send  try all\n    that waits, now',
    )
  })

  it('puts what is long further out, to be whole', () =>
    expect(wrapLine('  File       /home/tom/hub.db.mail/1.eml', 30)).toBe(
      '  File\n   /home/tom/hub.db.mail/1.eml',
    ))

  it('counts two columns for a wide letter', () =>
    expect(wrapLine('東京都立 国際高等 学校', 12)).toBe('東京都立\n国際高等\n学校'))

  it('keeps a path with blanks whole, and a command of the shell', () => {
    expect(wrapLine("Copied the store to '/home/tom/with two/hub.db' now", 32)).toBe(
      "Copied the store to\n'/home/tom/with two/hub.db' now",
    )
    expect(wrapLine("Put it beside it: cp '/home/a b' /srv/hub.db.key", 30)).toBe(
      "Put it beside it:\ncp '/home/a b' /srv/hub.db.key",
    )
  })

  it('keeps a PIN and a moment whole', () =>
    expect(wrapLine('The PIN of Lucía is 6351 3793, until 2026-12-26 17:16 UTC.', 26)).toBe(
      'The PIN of Lucía is\n6351 3793, until\n2026-12-26 17:16 UTC.',
    ))

  it('takes two blanks of prose for no columns', () =>
    expect(wrapLine('Began the store /home/tom/with  two/hub.db in a folder', 40)).toBe(
      'Began the store /home/tom/with\ntwo/hub.db in a folder',
    ))
})
