import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { letterWriter } from '../../src/mail/compose.ts'
import { sampleOf } from '../../src/mail/values.ts'
import { isLetterName, letters } from '../../src/rules/mail/letters.ts'

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync)
/** Where the pictures are kept to be looked at; none are, unless it is set. */
const pictures = process.env.LETTER_PICTURES

/** Runs in the page. */
const measure = readFileSync(new URL('./measure.js', import.meta.url), 'utf8')

const windows = [
  { name: 'wide', width: 1000, height: 900 },
  { name: 'narrow', width: 320, height: 700 },
]

it.each(Object.keys(letters).filter(isLetterName))(
  '%s says of each element with a class how it looks',
  async (letter) => {
    const writer = letterWriter({ changed: new Map(), from: 'noreply@office.example' })
    const values = sampleOf(letter, 'with')
    const { html } = await writer.write({ letter, subject: letters[letter].subject, values })
    const marked = html.match(/<[a-z0-9]+[^>]*\sclass="[^>]*>/g) ?? []
    expect(marked.filter((element) => !element.includes('style="'))).toEqual([])
  },
)

describe.skipIf(!program)('the looks of a letter (chromium must be there)', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
    if (pictures) mkdirSync(pictures, { recursive: true })
  })
  afterAll(() => browser?.close())

  it.each(Object.keys(letters).filter(isLetterName))(
    '%s fits every window, is legible in both schemes, and loads nothing',
    async (letter) => {
      const writer = letterWriter({ changed: new Map(), from: 'noreply@office.example' })
      const { html } = await writer.write({
        letter,
        subject: letters[letter].subject,
        values: longest(sampleOf(letter, 'with')),
      })
      const pages = [
        ...(['light', 'dark'] as const).map((colorScheme) => ({ html, colorScheme, as: colorScheme })),
        // Some mailboxes take the style of the page away.
        ...(['light', 'dark'] as const).map((colorScheme) => ({
          html: html.replace(/<style>.*?<\/style>/s, ''),
          colorScheme,
          as: `${colorScheme}-without-style`,
        })),
      ]
      for (const { name, ...viewport } of windows) {
        for (const { html: shown, colorScheme, as } of pages) {
          const page = await browser.newPage({ viewport, colorScheme })
          const asked: string[] = []
          page.on('request', (request) => asked.push(request.url()))
          await page.setContent(shown)
          if (pictures) {
            await page.screenshot({ path: join(pictures, `${letter}-${name}-${as}.png`), fullPage: true })
          }
          expect(asked).toEqual([])
          const { across, contrasts } = await page.evaluate<{ across: number; contrasts: number[] }>(measure)
          expect(across).toBeLessThanOrEqual(viewport.width)
          expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5)
          const drawn = 'getComputedStyle(document.querySelector("a.button") ?? document.body).display'
          const isWithButton = shown.includes('class="button"')
          expect(await page.evaluate(drawn)).toBe(isWithButton ? 'inline-block' : 'block')
          await page.close()
        }
      }
    },
  )
})

function longest(values: Readonly<Record<string, string>>): Record<string, string> {
  const long = { ...values }
  if ('link' in values)
    long.link = `https://support.cambridgeinternational.example/set-up/100000.${'k'.repeat(43)}`
  long.email = 'maria-aparecida.dos-santos-oliveira@colegio-internacional-de-sao-paulo.example'
  return long
}
