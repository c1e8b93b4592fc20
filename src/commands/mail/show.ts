import { checkOutputFile, textOf } from '../../cli/output-file.ts'
import { messageOf, renderMessage } from '../../render/messages.ts'
import { findMessage } from '../../rules/mail/cancel.ts'
import { command } from '../../cli/define.ts'
import { argument, option, yesOption } from '../../cli/parameters.ts'
import { placeRecorded, recordEvent } from '../../cli/record-event.ts'

export const show = () =>
  command({
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
    run: async ({ id, html }, session) => {
      const page =
        html === undefined
          ? undefined
          : await checkOutputFile(session, { kind: 'page', file: html, flag: '--html', asksLater: true })
      const store = await session.open('read')
      try {
        await session.ctx(store)
        const row = await findMessage(store.db, id)
        const { withoutSecrets } = await import('../../mail/smtp-settings.ts')
        const said = await withoutSecrets({ store, row, baseUrl: session.settings.baseUrl.value ?? '' })
        await page?.agreeToReplace()
        await page?.prepare(textOf(said.html))
        const event = {
          action: 'mail.shown',
          subject: row.to_address,
          ...(row.user_id === null ? {} : { userId: row.user_id }),
          facts: { message: row.id },
        }
        if (page) await placeRecorded(session, { file: page, event })
        else await recordEvent(session, event)
        const file = page?.path ?? null
        const message = messageOf(row)
        return {
          text: renderMessage(
            { message, written: row.file, text: said.text, page: file },
            session.terminal.out,
          ),
          json: { ...message, file: row.file, text: said.text, page: file },
        }
      } finally {
        await store.close()
      }
    },
  })
