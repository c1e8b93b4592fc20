import type { Kysely } from 'kysely'
import type { CentreWithPeople } from '../../db/centres/centres.ts'
import { countExamsOfficers, type ReleaseRow } from '../../db/releases.ts'
import type { Store } from '../../db/schema.ts'
import { firstFew } from '../../format-number.ts'
import { audienceInWords } from './audience.ts'
import { hasGlobalListening, isReached } from './centres-of-release.ts'
import type { ReleaseFacts } from './release-facts.ts'

/** A reason why a centre's people do not see what a release gives, with what would change it. */
interface Reason {
  code: string
  message: string
}

interface Asked {
  centre: CentreWithPeople
  releases: readonly ReleaseRow[]
  /** The release was named: then a centre outside its audience is told, too. */
  isNamed: boolean
  /** Facts that were read for this centre, with `listening: 'asked'`. */
  facts: ReleaseFacts
}

/** Why a centre does not get something of these releases, or nobody there sees it. */
export async function whyNotReleased(
  db: Kysely<Store>,
  { centre, releases, isNamed, facts }: Asked,
): Promise<Reason[]> {
  const { number, deleted_at, coordinator_status } = centre
  if (deleted_at !== null)
    return [
      {
        code: 'centre-deleted',
        message: `${number} is deleted, and nobody there sees a release: ssh-admin centres restore ${number}`,
      },
    ]
  if (coordinator_status === 'suspended')
    return [
      {
        code: 'coordinator-suspended',
        message: `The coordinator of ${number} is suspended, and nobody there sees a release meanwhile: ssh-admin coordinator restore ${number}`,
      },
    ]
  const [found] = facts.centres
  if (found === undefined) return []
  const reaching = releases.filter((release) => isReached(found, release, facts))
  const outside = isNamed ? releases.filter((release) => !reaching.includes(release)) : []
  const recordings = reaching.filter(({ resources }) => resources.some(isRecording))
  return [
    ...outside.map((release) => outsideAudience(number, release)),
    ...(recordings.length > 0 ? await whyNoRecording(db, { centre, recordings }) : []),
  ]
}

function isRecording({ kind, withdrawn_at }: ReleaseRow['resources'][number]): boolean {
  return kind === 'listening-audio' && withdrawn_at === null
}

function outsideAudience(number: string, { name, audience }: ReleaseRow): Reason {
  const isByEntry = audience.some(({ kind }) => kind === 'entries')
  const entries = isByEntry ? ', which has no entry for its components' : ''
  return {
    code: 'not-in-audience',
    message: `${name} is for ${audienceInWords(audience)}, and not for ${number}${entries}.`,
  }
}

/** Recordings are for the exams officers who have Global Listening, and for nobody else. */
async function whyNoRecording(
  db: Kysely<Store>,
  {
    centre: { id, number, kind, british_council, global_listening },
    recordings,
  }: { centre: CentreWithPeople; recordings: readonly ReleaseRow[] },
): Promise<Reason[]> {
  const shown = firstFew(recordings.map(({ name }) => name))
  if (!hasGlobalListening({ kind, global_listening })) {
    const why =
      kind === 'associate'
        ? `${number} is an Associate, and no Associate gets recordings.`
        : british_council === 1
          ? `${number} is a British Council centre, which cannot have Global Listening, and gets no recordings.`
          : `${number} has no Global Listening, and gets no recordings: ssh-admin centres edit ${number} --global-listening`
    return [{ code: 'no-global-listening', message: `Without the recordings of ${shown}: ${why}` }]
  }
  if ((await countExamsOfficers(db, id)) > 0) return []
  return [
    {
      code: 'no-exams-officer',
      message: `Nobody at ${number} sees the recordings of ${shown}: they are for its exams officers, and none can sign in. To make one: ssh-admin roles grant EMAIL exams-officer`,
    },
  ]
}
