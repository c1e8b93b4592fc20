import { preparedMutation } from '../../cli/define.ts'
import { argument, withValues } from '../../cli/parameters.ts'
import { Usage } from '../../errors.ts'
import { changedReleaseJson, renderChangedRelease } from '../../render/releases.ts'
import { typedAudience } from '../../rules/releases/audience.ts'
import { editRelease, type ReleaseChanges } from '../../rules/releases/edit.ts'
import { momentTyped, type TypedMoment, typedMoment } from '../../rules/releases/moment.ts'
import { comparableWithOutlook, editQuestion } from './questions.ts'
import { closesTyped, nameOption, releaseOptions } from './typed.ts'

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change what a release opens, when, or for whom',
    description:
      'Change a release; what is not named stays, and --resource and --for are the whole of what shall be. You are asked first where it is released already, with when it opens for whom, and where it would close what is open for somebody.',
    args: { release: withValues({ stored: 'release' }, argument('its number or its name')) },
    options: { name: nameOption, ...releaseOptions },
    examples: ["ssh-admin releases edit 1 --opens 'key-time AM 2026-06-02 - 1h30m'"],
    prepare: async ({ release, name, resource, opens, closes, for: audience }) => {
      const changes: TypedChanges = {
        name,
        resources: resource.length > 0 ? resource : undefined,
        audience: audience.length > 0 ? audience.map(typedAudience) : undefined,
        opens: opens === undefined ? undefined : typedMoment(opens),
        closes: closes === undefined ? undefined : closesTyped(closes),
      }
      if (Object.values(changes).every((value) => value === undefined)) {
        throw new Usage(`Nothing was said of ${release}.`, {
          code: 'nothing-said',
          hint: 'Say what to change, such as --opens or --for; --help lists them.',
        })
      }
      return { release, changes }
    },
    // Now is one moment, before the question and after it.
    complete: async ({ release, changes }, { ctx }) => {
      const saysWhen = changes.opens !== undefined || changes.closes !== undefined
      return saysWhen ? { release, changes: settled(changes, (await ctx()).at) } : { release, changes }
    },
    act: (trx, ctx, { release, changes }) =>
      editRelease(trx, { release, changes: settled(changes, ctx.at), ctx }),
    confirm: { question: editQuestion, comparable: comparableWithOutlook },
    render: renderChangedRelease,
    json: changedReleaseJson,
  })

interface TypedChanges extends Omit<ReleaseChanges, 'opens' | 'closes'> {
  opens?: TypedMoment | undefined
  closes?: TypedMoment | null | undefined
}

function settled({ opens, closes, ...changes }: TypedChanges, at: Date): ReleaseChanges {
  return { ...changes, opens: opens && momentTyped(opens, at), closes: closes && momentTyped(closes, at) }
}
