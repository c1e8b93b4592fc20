import type { OpenStore } from '../../db/store/opening.ts'
import { Usage } from '../../errors.ts'
import { requireTerminal } from '../../cli/confirm.ts'
import { ask } from '../../cli/prompt.ts'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { parseNewCentreNumber } from '../../rules/centres/find.ts'
import { missingAssociate, parseCentreOptions, parseCountry } from '../../rules/centres/options.ts'
import { createCentre, refuseNumberInUse } from '../../rules/centres/create.ts'
import { failureOf } from '../../rules/batch.ts'
import { preparedMutation } from '../../cli/define.ts'
import { flag, optionalArgument } from '../../cli/parameters.ts'
import { openIfExists, type Session } from '../../cli/session.ts'
import { commandLine, type Line, replaceWord } from '../../cli/typed-line.ts'
import { centreOptions, tidiedNameNotices } from './options.ts'

export const create = () =>
  preparedMutation({
    name: 'create',
    summary: 'add one centre',
    description:
      'Add one centre, with its name and its country. An associate centre is approved until its coordinator is set up. ' +
      'What is not said is asked for at a terminal. Without a store yet, this begins one.',
    args: { centre: optionalArgument('its number: 2 to 12 letters and digits') },
    options: {
      ...centreOptions,
      ifMissing: flag('a centre that is there already, and equal, is no error'),
    },
    examples: [
      "ssh-admin centres create EG900 --name 'El Nour School' --country Egypt --town Cairo",
      "ssh-admin centres create CA900 --name 'Delta Schools' --kind associate --country EG",
    ],
    prepare: async ({ centre, ifMissing, ...typed }, session) => {
      const number =
        centre === undefined
          ? parseNewCentreNumber(await askNumber({ ...typed, ifMissing }, session))
          : requireNumber(centre, typed, session)
      const { kind, associate } = parseCentreOptions(typed)
      if (kind === 'associate-centre' && associate === undefined) throw missingAssociate()
      const isAsked = typed.name === undefined || typed.country === undefined
      if (centre !== undefined && isAsked)
        await checkInStore(session, ({ db }) => refuseNumberInUse(db, { number, ifMissing }))
      const name = typed.name ?? (await askName(number, typed, session))
      const country = typed.country ?? (await askCountry(number, typed, session))
      for (const notice of tidiedNameNotices(name)) session.notify(notice)
      return { centre: number, ifMissing, fields: parseCentreOptions({ ...typed, name, country }) }
    },
    act: async (trx, ctx, { centre, ifMissing, fields }) => [
      await createCentre(trx, { centre, fields, ifMissing, ctx }),
    ],
    createsStore: true,
    render: renderChangedCentres,
    json: centresJson,
  })

interface TypedFacts {
  name?: string | undefined
  country?: string | undefined
}

/** The typed line, with a placeholder for each missing value. */
function lineWithPlaceholders(
  line: Line,
  { name, country }: TypedFacts,
  ...options: readonly string[]
): string {
  const missing = [
    ...options,
    ...(name === undefined ? ['--name', 'NAME'] : []),
    ...(country === undefined ? ['--country', 'COUNTRY'] : []),
  ]
  const end = line.indexOf('--')
  return commandLine(line.toSpliced(end < 0 ? line.length : end, 0, ...missing))
}

/** Refuses a name in the place of the number. */
function requireNumber(text: string, typed: TypedFacts, { argv }: Session): string {
  try {
    return parseNewCentreNumber(text)
  } catch (error) {
    if (!(error instanceof Usage) || error.hint !== undefined || typed.name !== undefined) throw error
    const line = replaceWord(argv, argv.indexOf(text), 'CENTRE')
    const hint = lineWithPlaceholders(line, { ...typed, name: text }, '--name', text)
    throw new Usage(error.message, { code: error.code, hint })
  }
}

/** Early checks while values are typed at a terminal, if there is a store; the rule checks again. */
async function checkInStore(session: Session, check: (store: OpenStore) => Promise<void>): Promise<void> {
  const { terminal, common } = session
  if (!terminal.canAsk || !common.input || common.dryRun) return
  const store = await openIfExists(session, 'read')
  if (!store) return
  try {
    await session.ctx(store)
    await check(store)
  } finally {
    await store.close()
  }
}

async function askNumber(
  { ifMissing, ...typed }: TypedFacts & { ifMissing: boolean },
  session: Session,
): Promise<string> {
  const { terminal, common, argv } = session
  const question = 'What is its centre number, such as EG001?'
  const line = lineWithPlaceholders(replaceWord(argv, argv.indexOf('create'), 'create', 'CENTRE'), typed)
  requireTerminal(session, { flag: 'CENTRE', mayAsk: !common.dryRun, question, line })
  // A missing permission or an unavailable store is reported before anything is typed.
  await checkInStore(session, async () => undefined)
  const checkNumber = async (text: string) => {
    const number = parseNewCentreNumber(text)
    await checkInStore(session, ({ db }) => refuseNumberInUse(db, { number, ifMissing }))
  }
  const check = async (text: string) => (await failureOf(() => checkNumber(text)))?.message
  return parseNewCentreNumber(await ask(terminal, { question, check }))
}

async function askName(number: string, typed: TypedFacts, session: Session): Promise<string> {
  const question = `What is the name of ${number}?`
  const line = lineWithPlaceholders(session.argv, typed)
  requireTerminal(session, { flag: '--name', mayAsk: !session.common.dryRun, question, line })
  return ask(session.terminal, {
    question,
    check: async (text) => (await failureOf(() => parseCentreOptions({ name: text })))?.message,
  })
}

function askCountry(number: string, typed: TypedFacts, session: Session): Promise<string> {
  const question = `In which country is ${number}?`
  const line = lineWithPlaceholders(session.argv, { ...typed, name: typed.name ?? '' })
  requireTerminal(session, { flag: '--country', mayAsk: !session.common.dryRun, question, line })
  return ask(session.terminal, {
    question,
    check: async (text) => {
      const failure = await failureOf(() => parseCountry(text))
      return failure && [failure.message, failure.hint].join(' ')
    },
  })
}
