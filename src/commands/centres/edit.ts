import { countryName } from '../../country-names.ts'
import type { CentreWithPeople } from '../../db/centres/centres.ts'
import { closingQuestion, renderClosing } from '../../render/closing.ts'
import { centresJson, renderChangedCentres } from '../../render/centres.ts'
import { failureOf } from '../../rules/batch.ts'
import { type ChangedCentre, findAssociate } from '../../rules/centres/changed.ts'
import { centreTarget, permit } from '../../rules/permissions/decide.ts'
import { findCentre } from '../../rules/centres/find.ts'
import { type CentreOptions, centreKinds, parseCentreOptions } from '../../rules/centres/options.ts'
import { editCentre } from '../../rules/centres/edit.ts'
import { preparedMutation } from '../../cli/define.ts'
import { centreArgument } from '../../cli/parameters.ts'
import { requireTerminal } from '../../cli/confirm.ts'
import { ask, type Check, askSeveral } from '../../cli/prompt.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { cleanText } from '../../workbook/cell.ts'
import { onlyTimeZoneOf } from '../../rules/key-times/time-zones.ts'
import { comparableCentres, centreOptions, tidiedNameNotices } from './options.ts'

interface Request {
  centre: string
  /** Undefined until asked for at the terminal. */
  fields: CentreOptions | undefined
}

const flagsText = '--name, --kind, --address, --town, --postcode, --country or the marks'

function hasNoChanges(typed: object): boolean {
  return Object.values(typed).every((value) => value === undefined)
}

export const edit = () =>
  preparedMutation({
    name: 'edit',
    summary: "change a centre's facts",
    description:
      'Change what is said of a centre; what is not named stays. A centre that leaves its Associate is assigned to nobody there any longer. You are asked first when another centre has the new name already, and where it would close what is released and open for it, or open at once what is not. Without any option, at a terminal, asks for each, showing what it is now.',
    args: { centre: centreArgument() },
    options: centreOptions,
    examples: ["ssh-admin centres edit EG001 --name 'El Nour International School' --postcode 11511"],
    prepare: async ({ centre, ...typed }, session): Promise<Request> => {
      if (!hasNoChanges(typed)) {
        const fields = parseCentreOptions(typed)
        for (const notice of tidiedNameNotices(typed.name)) session.notify(notice)
        return { centre, fields }
      }
      const question = `What shall be changed of ${centre}?`
      requireTerminal(session, { flag: flagsText, question, add: ['--name', 'NAME'] })
      return { centre, fields: undefined }
    },
    complete: async (request, { session, store, ctx }) => {
      if (request.fields) return request
      const context = await ctx()
      const centre = await findCentre(store.db, request.centre, context)
      permit(context, 'centres.edit', centreTarget(centre))
      const associateProblem = async (associate: string) => {
        if (associate === centre.associate_number) return undefined
        const { number } = centre
        return (await failureOf(() => findAssociate(store.db, { centre: number, associate, ctx: context })))
          ?.message
      }
      const { name, ...others } = await promptForFacts(session.terminal, {
        centre,
        associateProblem,
      })
      // An unchanged name is not validated.
      const typed = { ...others, name: name === centre.name ? undefined : name }
      const fields = parseCentreOptions(typed)
      for (const notice of tidiedNameNotices(typed.name)) session.notify(notice)
      return { ...request, fields }
    },
    act: async (trx, ctx, { centre, fields = {} }) => [await editCentre(trx, { centre, fields, ctx })],
    confirm: {
      mayAsk: ({ centre: _, ...typed }) => {
        const { name, kind, associate, country, timeZone, globalListening } = typed
        const askedAbout = [name, kind, associate, country, timeZone, globalListening]
        return hasNoChanges(typed) || askedAbout.some((value) => value !== undefined)
      },
      question: ([edited]) => edited && editQuestion(edited),
      comparable: comparableCentres,
    },
    render: (done, view) =>
      [renderChangedCentres(done, view), ...done.flatMap((edited) => renderClosing(edited, view))].join('\n'),
    json: (done) => ({
      ...centresJson(done),
      closed: done.flatMap(({ closes = [] }) => closes),
      opened: done.flatMap(({ opens = [] }) => opens),
    }),
  })

/** Prompts for each editable fact, with its present value. */
async function promptForFacts(
  terminal: Terminal,
  { centre, associateProblem }: { centre: CentreWithPeople; associateProblem: Check },
): Promise<Omit<CentreOptions, 'kind'> & { name: string; kind: string }> {
  const askField = (question: string, current: string, toOptions: (text: string) => object) =>
    ask(terminal, {
      question,
      current,
      // The rule's own refusal, while the value can still be corrected.
      check: async (text) =>
        text === current ? undefined : (await failureOf(() => parseCentreOptions(toOptions(text))))?.message,
    })
  const askText = async (question: string, current: string, toOptions: (text: string) => object) => {
    const typed = await askField(question, current, toOptions)
    return typed === current ? current : cleanText(typed)
  }
  const name = await askField('Name:', centre.name, (text) => ({ name: text }))
  const address = await askText('Address:', centre.address, (text) => ({ address: text }))
  const town = await askText('Town:', centre.town, (text) => ({ town: text }))
  const postcode = await askText('Postcode:', centre.postcode, (text) => ({ postcode: text }))
  const country = await askField('Country:', countryName(centre.country), (text) => ({ country: text }))
  const zone = await askTimeZone({ terminal, centre, country })
  const kind = await askField(`Kind (${centreKinds.join(', ')}):`, centre.kind, (text) => ({ kind: text }))
  const isOfAssociate = parseCentreOptions({ kind }).kind === 'associate-centre'
  const associate = isOfAssociate
    ? await ask(terminal, {
        question: 'Number of its Associate:',
        current: centre.associate_number ?? '',
        check: associateProblem,
      })
    : undefined
  const selected = await askSeveral<string>(terminal, { question: 'Marks:', choices: markChoices(centre) })
  const [britishCouncil, globalListening] = marks.map(({ value }) => selected.includes(value))
  return {
    ...{ name, address, town, postcode, country, kind, associate, ...zone },
    britishCouncil,
    globalListening,
  }
}

const marks = [
  { value: 'british-council', name: 'British Council centre' },
  { value: 'global-listening', name: 'Global Listening' },
] as const

function markChoices({ british_council, global_listening }: CentreWithPeople) {
  const checked = [british_council, global_listening]
  return marks.map((mark, at) => ({ ...mark, checked: checked[at] === 1 }))
}

/** Asked only for a country with several time zones. */
async function askTimeZone({
  terminal,
  centre,
  country,
}: {
  terminal: Terminal
  centre: CentreWithPeople
  country: string
}) {
  const { country: code = centre.country } = parseCentreOptions({ country })
  if (onlyTimeZoneOf(code) !== undefined) return {}
  const current = centre.time_zone ?? 'none'
  const timeZone = await ask(terminal, { question: 'Time zone (none takes it away):', current })
  return timeZone === current ? {} : { timeZone }
}

function editQuestion(edited: ChangedCentre): string | undefined {
  const closing = closingQuestion(edited, `Change ${edited.centre.number}`)
  const namesake = namesakeQuestion(edited)
  return namesake && closing ? `${namesake}\n${closing}` : (namesake ?? closing)
}

/** Other centres of the same name, which is common and easily confused. */
function namesakeQuestion({ centre: { number, name }, namesakes = [] }: ChangedCentre): string | undefined {
  if (namesakes.length === 0) return undefined
  const [first = '', ...others] = namesakes
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  return `${first}${more} is called ${name} too. Give ${number} that name all the same?`
}
