import * as z from 'zod'
import { sourceOf } from '../../mail/template-source.ts'
import { variablesFor } from '../../mail/values.ts'
import { letterCalled } from '../../rules/templates/edit.ts'
import { command, example } from '../../cli/command.ts'
import { query } from '../../cli/query.ts'
import { presentTemplate } from './present.ts'

const Options = z.object({ name: z.string() })

export const show = () =>
  command('show')
    .summary("show a letter's template")
    .description(
      "Show a letter's subject, text and HTML as templates, in the form that templates edit --from takes.",
    )
    .argument('<name>', 'the name that templates list shows')
    .addHelpText('after', example('ssh-admin templates show invitation'))
    .action(
      query({
        options: Options,
        read: async ({ name }, _given, { db }) => {
          const letter = letterCalled(name)
          return { letter, template: await presentTemplate(db, letter) }
        },
        render: ({ letter, template }) => sourceOf(template, letter),
        json: ({ letter, template }) => ({ name: letter, ...template, variables: variablesFor(letter) }),
      }),
    )
