import { preparedMutation, mutation, listing, query } from '../cli/define.ts'
import {
  argument,
  listOption,
  requiredOption,
  withCompletions,
  option,
  allowName,
  yesOption,
} from '../cli/parameters.ts'
import { listOf, optional } from '../cli/typed-values.ts'
import type { whyNotReleased } from '../rules/releases/why-not-released.ts'
import { Usage } from '../errors.ts'
import {
  releaseJson,
  renderCreatedRelease,
  changedReleaseJson,
  renderChangedRelease,
  publishedReleaseJson,
  renderPublishedRelease,
  listedReleaseJson,
  neverOpensLine,
  releaseFields,
  renderRelease,
  shownReleaseJson,
} from '../render/releases.ts'
import {
  authorisationFields,
  authorisationJson,
  problemInFull,
  type ListedAuthorisation,
} from '../render/authorisations.ts'
import {
  comparableRelease,
  comparableWithSchedule,
  editQuestion,
  publishQuestion,
  withdrawQuestion,
} from '../render/release-questions.ts'
import {
  createRelease,
  editRelease,
  type ReleaseChanges,
  publishRelease,
  withdrawRelease,
} from '../rules/releases/change.ts'
import { resolveTypedMoment, parseAudience, parseMoment, type TypedMoment } from '../rules/releases/parse.ts'
import { foundInMemory } from '../cli/list-declaration.ts'
import { findReleases } from '../db/releases.ts'
import type { ReleaseState } from '../db/schema.ts'
import { openingSummaryOf, authorisationsOf } from '../rules/releases/centres-of-release.ts'
import { readReleaseFacts } from '../rules/releases/release-facts.ts'
import { nameReader } from '../rules/unknown-name.ts'
import { nameKey } from '../search-key.ts'
import { scheduleOf } from '../rules/releases/schedule.ts'
import { findRelease } from '../rules/releases/release.ts'
import { findOwnCentre } from '../rules/centres/find.ts'
import { visibleAuthorisations } from '../rules/releases/visible.ts'
import { titleTyped } from '../cli/typed-arguments.ts'
import { parseResourceNumber } from '../rules/resources.ts'

const momentHelp =
  "2026-06-02T08:00Z, now, or 'key-time AM 2026-06-02 - 2h': so long before the Key Time of each centre"

/** The options that `create` and `edit` share. */
const releaseOptions = {
  resource: withCompletions(
    { stored: 'resource' },
    listOption(
      '<ids>',
      'the numbers of its resources, which resources list shows',
      listOf((id) => String(parseResourceNumber(id))),
    ),
  ),
  opens: withCompletions(['now', 'key-time'], option('<moment>', momentHelp)),
  closes: withCompletions(
    ['none', 'key-time'],
    option('<moment>', 'when it closes, said in the same way; none: it never does'),
  ),
  for: allowName(
    'audience',
    withCompletions(
      ['all', 'schools', 'associates', 'associate-centres', 'country:', 'zone:', 'entries'],
      listOption(
        '<audience>',
        'all, schools, associates, associate-centres, country:EG, zone:4, entries, or numbers or names of centres; several: whoever is in one of them',
      ),
    ),
  ),
}

/** Reads `--closes`; null means never. */
function parseClosing(text: string): TypedMoment | null {
  return text.trim().toLowerCase() === 'none' ? null : parseMoment(text)
}

function releaseArgument() {
  return withCompletions({ stored: 'release' }, argument('its number or its name'))
}

export const create = () =>
  preparedMutation({
    name: 'create',
    summary: 'draft what opens for which centres, and when',
    description: `Draft a release: which resources open for whom, from a moment until another. It opens for nobody until it is published.
A moment is the same for everybody, or so long before or after the Key Time of a day and session at each centre. Without --closes it never closes.`,
    args: { name: argument('what it is called', titleTyped) },
    options: {
      ...releaseOptions,
      opens: withCompletions(['now', 'key-time'], requiredOption('<moment>', momentHelp)),
    },
    examples: [
      "ssh-admin releases create 'Listening June' --resource 1 --opens 'key-time AM 2026-06-02 - 2h' --closes 2026-06-03T00:00Z --for entries",
    ],
    prepare: async ({ name, resource: resources, opens, closes, for: audience }) => {
      if (resources.length === 0) {
        throw new Usage('Which resources?', { code: 'missing-value', optionToAdd: ['--resource', 'ID'] })
      }
      return {
        name,
        resources,
        audience: audience.map(parseAudience),
        opens: parseMoment(opens),
        closes: closes === undefined ? null : parseClosing(closes),
      }
    },
    act: (trx, ctx, { opens, closes, ...values }) =>
      createRelease(trx, {
        ...values,
        opens: resolveTypedMoment(opens, ctx.at),
        closes: closes && resolveTypedMoment(closes, ctx.at),
        ctx,
      }),
    render: renderCreatedRelease,
    json: (release) => ({ ...releaseJson(release), changed: true }),
  })

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: 'change what a release opens, when, or for whom',
    description:
      'Change a release; what is not named stays, and --resource and --for name all that it shall have, not what is added. You are asked first where it is released already, with when it opens for whom, and where it would close what is open for somebody, or open at once what is not.',
    args: { release: releaseArgument() },
    options: { name: option('<name>', 'another name', optional(titleTyped)), ...releaseOptions },
    examples: ["ssh-admin releases edit 1 --opens 'key-time AM 2026-06-02 - 1h30m'"],
    prepare: async ({ release, name, resource, opens, closes, for: audience }) => {
      const changes: TypedChanges = {
        name,
        resources: resource.length > 0 ? resource : undefined,
        audience: audience.length > 0 ? audience.map(parseAudience) : undefined,
        opens: opens === undefined ? undefined : parseMoment(opens),
        closes: closes === undefined ? undefined : parseClosing(closes),
      }
      if (Object.values(changes).every((value) => value === undefined)) {
        throw new Usage(`Nothing was said of ${release}.`, {
          code: 'nothing-said',
          hint: 'Say what to change, such as --opens or --for; --help lists them.',
          optionToAdd: ['--opens', 'MOMENT'],
        })
      }
      return { release, changes }
    },
    // Resolves `now` before a question, so that the answer applies to that moment; without a question, the change does.
    complete: async ({ release, changes }, { ctx, asks }) => {
      const saysWhen = changes.opens !== undefined || changes.closes !== undefined
      return saysWhen && asks
        ? { release, changes: resolveMoments(changes, (await ctx()).at) }
        : { release, changes }
    },
    act: (trx, ctx, { release, changes }) =>
      editRelease(trx, { release, changes: resolveMoments(changes, ctx.at), ctx }),
    confirm: { question: editQuestion, comparable: comparableWithSchedule },
    render: renderChangedRelease,
    json: changedReleaseJson,
  })

interface TypedChanges extends Omit<ReleaseChanges, 'opens' | 'closes'> {
  opens?: TypedMoment | undefined
  closes?: TypedMoment | null | undefined
}

function resolveMoments({ opens, closes, ...changes }: TypedChanges, at: Date): ReleaseChanges {
  return {
    ...changes,
    opens: opens && resolveTypedMoment(opens, at),
    closes: closes && resolveTypedMoment(closes, at),
  }
}

export const publish = () =>
  mutation({
    name: 'publish',
    summary: 'release it: from now on it opens, for each centre at its moment',
    description: `Release a draft. You are asked first, with how many centres it is for, when it opens first and last, which have no Key Time and never see it, which time zones there are, and for which centres it opens at once.
With --dry-run, or releases authorisations --release, the whole list, centre by centre.`,
    args: { release: releaseArgument() },
    examples: ['ssh-admin releases publish 1 --yes'],
    act: async (trx, ctx, { release }) => ({
      ...(await publishRelease(trx, { release, ctx })),
      at: ctx.at,
      rehearsed: ctx.actor.dryRun === true,
    }),
    confirm: { question: publishQuestion, comparable: comparableWithSchedule },
    render: renderPublishedRelease,
    json: (published) => publishedReleaseJson(published, published.at),
  })

export const withdraw = () =>
  mutation({
    name: 'withdraw',
    summary: 'let a release open for nobody any more',
    description:
      'Withdraw a release: it opens for nobody any more. Nothing is deleted, and whoever has a file keeps it. A withdrawn release stays withdrawn; another can be made.',
    args: { release: releaseArgument() },
    examples: ['ssh-admin releases withdraw 1 --yes'],
    act: (trx, ctx, { release }) => withdrawRelease(trx, { release, ctx }),
    confirm: {
      question: withdrawQuestion,
      comparable: comparableRelease,
    },
    render: renderChangedRelease,
    json: changedReleaseJson,
  })

const states: readonly ReleaseState[] = ['draft', 'released', 'withdrawn']

export const list = () =>
  listing({
    name: 'list',
    summary: 'list releases, with when they open and where they never will',
    description:
      'List releases, newest first: for how many centres, when the first and the last of them opens, in UTC and on the clocks where most of them are, and how many have no Key Time.\nIn a pipe: number, name, state, resources, audience, opens, closes, centres, first, last, without a Key Time, first there, last there.',
    options: {
      state: withCompletions(
        states,
        listOption('<state>', states.join(', '), listOf(nameReader('state', states))),
      ),
    },
    examples: ['ssh-admin releases list --state released'],
    singular: 'release',
    answer: 'releaseList',
    key: 'releases',
    fields: releaseFields,
    table: [
      'id',
      'name',
      'state',
      'for',
      'centres',
      'first-local',
      'first',
      'last-local',
      'last',
      'without-key-time',
    ],
    dropOrder: ['for', 'last-local', 'last', 'centres', 'without-key-time', 'first-local', 'first'],
    rowDetails: neverOpensLine,
    id: 'id',
    find: async ({ store: { db } }, { state }) => {
      const releases = await findReleases(db, { states: state })
      const facts = await readReleaseFacts(db, { releases })
      return foundInMemory(releases.map((release) => ({ release, reach: openingSummaryOf(release, facts) })))
    },
    json: listedReleaseJson,
    emptyMessage: 'No releases.',
  })

export const show = () =>
  query({
    name: 'show',
    summary: 'show a release, and when it opens around the world',
    description:
      'Show what a release opens, for whom, and when it opens around the world: one line for each moment, with the centres and their time zones; and the centres for which it never opens.',
    args: { release: releaseArgument() },
    examples: ['ssh-admin releases show 1'],
    read: async ({ db }, _ctx, { release: named }) => {
      const release = await findRelease(db, named)
      return { release, schedule: await scheduleOf(db, release) }
    },
    render: renderRelease,
    json: shownReleaseJson,
  })

export const authorisations = () =>
  listing({
    name: 'authorisations',
    summary: 'what opens for which centre, from when until when',
    description: `List what is released for each centre: which resources, from when until when in its local time and in UTC. Computed at this moment from releases, Key Times, entries and centres.
With --as what that person may see. With --release a draft too, to check it before it is published.
In a pipe: release, its name, centre, its name, resources, state, opens there, opens in UTC, closes in UTC, problem, closes there.`,
    options: {
      centre: allowName('centre', option('<centre>', 'for this centre')),
      release: withCompletions(
        { stored: 'release' },
        option('<release>', 'of this release, by number or name'),
      ),
      out: option('<file>', 'write the list into a file instead: .xlsx or .csv'),
      yes: yesOption('replace the file that is there without asking'),
    },
    examples: [
      'ssh-admin releases authorisations --centre EG001',
      'ssh-admin releases authorisations --release 1 --out listening-june.xlsx',
    ],
    singular: 'authorisation',
    answer: 'authorisationList',
    key: 'authorisations',
    fields: authorisationFields,
    table: [
      'release-name',
      'centre',
      'resources',
      'state',
      'opens-local',
      'opens',
      'closes-local',
      'closes',
      'problem',
    ],
    dropOrder: ['problem', 'closes-local', 'closes', 'resources', 'release-name', 'opens-local', 'opens'],
    rowDetails: problemInFull,
    id: 'centre',
    outputPath: ({ out }) => out,
    find: async ({ store: { db }, ctx }, { centre, release: named }) => {
      const { actor, at } = ctx
      const own = actor.kind === 'user' ? actor.centre.number : undefined
      const number = centre ?? own
      const found = number === undefined ? undefined : await findOwnCentre(db, number, ctx)
      const numbers = found && [found.number]
      const isStaff = actor.kind === 'staff'
      const chosen =
        named !== undefined && isStaff
          ? [await findRelease(db, named)]
          : (await findReleases(db, { states: ['released'] })).filter(
              ({ id, name }) =>
                named === undefined || String(id) === named || nameKey(name) === nameKey(named),
            )
      const visible = await visibleAuthorisations(db, ctx)
      const tellsWhy = isStaff && found !== undefined
      const listening = tellsWhy ? 'asked' : 'not-asked'
      const facts = await readReleaseFacts(db, { releases: chosen, scope: { numbers }, listening })
      const notices = tellsWhy
        ? await whyNot(db, { centre: found, releases: chosen, isNamed: named !== undefined, facts })
        : []
      function* rows(showsUtc = true): Generator<ListedAuthorisation> {
        for (const release of chosen)
          for (const one of authorisationsOf(release, facts)) {
            const authorisation = visible(one)
            if (authorisation) yield { authorisation, at, sharedZone, showsUtc }
          }
      }
      let zones: ReadonlySet<string> | undefined
      const sharedZone = () => {
        zones ??= zonesAmong(rows())
        const [zone, another] = zones
        return another === undefined ? zone : undefined
      }
      return {
        rows: ({ reverse, fields }) => {
          const listed = rows(fields?.has('opens') ?? true)
          return reverse ? [...listed].reverse() : listed
        },
        notices,
        about: {
          lines: () => {
            const zone = sharedZone()
            return zone === undefined ? [] : [`Local times are those of ${zone}.`, '']
          },
          json: {},
          columns: ['opens-local', 'closes-local'],
        },
      }
    },
    json: authorisationJson,
    emptyMessage: 'Nothing is released.',
    noMatchMessage: 'Nothing of that is released.',
  })

/** The module is loaded only where a centre is named. */
async function whyNot(...asked: Parameters<typeof whyNotReleased>) {
  const { whyNotReleased } = await import('../rules/releases/why-not-released.ts')
  return whyNotReleased(...asked)
}

/** The time zones of the listed openings; stops at the second, because only a single one matters. */
function zonesAmong(rows: Iterable<ListedAuthorisation>): ReadonlySet<string> {
  const zones = new Set<string>()
  for (const { authorisation } of rows) {
    if (authorisation.opensAt !== null && authorisation.zone !== null) zones.add(authorisation.zone)
    if (zones.size > 1) break
  }
  return zones
}
