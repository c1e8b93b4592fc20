import { command } from '../../cli/define.ts'
import { option } from '../../cli/parameters.ts'
import { askYesNo, requireTerminal } from '../../cli/prompt.ts'
import type { Session } from '../../cli/session.ts'
import { textOfConfigFile } from '../../config.ts'
import { Cancelled } from '../../errors.ts'
import { failureOf } from '../../rules/batch.ts'
import { inEditor, textFrom } from '../templates/editor.ts'
import { changeConfiguration, configurationIn, type Configuration } from './configuration.ts'

/** Of no other kind: it changes a file, and opens no store. */
export const edit = () =>
  command({
    name: 'edit',
    summary: 'change the configuration file in your editor',
    description:
      'Change the configuration file in your editor (VISUAL, EDITOR), or take it from a file. It is checked before it is saved.',
    options: { from: option('<file>', 'take it from this file instead; - for stdin') },
    examples: ['ssh-admin config edit --from config.json'],
    changes: true,
    run: async ({ from }, session) => {
      if (from !== undefined) {
        const file = configurationIn(await textFrom(from, session), session.context)
        return changeConfiguration(session, { name: null, change: () => file })
      }
      const question = 'What shall the configuration file say?'
      requireTerminal(session.terminal, {
        flag: '--from',
        may: session.common.input,
        question,
      })
      const edited = await editedConfiguration(session)
      return changeConfiguration(session, { name: null, change: () => edited })
    },
  })

/** The editor, until what it saves can be used or its editor gives up. */
async function editedConfiguration(session: Session): Promise<Configuration> {
  let text = textOfConfigFile(session.context) ?? '{}\n'
  for (;;) {
    text = await inEditor(text, { name: 'config.json', session })
    const wrong = await failureOf(() => configurationIn(text, session.context))
    if (!wrong) return configurationIn(text, session.context)
    session.say(wrong.message)
    if (!(await askYesNo(session.terminal, 'Edit it again?'))) throw new Cancelled()
  }
}
