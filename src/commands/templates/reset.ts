import * as z from 'zod'
import { letterCalled, resetTemplate } from '../../rules/templates/edit.ts'
import { mutation } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { offeredLetters } from '../../rules/mail/letters.ts'

export const reset = () =>
  mutation({
    name: 'reset',
    summary: 'give a letter its shipped words back',
    description: 'Give a letter the words it was shipped with. The changed ones are gone.',
    args: {
      name: withValues(
        offeredLetters,
        argument('the name that templates list shows', z.string().transform(letterCalled)),
      ),
    },
    examples: ['ssh-admin templates reset invitation --yes'],
    act: (trx, ctx, { name: letter }) => resetTemplate(trx, { letter, ctx }),
    confirm: {
      comparable: ({ letter, changed, was }) => [letter, changed, was],
      question: ({ letter, changed }) =>
        changed
          ? `Give the letter ${letter} its shipped words back? The changed ones are gone. To keep them: ssh-admin templates show ${letter}`
          : undefined,
    },
    render: ({ letter, changed }) =>
      changed
        ? `The letter ${letter} reads as it was shipped.`
        : `The letter ${letter} is as it was shipped; nothing to do.`,
    json: ({ letter, changed }) => ({ name: letter, changed }),
  })
