import { searchKey } from '../../search-key.ts'

export type Service =
  | 'Centre Administration'
  | 'Access to Scripts'
  | 'Submit for Assessment'
  | 'Access Arrangements'
  | 'Global Listening'
  | 'School Support Hub'

export interface Role {
  name: string
  /** The name that the guides use. */
  title: string
  service: Service
  /** Whether the role counts in every service of the centre. */
  shared?: boolean
  /** How it is given; absent: by granting it. */
  grantedBy?: 'by-staff' | 'derived' | 'by-coordinator-commands' | 'by-admin-rights'
  does: string
  /** Other names for the role in workbooks and in the office. */
  alsoCalled?: readonly string[]
}

/** The role catalogue [factsheet on managing users in My Cambridge]. */
export const catalogue: readonly Role[] = [
  {
    name: 'user-management',
    title: 'User Management',
    service: 'Centre Administration',
    shared: true,
    does: 'create, edit and delete accounts of the centre or its associate centres, invite, apply roles, reset passwords',
  },
  {
    name: 'exams-officer',
    title: 'Exams Officer',
    service: 'Centre Administration',
    shared: true,
    does: 'administer examinations',
  },
  {
    name: 'access-to-scripts',
    title: 'Access to Scripts',
    service: 'Access to Scripts',
    does: "download the centre's scripts; grants nothing to anyone",
  },
  {
    name: 'submit-exams-officer',
    title: 'Submit for Assessment: Exams Officer',
    service: 'Submit for Assessment',
    does: 'upload and submit work and samples; receives all notifications',
  },
  {
    name: 'submit-teacher',
    title: 'Submit for Assessment: Teacher',
    service: 'Submit for Assessment',
    does: 'upload and submit; receives notifications of own submissions',
  },
  {
    name: 'access-arrangements',
    title: 'Access Arrangements nominated user',
    service: 'Access Arrangements',
    does: 'nominated user: applications for access arrangements',
    alsoCalled: ['Nominated User'],
  },
  {
    name: 'compliance-officer',
    title: 'Compliance Officer',
    service: 'Centre Administration',
    grantedBy: 'by-staff',
    does: 'shown in the lists; granted by Cambridge staff only',
  },
  {
    name: 'global-listening',
    title: 'Global Listening',
    service: 'Global Listening',
    grantedBy: 'derived',
    does: 'derived, never granted: the exams officers of a school, and of an associate centre marked for it',
  },
  {
    name: 'coordinator',
    title: 'School Support Hub Coordinator',
    service: 'School Support Hub',
    grantedBy: 'by-coordinator-commands',
    does: 'full administrative rights at the centre; one for each centre',
  },
  {
    name: 'admin',
    title: 'School Support Hub Admin',
    service: 'School Support Hub',
    grantedBy: 'by-admin-rights',
    does: 'create and manage teachers at the centre',
  },
  {
    name: 'teacher',
    title: 'School Support Hub Teacher',
    service: 'School Support Hub',
    grantedBy: 'by-admin-rights',
    does: 'use the resources and services; no administrative rights',
  },
]

export const sites = [
  'school-support-hub',
  'cambridge-primary',
  'cambridge-lower-secondary',
  'test-maker',
  'resource-plus',
  'results-analysis',
  'discussion-forums',
] as const

export type Site = (typeof sites)[number]

/** The sites that are given one by one; the hub comes with every hub role. */
export const givenSites = sites.filter((site) => site !== 'school-support-hub')

/** The names that the guide for coordinators uses. */
const siteTitles: Readonly<Record<Site, string>> = {
  'school-support-hub': 'School Support Hub',
  'cambridge-primary': 'Cambridge Primary support site',
  'cambridge-lower-secondary': 'Cambridge Lower Secondary support site',
  'test-maker': 'Test Maker',
  'resource-plus': 'Resource Plus',
  'results-analysis': 'Results Analysis',
  'discussion-forums': 'Online discussion forums',
}

export function titleOfSite(name: string): string {
  const site = sites.find((one) => one === name)
  return site ? siteTitles[site] : name
}

/** The title of a role in a list of choices, with its service where the title does not begin with that. */
export function titleOfRole(name: string): string {
  const role = catalogue.find((one) => one.name === name)
  if (!role) return name
  return role.title.startsWith(role.service) ? role.title : `${role.title} (${role.service})`
}

/** The sites that hold Progression Test data. */
export const progressionTestSites = ['cambridge-primary', 'cambridge-lower-secondary'] as const

/** Built for the first name that is looked up. */
let byName: ReadonlyMap<string, Role> | undefined

function rolesByName(): ReadonlyMap<string, Role> {
  return new Map(
    catalogue.flatMap((role) =>
      [role.name, role.title, ...(role.alsoCalled ?? [])].map((name) => [plainWords(name), role] as const),
    ),
  )
}

/** A role by its name, however it is spelt: `Exams Officer` is `exams-officer`. */
export function findRole(name: string): Role | undefined {
  byName ??= rolesByName()
  return byName.get(plainWords(name))
}

/** The names of the roles that a service has, by its name. */
export function rolesOfService(service: string): string[] {
  return catalogue.filter((role) => plainWords(role.service) === plainWords(service)).map(({ name }) => name)
}

/** A site by its name: `Cambridge Primary support site` is `cambridge-primary`. */
export function findSite(name: string): Site | undefined {
  const plainName = plainWords(name).replace(/ ?support site$/, '')
  return sites.find((site) => plainWords(site) === plainName || plainWords(`online ${site}`) === plainName)
}

function plainWords(name: string): string {
  return searchKey(name)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** The names of all roles, each with its service. */
export function roleChoices(): (readonly [string, string])[] {
  return catalogue.map(({ name, service }) => [name, service] as const)
}
