import { ask, tick } from '../../cli/prompt.ts'
import type { Account } from '../../rules/users/account.ts'
import { catalogue, sites } from '../../rules/roles/catalogue.ts'
import { readAddress } from '../../rules/users/email.ts'
import type { Changes } from '../../rules/users/patch.ts'
import type { Terminal } from '../../cli/terminal.ts'

/** Asks for each thing that can be changed, showing what it is now. */
export async function askForChanges(terminal: Terminal, account: Account): Promise<Changes> {
  const firstName = await ask(terminal, { question: 'First name:', present: account.firstName })
  const lastName = await ask(terminal, { question: 'Last name:', present: account.lastName })
  const email = await ask(terminal, { question: 'E-mail:', present: account.email, check: checkAddress })
  const places = await tickOf(terminal, { question: 'Sites:', names: tickableSites, held: account.sites })
  const roles = await tickOf(terminal, {
    question: 'Roles:',
    names: tickableRoles(account),
    held: account.roles,
  })
  return {
    firstName,
    lastName,
    email,
    addSites: places.added,
    removeSites: places.taken,
    addRoles: roles.added,
    removeRoles: roles.taken,
  }
}

const tickableSites = sites.filter((site) => site !== 'school-support-hub')

/** A coordinator's place in the hub is given and taken by the coordinator commands. */
function tickableRoles({ hubRole }: Account): string[] {
  const others = catalogue.filter(({ given }) => given === undefined || given === 'by-staff')
  return [...(hubRole === 'coordinator' ? [] : ['admin']), ...others.map(({ name }) => name)]
}

async function tickOf(
  terminal: Terminal,
  { question, names, held }: { question: string; names: readonly string[]; held: readonly string[] },
): Promise<{ added: string[]; taken: string[] }> {
  const choices = names.map((name) => ({ value: name, name, checked: held.includes(name) }))
  const ticked = await tick<string>(terminal, { question, choices })
  return {
    added: ticked.filter((name) => !held.includes(name)),
    taken: names.filter((name) => held.includes(name) && !ticked.includes(name)),
  }
}

function checkAddress(text: string): string | undefined {
  const address = readAddress(text)
  return 'key' in address ? undefined : `The address ${address.problem}`
}
