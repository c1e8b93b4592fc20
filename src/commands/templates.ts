import * as z from 'zod'
import { BadInput } from '../errors.ts'
import { checkTemplate, sourceOf, type TemplateProblem } from '../mail/check-template.ts'
import { requireTerminal } from '../cli/confirm.ts'
import { editTemplate, findLetterName, resetTemplate, previewLetter } from '../rules/templates.ts'
import { type LetterName, type LetterWords, letterChoices, letters } from '../rules/mail/letters.ts'
import type { Draft } from '../cli/drafts.ts'
import { preparedMutation, query, listing, mutation } from '../cli/define.ts'
import { argument, option, withCompletions, allowName, requiredOption } from '../cli/parameters.ts'
import { type Session, withStore } from '../cli/session.ts'
import { editUntilValid, canBeEdited, textFrom } from './editor.ts'
import { variablesFor, sampleOf } from '../mail/values.ts'
import type { Kysely } from 'kysely'
import { foundInMemory } from '../cli/list-declaration.ts'
import type { Store } from '../db/schema.ts'
import { changedTemplates, findTemplate } from '../db/templates.ts'
import { markedAnswer } from '../render/text.ts'
import { wrapText } from '../render/wrap.ts'
import type { JsonItem } from '../render/json.ts'
import { messageOf } from '../render/messages.ts'
import { shippedLetters } from '../mail/letters.ts'
import { field } from '../render/fields.ts'
import { plainTime } from '../plain-time.ts'

export const list = () =>
  listing({
    name: 'list',
    summary: 'show the letters and which of them were changed',
    description: 'List the letters: what each is for, and when and by whom its words were changed.',
    examples: ['ssh-admin templates list'],
    singular: 'template',
    answer: 'templateList',
    key: 'templates',
    fields: templateFields,
    table: ['name', 'does', 'words'],
    pipe: ['name', 'subject', 'edited-at', 'edited-by'],
    id: 'name',
    find: async ({ store: { db } }) => foundInMemory(await listedTemplates(db)),
    json: (template) => template,
    emptyMessage: 'No letter fits.',
  })

async function listedTemplates(db: Kysely<Store>): Promise<ListedTemplate[]> {
  const changed = new Map((await changedTemplates(db)).map((row) => [row.name, row]))
  return Object.entries(letters).map(([name, { does, subject }]) => {
    const row = changed.get(name)
    const { edited_at: editedAt = null, edited_by: editedBy = null } = row ?? {}
    return { name, does, subject: row?.subject ?? subject, edited: row !== undefined, editedAt, editedBy }
  })
}

export const show = () =>
  query({
    name: 'show',
    summary: "show a letter's template",
    description:
      "Show a letter's subject, text and HTML as templates, in the form that templates edit --from takes; on a screen its lines are broken between words.",
    args: { name: withCompletions(letterChoices, argument('the name that templates list shows')) },
    examples: ['ssh-admin templates show invitation'],
    read: async ({ db }, _ctx, { name }) => {
      const letter = findLetterName(name)
      return { letter, template: await presentTemplate(db, letter) }
    },
    render: ({ letter, template }, { isTerminal, width }) => {
      const source = sourceOf(template, letter)
      return [isTerminal ? wrapText(source, width) : source]
    },
    json: ({ letter, template }) => ({ name: letter, ...template, variables: variablesFor(letter) }),
  })

function letterArgument() {
  const what = 'the name that templates list shows'
  return withCompletions(letterChoices, argument(what, z.string().transform(findLetterName)))
}

interface Request {
  letter: LetterName
  template: LetterWords
  /** The edited text. */
  source?: string
  from?: string
}

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change the words of a letter',
    description:
      'Change the words of a letter in your editor (VISUAL, EDITOR), or take them from a file. They are checked before they are saved.',
    args: { name: letterArgument() },
    options: {
      from: option('<file>', 'the template as templates show prints it; - for stdin'),
    },
    examples: ['ssh-admin templates edit invitation --from invitation.txt'],
    prepare: async ({ name: letter, from }, session): Promise<Request> => {
      if (from === undefined) return { letter, ...(await edited(letter, session)) }
      const draft = await textFrom(from, session)
      const checked = await checkTemplate(draft, letter)
      if (!('problems' in checked)) return { letter, template: checked, from }
      if (!canBeEdited(from, session)) throw badTemplate(checked.problems, letter)
      return { letter, from, ...(await edited(letter, session, draft)) }
    },
    act: (trx, ctx, { letter, template }) =>
      editTemplate(trx, { letter, template, shipped: shippedTemplate(letter), ctx }),
    draft: {
      of: ({ letter, source }) => (source === undefined ? undefined : draftOf(source, letter)),
      usedBy: ({ from }) => from,
    },
    render: ({ letter, changed }, view) => {
      const message = changed
        ? `The letter ${letter} has new words. To see them: ssh-admin templates preview ${letter} --to YOU`
        : `The letter ${letter} reads so already; nothing to do.`
      return markedAnswer(message, { changed, view })
    },
    json: ({ letter, changed }) => ({ name: letter, changed }),
  })

/** @param draft an invalid draft to continue with */
async function edited(
  letter: LetterName,
  session: Session,
  draft?: string,
): Promise<{ template: LetterWords; source: string }> {
  const question = `Which words shall the letter ${letter} have?`
  requireTerminal(session, { flag: '--from', question, add: ['--from', 'FILE'] })
  const { value: template, text: source } = await editUntilValid<LetterWords>(session, {
    name: `${letter}.template`,
    draft,
    present: () => presentSource(letter, session),
    parse: async (text) => {
      const checked = await checkTemplate(text, letter)
      if (!('problems' in checked)) return { value: checked }
      return { errors: checked.problems.map(({ line, message }) => `line ${line}: ${message}`) }
    },
    draftOf: (text) => draftOf(text, letter),
  })
  return { template, source }
}

async function presentSource(letter: LetterName, session: Session): Promise<string> {
  const present = await withStore(session, 'use', ({ db }) => presentTemplate(db, letter))
  return sourceOf(present, letter)
}

function draftOf(source: Draft['text'], letter: LetterName): Draft {
  return { name: `${letter}.txt`, text: source, command: `templates edit ${letter} --from` }
}

function badTemplate(problems: readonly TemplateProblem[], letter: LetterName): BadInput {
  return new BadInput('bad-template', 'This template cannot be used; nothing was changed.', {
    hint: `ssh-admin templates show ${letter} prints the present one.`,
    details: {
      problems: problems.map(({ line, message }) => ({
        target: `line ${line}`,
        code: 'bad-template',
        message,
      })),
    },
  })
}

export const preview = () =>
  mutation({
    name: 'preview',
    summary: 'send a letter to yourself, to see how it reads',
    description: 'Send a letter as it reads now, about an invented person. Nothing in it opens anything.',
    args: { name: letterArgument() },
    options: {
      to: allowName('user', requiredOption('<email>', 'who gets it')),
    },
    examples: ['ssh-admin templates preview invitation --to me@office.example'],
    act: (trx, ctx, { name: letter, to: email }) =>
      previewLetter(trx, { letter, email, sample: sampleOf(letter, 'with'), ctx }),
    render: ({ letter, to_address }) => `The letter ${letter}, as it reads now, for ${to_address}.`,
    json: (row, mail) => ({
      name: row.letter,
      changed: false,
      mail: mail.length > 0 ? mail : [messageOf(row)],
    }),
  })

export const reset = () =>
  mutation({
    name: 'reset',
    summary: 'give a letter its shipped words back',
    description: 'Give a letter the words it was shipped with. The changed ones are gone.',
    args: { name: letterArgument() },
    examples: ['ssh-admin templates reset invitation --yes'],
    act: (trx, ctx, { name: letter }) => resetTemplate(trx, { letter, ctx }),
    confirm: {
      comparable: ({ letter, changed, was }) => [letter, changed, was],
      question: ({ letter, changed }) =>
        changed
          ? `Give the letter ${letter} its shipped words back? The changed ones are gone. To keep them: ssh-admin templates show ${letter}`
          : undefined,
    },
    render: ({ letter, changed }, view) => {
      const message = changed
        ? `The letter ${letter} reads as it was shipped.`
        : `The letter ${letter} is as it was shipped; nothing to do.`
      return markedAnswer(message, { changed, view })
    },
    json: ({ letter, changed }) => ({ name: letter, changed }),
  })

/** The present template of a letter, and whether staff changed it. */
async function presentTemplate(
  db: Kysely<Store>,
  letter: LetterName,
): Promise<LetterWords & { edited: boolean }> {
  const row = await findTemplate(db, letter)
  if (row) return { subject: row.subject, text: row.text, html: row.html, edited: true }
  return { ...shippedTemplate(letter), edited: false }
}

function shippedTemplate(letter: LetterName): LetterWords {
  const { text, html } = shippedLetters[letter]
  return { subject: letters[letter].subject, text: text.trim(), html: html.trim() }
}

type ListedTemplate = JsonItem<'templateList'>

const templateFields = {
  name: field<ListedTemplate>('Template', ({ name }) => name),
  subject: field<ListedTemplate>('Subject', ({ subject }) => subject),
  'edited-at': field<ListedTemplate>(
    'Edited',
    ({ editedAt }) => editedAt,
    ({ editedAt }) => (editedAt === null ? null : plainTime(editedAt)),
  ),
  'edited-by': field<ListedTemplate>('By', ({ editedBy }) => editedBy),
  does: field<ListedTemplate>('What it does', ({ does }) => does),
  words: field<ListedTemplate>('Words', ({ editedAt, editedBy }) =>
    editedAt === null ? 'as shipped' : `changed ${plainTime(editedAt)} by ${editedBy}`,
  ),
}
