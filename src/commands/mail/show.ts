import { resolve } from 'node:path'
import { textOf } from '../../cli/output-file.ts'
import { messageOf, renderMessage } from '../../render/messages.ts'
import { findMessage } from '../../rules/mail/cancel.ts'
import { query } from '../../cli/define.ts'
import { argument, option, yesOption } from '../../cli/parameters.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'show one message, its secret left out',
    description:
      'Show a message and what became of it. Its link, password or code is not shown: it is made when the message is sent.',
    args: { id: argument('the number that mail list shows') },
    options: {
      html: option('<file>', 'write the HTML as a page to look at'),
      yes: yesOption('replace the page that is there without asking'),
    },
    examples: ['ssh-admin mail show 1', 'ssh-admin mail show 1 --html message.html'],
    read: async (store, _, { id, html }, session) => {
      const row = await findMessage(store.db, id)
      const { withoutSecrets } = await import('../../mail/smtp-settings.ts')
      const content = await withoutSecrets({ store, row, baseUrl: session.settings.baseUrl.value ?? '' })
      return { row, content, page: html === undefined ? undefined : resolve(session.context.cwd, html) }
    },
    event: ({ row }) => ({
      action: 'mail.shown',
      subject: row.to_address,
      ...(row.user_id === null ? {} : { userId: row.user_id }),
      facts: { message: row.id },
    }),
    output: {
      kind: 'page',
      flag: '--html',
      file: ({ html }) => html,
      write: (output, { content }) => output.prepare(textOf(content.html)),
    },
    render: ({ row, content: { text }, page = null }, view, placed) =>
      renderMessage({ message: messageOf(row), written: row.file, text, page: placed ? page : null }, view),
    json: ({ row, content: { text }, page = null }, placed) => ({
      ...messageOf(row),
      file: row.file,
      text,
      page: placed ? page : null,
    }),
  })
