import { sourceOf } from '../../mail/template-source.ts'
import { variablesFor } from '../../mail/values.ts'
import { letterCalled } from '../../rules/templates/edit.ts'
import { query } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { presentTemplate } from './present.ts'
import { offeredLetters } from '../../rules/mail/letters.ts'

export const show = () =>
  query({
    name: 'show',
    summary: "show a letter's template",
    description:
      "Show a letter's subject, text and HTML as templates, in the form that templates edit --from takes.",
    args: { name: withValues(offeredLetters, argument('the name that templates list shows')) },
    examples: ['ssh-admin templates show invitation'],
    read: async ({ db }, _ctx, { name }) => {
      const letter = letterCalled(name)
      return { letter, template: await presentTemplate(db, letter) }
    },
    render: ({ letter, template }) => [sourceOf(template, letter)],
    json: ({ letter, template }) => ({ name: letter, ...template, variables: variablesFor(letter) }),
  })
