import * as z from 'zod'
import { Usage } from '../../errors.ts'
import { comparableClosing, renderWithClosing, withClosing } from '../../render/closing.ts'
import { called, coordinationJson, placeOf, renderCoordinatorChange } from '../../render/coordination.ts'
import { changeCoordinator, type Successor } from '../../rules/coordinator/change.ts'
import type { Coordination } from '../../rules/coordinator/coordination.ts'
import { typedPerson } from '../../rules/users/new-user.ts'
import { preparedMutation } from '../../cli/define.ts'
import { argument, orName, flag, option, type ValuesOf } from '../../cli/parameters.ts'
import type { Session } from '../../cli/session.ts'
import { comparableCoordination, type chooseSuccessor } from './questions.ts'

const options = {
  to: orName('user', option('<email>', 'an administrator of the centre')),
  new: option('<person>', "a new user: 'Name <email>'", z.string().transform(typedPerson).optional()),
  suspendFormer: flag('suspend the former coordinator too'),
}

type Options = { centre: string } & ValuesOf<typeof options>

interface Request {
  centre: string
  /** Absent: to be chosen. */
  successor: Successor | undefined
  suspendFormer: boolean
}

export const change = () =>
  preparedMutation({
    name: 'change',
    summary: 'hand the place of coordinator to somebody else',
    description:
      'Hand the place of coordinator to an administrator of the centre, or to a new person. The former coordinator becomes a teacher. At a terminal, without --to and --new, it lists those who can be chosen.',
    args: { centre: orName('centre', argument('the number or name of the centre')) },
    options,
    examples: [
      'ssh-admin coordinator change EG001 --to omar@school.example --yes',
      "ssh-admin coordinator change EG001 --new 'Salma Aziz <salma@school.example>' --yes",
    ],
    prepare: prepareChange,
    complete: async (request, { session, store, ctx }) => ({
      ...request,
      successor:
        request.successor ?? (await chooseFrom(request.centre, { session, store, ctx: await ctx() })),
    }),
    act: (trx, ctx, request: Request) => changeCoordinator(trx, { ...request, ctx }),
    confirm: {
      question: (done) => withClosing(changeQuestion(done), { closes: done.closes ?? [] }),
      comparable: (done) => [comparableCoordination(done), comparableClosing(done.closes ?? [])],
      flags: ({ to, new: person }) => (to === undefined && !person ? flags : undefined),
    },
    render: (done, view) =>
      renderWithClosing(renderCoordinatorChange(done, view, changedTo), { closes: done.closes ?? [] }, view),
    json: (done, mail) => ({ ...coordinationJson(done, mail), closed: [...(done.closes ?? [])] }),
  })

const flags = "--to EMAIL or --new 'Name <email>', and --yes"

async function prepareChange(options: Options, session: Session): Promise<Request> {
  const { centre, to, new: person, suspendFormer } = options
  if (to !== undefined && person)
    throw new Usage('--to and --new exclude one another', {
      code: 'invalid-option',
      hint: 'Add --help to see what it takes.',
    })
  if (to !== undefined) return { centre, successor: { to }, suspendFormer }
  if (person) return { centre, successor: { person }, suspendFormer }
  if (!session.terminal.canAsk || !session.common.input) {
    throw new Usage('Who takes the place? Say it with --to EMAIL or --new.', {
      code: 'answer-needed',
      hint: `ssh-admin coordinator change ${centre} --to EMAIL, or --new 'Name <email>'`,
    })
  }
  return { centre, successor: undefined, suspendFormer }
}

async function chooseFrom(
  centre: string,
  at: Parameters<typeof chooseSuccessor>[1],
): Promise<Successor | undefined> {
  const { chooseSuccessor } = await import('./questions.ts')
  return chooseSuccessor(centre, at)
}

function changeQuestion(coordination: Coordination): string | undefined {
  const { coordinator, former, changed } = coordination
  if (!changed || !coordinator) return undefined
  const stays = former?.status === 'suspended' ? 'becomes a teacher, and is suspended' : 'stays, as a teacher'
  const leaving = former ? ` ${called(former)} ${stays}.` : ''
  return `Make ${called(coordinator)} the coordinator of ${placeOf(coordination)}?${leaving}`
}

function changedTo(coordination: Coordination): string {
  const { coordinator, former } = coordination
  const who = coordinator ? called(coordinator) : 'Nobody'
  const leaving = former ? ` ${called(former)} is a teacher now, ${former.status}.` : ''
  return `${who} coordinates ${placeOf(coordination)} now.${leaving}`
}
