import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inbox } from '../../mail/inbox.ts'
import { newWorld, type World } from '../../world.ts'

describe('changing the words of a letter', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { name: 'Nile Valley School' })
    await world.user('amira@school.example', { centre: 'EG001', firstName: '<b>Amira</b>' })
  })
  afterEach(() => world.close())

  const shown = async (name: string) => (await world.run(['templates', 'show', name])).stdout
  const edit = async (change: (source: string) => string, name = 'password-reset') => {
    writeFileSync(world.path('letter.txt'), change(await shown(name)))
    return world.run(['templates', 'edit', name, '--from', 'letter.txt', '--json'])
  }
  const problems = async (change: (source: string) => string) => {
    const ran = await edit(change)
    expect([ran.exit, ran.error().code]).toEqual([6, 'bad-template'])
    const found = ran.error().details.problems
    return Array.isArray(found) ? found.map(({ target, message }) => `${target}: ${message}`) : []
  }
  const reset = async () => {
    await world.run(['users', 'reset-password', 'amira@school.example', '--yes'])
    return (await inbox(world)).at(-1)
  }

  it('reaches the next message, text, HTML and subject', async () => {
    const change = (source: string) =>
      source
        .replaceAll('Dear {{ name }}', 'Hello {{ firstName }}')
        .replace('Choose a new password for the', 'Your')
    expect((await edit(change)).json()).toMatchObject({ name: 'password-reset', changed: true })
    const message = await reset()
    expect(message?.subject).toBe('Your School Support Hub')
    expect(message?.text).toContain('Hello <b>Amira</b>,')
    expect(message?.html).toContain('Hello &lt;b&gt;Amira&lt;/b&gt;,')
    expect((await edit((source) => source)).json()).toMatchObject({ changed: false })
  })

  it('is no change where the words are as shipped', async () => {
    expect((await edit((source) => source)).json()).toMatchObject({ changed: false })
    const { templates } = (await world.run(['templates', 'list', '--json'])).json()
    expect(templates.filter(({ edited }: { edited: boolean }) => edited)).toEqual([])
  })

  it('is shown in a pipe as it is edited, and on a screen with lines that are broken between words', async () => {
    const piped = await shown('account-set-up')
    const env = { NO_COLOR: '1', COLUMNS: '60' }
    const onScreen = (await world.run(['templates', 'show', 'account-set-up'], { terminal: true, env }))
      .stdout
    expect(piped.split('\n').some((line) => line.length > 100)).toBe(true)
    expect(onScreen.split('\n').filter((line) => line.length > 60)).toEqual([])
    expect(onScreen.split(/\s+/)).toEqual(piped.split(/\s+/))
    expect(onScreen).not.toMatch(/\{\{\s*\n/)
  })

  it('is said to be broken where somebody broke it in the store itself, with what mends it', async () => {
    await reset()
    await edit((source) => source.replaceAll('Dear', 'Hello'))
    await world.tamper("update templates set text = 'Hello {{ name' where name = 'password-reset'")
    const ran = await world.run(['mail', 'show', '1', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([3, 'template-broken'])
    expect(ran.error().message).toContain('The template password-reset cannot be used: ')
    expect(ran.error().hint).toContain('ssh-admin templates edit password-reset')
    await world.run(['templates', 'reset', 'password-reset', '--yes'])
    expect((await world.run(['mail', 'show', '1'])).exit).toBe(0)
  })

  it('is taken back by templates reset', async () => {
    const before = await shown('password-reset')
    await edit((source) => source.replaceAll('Dear', 'Hello'))
    expect((await world.run(['templates', 'reset', 'password-reset'])).exit).toBe(2)
    await world.run(['templates', 'reset', 'password-reset', '--yes'])
    expect(await shown('password-reset')).toBe(before)
  })

  it('is refused with the line where a variable is unknown, and says which was meant', async () => {
    expect(await problems((source) => source.replace('Dear {{ name }}', 'Dear {{ nane }}'))).toEqual([
      'line 5: this letter has no {{ nane }} (did you mean {{ name }}?)',
    ])
  })

  it('is refused where the link is missing, also where only some would miss it', async () => {
    expect(await problems((source) => source.replace('\n{{ link }}\n', '\n'))).toEqual([
      'line 5: the part text must show {{ link }}: without it the letter is of no use',
    ])
  })

  it.each([
    '{% if centreName != "" %}{{ link }}{% endif %}',
    '{% if sender == "Cambridge International" %}{{ link }}{% endif %}',
    '{% if firstName != "" %}{% if lastName %}a{% endif %}{{ link }}{% endif %}',
    '{% comment %}{% endif %}{{ link }}{% endcomment %}',
  ])('is refused where only some would get the link: %s', async (some) => {
    const [first, ...others] = await problems((source) => source.replace('\n{{ link }}\n', `\n${some}\n`))
    expect(others).toEqual([])
    expect(first).toMatch(/^line \d+: \{\{ link \}\} must stand outside/)
  })

  it.each([
    ['broken syntax', '{{ name', 'line 5'],
    ['a condition without an end', '{% if name %}', 'line 5'],
    ['a file', "{% include '/etc/passwd' %}", 'line 5'],
    ['a file, another way', "{% render '/etc/passwd' %}", 'line 5'],
    ['a loop', '{% for i in (1..1000000000) %}x{% endfor %}', 'line 5'],
    ['a filter that is not there', '{{ name | read_file }}', 'line 5'],
    ['what hangs on every object', '{{ name.constructor }}', 'line 5'],
  ])('is refused with the line for %s', async (_what, bad, line) => {
    const [first] = await problems((source) => source.replace('Dear {{ name }}', `Dear {{ name }} ${bad}`))
    expect(first).toContain(line)
  })

  it.each([
    ['unescaped', '<p>{{ name | raw }}</p>'],
    ['a script', '<script>alert(1)</script>'],
    ['a picture from elsewhere', '<img src="https://evil.example/x.png">'],
    ['a handler', '<p onclick="x()">a</p>'],
    ['a handler after a stroke', '<p/onclick="x()">a</p>'],
    ['a handler after a quotation mark', '<a href="https://x.example"onclick="x()">a</a>'],
    ['a link to code', '<a href="javascript:x()">a</a>'],
    ['a link to code without quotation marks', '<a href=javascript:x()>a</a>'],
    ['a form by a button', '<button formaction="https://evil.example">a</button>'],
    ['a form by an attribute', '<p formaction="https://evil.example">a</p>'],
    ['a link by an area', '<area href="https://evil.example">'],
    ['a call home on a click', '<a ping="https://evil.example/x" href="https://x.example">a</a>'],
    ['a call home behind a quotation mark', '<a x" ping="https://evil.example">a</a>'],
    ['a picture of a table', '<table background="https://evil.example/x.png"></table>'],
    ['a film', '<video poster="https://evil.example/x.png"></video>'],
    ['a picture under its old name', '<image src="https://evil.example/x.png">'],
    ['a user in a link', '<a href="HTTPS://user:p@x.example">a</a>'],
    ['a user before a backslash', '<a href="https://x.example\\@evil.example">a</a>'],
    ['a source', '<q cite="https://evil.example">a</q>'],
    ['a link elsewhere than on a link', '<p href="https://x.example">a</p>'],
    ['a comment that some programs read', '<!--[if mso]><p>a</p><![endif]-->'],
    ['a tag put together', '<{% if name %}script>a</script{% endif %}>'],
    ['something filled into a tag', '<a href="{{ name }}">a</a>'],
    ['something filled into a tag over two lines', '<a\nhref="{{ name }}">a</a>'],
    [
      'something filled into a tag by a condition',
      '<a {% if name %}href="https://x.example"{% endif %}>a</a>',
    ],
  ])('is refused where the HTML holds %s', async (_what, bad) => {
    expect((await problems((source) => `${source}${bad}\n`)).length).toBeGreaterThan(0)
  })

  it('is refused for a subject with something to fill in, or a part that is missing', async () => {
    const named = (source: string) => source.replace('Choose a new password', 'For {{ name }}')
    expect((await problems(named))[0]).toContain('line 2: the subject is the same for everyone')
    expect(await problems((source) => source.slice(0, source.indexOf('=== html')))).toHaveLength(1)
  })

  it('can be seen first: a preview about an invented person, which opens nothing', async () => {
    const ran = await world.run([
      'templates',
      'preview',
      'account-set-up',
      '--to',
      'me@office.example',
      '--json',
    ])
    expect(ran.json()).toMatchObject({ mail: [{ to: 'me@office.example', state: 'written' }] })
    const [message] = await inbox(world)
    expect(message?.subject).toBe('Preview: Set up your School Support Hub account')
    expect(message?.text).toContain('this-is-a-sample')
  })

  it('is listed, with who did it and when', async () => {
    await edit((source) => source.replaceAll('Dear', 'Hello'))
    const { templates, total } = (await world.run(['templates', 'list', '--json'])).json()
    expect(total).toBe(10)
    expect(templates).toContainEqual(
      expect.objectContaining({ name: 'password-reset', edited: true, editedBy: 'tester@desk' }),
    )
    expect(templates).toContainEqual(expect.objectContaining({ name: 'invitation', edited: false }))
  })

  it('of a letter that does not exist names the nearest', async () => {
    const ran = await world.run(['templates', 'show', 'invitatoin', '--json'])
    expect([ran.exit, ran.error().hint]).toEqual([
      4,
      'Did you mean invitation?\n  ssh-admin templates show invitation --json',
    ])
  })
})
