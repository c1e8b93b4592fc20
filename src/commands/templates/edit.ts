import * as z from 'zod'
import { BadInput, Cancelled } from '../../errors.ts'
import { checkTemplate } from '../../mail/check-template.ts'
import { sourceOf, type Template, type TemplateProblem } from '../../mail/template-source.ts'
import { requireTerminal, askYesNo } from '../../cli/prompt.ts'
import { editTemplate, letterCalled } from '../../rules/templates/edit.ts'
import type { LetterName } from '../../rules/mail/letters.ts'
import { type Draft, keepDraft } from '../../cli/drafts.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument, option, withValues } from '../../cli/parameters.ts'
import type { Session } from '../../cli/session.ts'
import { inEditor } from './editor.ts'
import { presentTemplate, shippedTemplate } from './present.ts'
import { offeredLetters } from '../../rules/mail/letters.ts'

interface Request {
  letter: LetterName
  template: Template
  /** What was typed in the editor. */
  source?: string
  from?: string
}

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change the words of a letter',
    description:
      'Change the words of a letter in your editor (VISUAL, EDITOR), or take them from a file. They are checked before they are saved.',
    args: {
      name: withValues(
        offeredLetters,
        argument('the name that templates list shows', z.string().transform(letterCalled)),
      ),
    },
    options: {
      from: option('<file>', 'the template as templates show prints it; - for stdin'),
    },
    examples: ['ssh-admin templates edit invitation --from invitation.txt'],
    prepare: async ({ name: letter, from }, session): Promise<Request> => {
      if (from !== undefined) return { letter, template: await readFrom(from, { letter, session }), from }
      const { template, source } = await edited(letter, session)
      return { letter, template, source }
    },
    act: (trx, ctx, { letter, template }) =>
      editTemplate(trx, { letter, template, shipped: shippedTemplate(letter), ctx }),
    draft: {
      of: ({ letter, source }) => (source === undefined ? undefined : draftOf(source, letter)),
      usedBy: ({ from }) => from,
    },
    render: ({ letter, changed }) =>
      changed
        ? `The letter ${letter} has new words. To see them: ssh-admin templates preview ${letter} --to YOU`
        : `The letter ${letter} reads so already; nothing to do.`,
    json: ({ letter, changed }) => ({ name: letter, changed }),
  })

async function readFrom(
  from: string,
  { letter, session }: { letter: LetterName; session: Session },
): Promise<Template> {
  const { textFrom } = await import('./editor.ts')
  const checked = await checkTemplate(await textFrom(from, session), letter)
  if (!('problems' in checked)) return checked
  throw badTemplate(checked.problems)
}

/** The editor, until the template is right or its editor gives up. */
async function edited(letter: LetterName, session: Session): Promise<{ template: Template; source: string }> {
  const { terminal, common } = session
  const question = `Which words shall the letter ${letter} have?`
  requireTerminal(terminal, { flag: '--from', may: common.input, question })
  const store = await session.open('use')
  const present = await presentTemplate(store.db, letter).finally(() => store.close())
  let source = sourceOf(present, letter)
  for (;;) {
    source = await inEditor(source, {
      name: `${letter}.template`,
      session,
      keep: (text, error) => keepDraft(session, draftOf(text, letter), error),
    })
    const checked = await checkTemplate(source, letter)
    if (!('problems' in checked)) return { template: checked, source }
    for (const { line, message } of checked.problems) session.say(`line ${line}: ${message}`)
    try {
      if (!(await askYesNo(terminal, 'Edit it again?'))) throw new Cancelled()
    } catch (error) {
      keepDraft(session, draftOf(source, letter), error)
      throw error
    }
  }
}

function draftOf(source: Draft['text'], letter: LetterName): Draft {
  return { name: `${letter}.txt`, text: source, command: `templates edit ${letter} --from` }
}

function badTemplate(problems: readonly TemplateProblem[]): BadInput {
  return new BadInput('bad-template', 'This template cannot be used; nothing was changed.', {
    hint: 'ssh-admin templates show NAME prints the present one.',
    details: {
      problems: problems.map(({ line, message }) => ({
        target: `line ${line}`,
        code: 'bad-template',
        message,
      })),
    },
  })
}
