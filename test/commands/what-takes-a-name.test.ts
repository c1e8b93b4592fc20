import type { Argument, Option } from 'commander'
import { expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { completionsFor } from '../../src/cli/parameters.ts'

/** Every argument and option by the name of its command, and whose name may be typed there. */
const places = (await everyCommand()).flatMap(({ words, command }) =>
  [...command.registeredArguments, ...command.options].map((declared) => ({
    place: `${words} ${called(declared)}`,
    value: placeholderOf(declared),
    named: completionsFor(declared).nameKind,
  })),
)

function called(declared: Argument | Option): string {
  return 'long' in declared ? (declared.long ?? '') : declared.name()
}

/** What stands between its angles, or an argument's own name. */
function placeholderOf(declared: Argument | Option): string {
  return 'long' in declared ? (/<(.*)>/.exec(declared.flags)?.[1] ?? '') : declared.name()
}

/** Somebody who is there, or a centre. */
const isOfSomebody = /^(?:centres?|emails?|users?|who|from|target|associate|audience)$/

const never: Readonly<Record<string, string>> = {
  'centres create centre': 'the number of a centre that is not there yet',
  'centres import --delete-centre': 'a deletion goes by the number',
  'centres import --delete-user': 'a deletion goes by the address',
  'users edit --email': 'an address that is not there yet',
  'users exists email': 'says whether there is an address',
  'account request email': 'its owner knows the address',
  'account activate email': 'its owner knows the address',
  'account set-up email': 'its owner knows the address',
  'account verify email': 'its owner knows the address',
  'account sign-in email': 'its owner knows the address',
}

it('is a name wherever an address or the number of a centre stands, but where it never is one', () => {
  const without = places.filter(({ value, named }) => isOfSomebody.test(value) && named === undefined)
  expect(
    without
      .map(({ place }) => place)
      .filter((place) => !place.endsWith(' --as'))
      .toSorted(),
  ).toEqual(Object.keys(never).toSorted())
})

it('is of the kind that the place is for', () => {
  const takes = (kind: string) => places.filter(({ named }) => named === kind).map(({ place }) => place)
  expect({
    centres: takes('centres'),
    audience: takes('audience'),
    deleted: takes('deleted-user'),
    past: takes('past-user'),
    anybody: takes('any-user'),
    either: [...takes('user-or-centre'), ...takes('subject')],
  }).toEqual({
    centres: ['entries list --centre'],
    audience: ['releases create --for', 'releases edit --for'],
    deleted: ['users erase email'],
    past: ['mail list --to', 'audit list --actor', 'audit export --actor'],
    anybody: ['users show email', 'users restore email', 'users delete email'],
    either: ['roles check target', 'audit list --subject', 'audit export --subject'],
  })
  const ofCentres = places.filter(({ value }) => /^(?:centres?|associate)$/.test(value))
  for (const { place, named } of ofCentres)
    if (!Object.hasOwn(never, place))
      expect({ place, named }).toEqual({ place, named: expect.stringContaining('centre') })
})
