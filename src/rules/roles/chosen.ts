import { Refused, Usage } from '../../errors.ts'
import { unknownName } from '../unknown-name.ts'
import { catalogue, findRole, findSite, progressionTestSites, type Site, sites } from './catalogue.ts'
import { isHubRole } from '../users/account.ts'

export interface ChosenRoles {
  admin: boolean
  teacher: boolean
  /** Other than the hub's. */
  roles: string[]
}

/** Reads roles as they were typed or written in a table. @throws `unknown-role`, `is-coordinator`, `derived-role` */
export function chosenRoles(names: readonly string[]): ChosenRoles {
  const roles = names.map(roleNamed)
  return {
    admin: roles.includes('admin'),
    teacher: roles.includes('teacher'),
    roles: [...new Set(roles.filter((role) => !isHubRole(role)))].sort(),
  }
}

function roleNamed(name: string): string {
  const role = findRole(name)
  if (!role) throw unknownName({ kind: 'role', name, known: catalogue.map((one) => one.name) })
  if (role.ctx === 'by-coordinator-commands') {
    throw new Refused(
      'is-coordinator',
      'The role coordinator is given and taken by the coordinator commands.',
      {
        hint: "ssh-admin coordinator add CENTRE 'Name <email>'",
      },
    )
  }
  if (role.ctx === 'derived') {
    throw new Refused('derived-role', `${role.name} is ${role.does}.`, {
      hint: 'Give the role exams-officer; the rest follows from it.',
    })
  }
  return role.name
}

/** Reads sites by name. The hub comes with every hub role, and is no choice of its own. */
export function chosenSites(names: readonly string[]): Site[] {
  const chosen = names.map((name) => {
    const site = findSite(name)
    if (!site) throw unknownName({ kind: 'site', name, known: sites })
    return site
  })
  return [...new Set(chosen)].sort()
}

/** A site that holds Progression Test data. */
export function progressionTestSite(name: string): (typeof progressionTestSites)[number] {
  const anySite = findSite(name)
  const site = progressionTestSites.find((one) => one === anySite)
  if (!site && anySite)
    throw new Usage(`There is no Progression Test data on ${anySite}.`, {
      code: 'unknown-site',
      hint: `It is on ${progressionTestSites.join(' and ')}.`,
    })
  if (!site) throw unknownName({ kind: 'site', name, known: progressionTestSites })
  return site
}
