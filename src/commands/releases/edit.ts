import { preparedMutation } from '../../cli/define.ts'
import { argument } from '../../cli/parameters.ts'
import { Usage } from '../../errors.ts'
import { changedReleaseJson, renderChangedRelease } from '../../render/releases.ts'
import { editRelease } from '../../rules/releases/edit.ts'
import { typedMoment } from '../../rules/releases/moment.ts'
import { comparableWithOutlook, editQuestion } from './questions.ts'
import { nameOption, releaseOptions } from './typed.ts'

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change what a release opens, when, or for whom',
    description:
      'Change a release; what is not named stays, and --resource and --for are the whole of what shall be. You are asked first where it is released already, with when it opens for whom, and where it would close what is open for somebody.',
    args: { release: argument('its number or its name') },
    options: { name: nameOption, ...releaseOptions },
    examples: ["ssh-admin releases edit 1 --opens 'key-time AM 2026-06-02 - 1h30m'"],
    prepare: async ({ release, name, resource, opens, closes, for: audience }, session) => {
      const now = session.context.now()
      const changes = {
        name,
        resources: resource.length > 0 ? resource : undefined,
        audience: audience.length > 0 ? audience : undefined,
        opens: opens === undefined ? undefined : typedMoment(opens, now),
        closes: closesTyped(closes, now),
      }
      if (Object.values(changes).every((value) => value === undefined)) {
        throw new Usage(`Nothing was said of ${release}.`, {
          code: 'nothing-said',
          hint: 'Say what to change, such as --opens or --for; --help lists them.',
        })
      }
      return { release, changes }
    },
    act: (trx, ctx, { release, changes }) => editRelease(trx, { release, changes, ctx }),
    confirm: { question: editQuestion, comparable: comparableWithOutlook },
    render: renderChangedRelease,
    json: changedReleaseJson,
  })

function closesTyped(text: string | undefined, now: Date) {
  if (text === undefined) return undefined
  return text.trim().toLowerCase() === 'none' ? null : typedMoment(text, now)
}
