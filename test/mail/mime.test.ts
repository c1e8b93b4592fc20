import fc from 'fast-check'
import MailComposer from 'nodemailer/lib/mail-composer'
import PostalMime from 'postal-mime'
import { describe, expect, it } from 'vitest'
import { fillInShipped, templateLanguage } from '../../src/mail/fill-in.ts'
import { shippedLetters } from '../../src/mail/letters.ts'
import { type MessageContent, mimeMessage } from '../../src/mail/mime.ts'
import { sampleOf } from '../../src/mail/values.ts'
import { isLetterName, letters } from '../../src/rules/mail/letters.ts'
import { headerText } from '../../src/rules/mail/queue-message.ts'

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.lorem({ maxCount: 60 }),
  fc.constantFrom(
    'From here on.\n.\n..\n--\n=20=\n',
    'trailing blanks  \n\t\n',
    '=?UTF-8?B?YQ==?= and =_',
    'Zoë "the \\ Head" O’Neill, B.Ed.',
    'ü'.repeat(200),
    '😀'.repeat(60),
    `${'x'.repeat(400)} y`,
  ),
)
/** A lone half of a letter cannot be sent. */
const wellFormed = (text: string) => Buffer.from(text).toString()
const line = anything.map((text) => headerText(wellFormed(text)))

describe('a message', () => {
  const message = fc
    .record({ name: line, subject: line, text: anything.map(wellFormed), html: anything.map(wellFormed) })
    .map(
      ({ name, ...said }): MessageContent => ({
        from: { name: 'Cambridge School Support Hub', address: 'noreply@cambridgeinternational.org' },
        to: { name, address: 'amira@school.example' },
        date: new Date('2026-03-02T09:00:00.000Z'),
        id: 'abcdef0123456789abcdef01@cambridgeinternational.org',
        ...said,
      }),
    )

  it('is read as it was written, by whoever reads it', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (wanted) => {
        const read = await PostalMime.parse(mimeMessage(wanted, 'server'))
        expect(read.to).toEqual([wanted.to])
        expect(read.from).toEqual(wanted.from)
        expect(read.subject ?? '').toBe(wanted.subject)
        expect(read.messageId).toBe(`<${wanted.id}>`)
        expect(read.date).toBe(wanted.date.toISOString())
        expect(lines(read.text)).toBe(lines(wanted.text))
        expect(lines(read.html)).toBe(lines(wanted.html))
      }),
      { numRuns: 500 },
    )
  })

  it('is read so from a file too', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (wanted) => {
        const read = await PostalMime.parse(mimeMessage(wanted, 'file'))
        expect([lines(read.text), lines(read.html)]).toEqual([lines(wanted.text), lines(wanted.html)])
      }),
      { numRuns: 200 },
    )
  })

  it('has its link whole in a file, to be copied by whoever reads that', async () => {
    const link = `https://support.cambridgeinternational.example/set-up?token=${'a1B2'.repeat(20)}`
    const said = { text: `Dear Zoë,\n\n${link}\n`, html: `<a href="${link}">${link}</a>` }
    const from = { name: 'Hub', address: 'noreply@cambridgeinternational.org' }
    const facts = { from, to: from, subject: 'Zoë', date: new Date(0), id: 'ab@school.example' }
    const file = mimeMessage({ ...facts, ...said }, 'file').toString('utf8')
    expect(file.split('\r\n')).toEqual(expect.arrayContaining(['Dear Zoë,', link]))
    // Of the message and of both of its parts: what is around says no less than what is within.
    expect(file.match(/^Content-Transfer-Encoding: 8bit\r$/gm)).toHaveLength(3)
    expect(mimeMessage({ ...facts, ...said }, 'server').toString('utf8')).not.toContain(link)
  })

  it('is ASCII, in lines that no server breaks', () => {
    fc.assert(
      fc.property(message, (wanted) => {
        const raw = mimeMessage(wanted, 'server').toString('latin1')
        expect(raw).toMatch(/^[\t\r\n\x20-\x7e]*$/)
        expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
        expect(raw.split('\r\n').filter((text) => text.length > 78)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('says what a mail library makes of the same', async () => {
    await fc.assert(
      fc.asyncProperty(message, async (wanted) => {
        const theirs = await new MailComposer({
          from: wanted.from,
          to: wanted.to,
          subject: wanted.subject,
          text: wanted.text,
          html: wanted.html,
        })
          .compile()
          .build()
        const [ours, library] = [
          await PostalMime.parse(mimeMessage(wanted, 'server')),
          await PostalMime.parse(theirs),
        ]
        expect([lines(ours.text), lines(ours.html)]).toEqual([lines(library.text), lines(library.html)])
      }),
      { numRuns: 200 },
    )
  })
})

/** The ends of lines are the mail's own, and a last one is. */
function lines(text: string | undefined): string {
  return (text ?? '')
    .split(/\r\n|\r|\n/)
    .join('\n')
    .replace(/\n+$/, '')
}

it.each(Object.keys(letters).filter(isLetterName))(
  '%s is filled in as its language would',
  async (letter) => {
    for (const kind of ['text', 'html'] as const) {
      const language = await templateLanguage(kind)
      fc.assert(
        fc.property(
          fc.constantFrom('with', 'without'),
          fc.string(),
          fc.boolean(),
          (sample, text, isEmpty) => {
            const odd = isEmpty ? '' : `<a href="x">'&{{ name }}{% if ${text}`
            const values = sampleOf(letter, sample)
            const given = Object.fromEntries(
              Object.entries(values).map(([name, value]) => [name, isEmpty ? odd : value + odd]),
            )
            const template = shippedLetters[letter][kind]
            for (const each of [values, given])
              expect(fillInShipped(template, { values: each, kind })).toBe(language.fillIn(template, each))
          },
        ),
        { numRuns: 30 },
      )
    }
  },
)

it('leaves to the language what a shipped letter does not need', () => {
  for (const template of [
    '{{ name | upcase }}',
    '{% unless name %}x{% endunless %}',
    '{{name}}',
    '{% if name != "" %}x',
  ])
    expect(fillInShipped(template, { values: { name: 'Amira' }, kind: 'text' })).toBeUndefined()
})
