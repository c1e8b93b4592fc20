import { distance } from 'fastest-levenshtein'
import { hintOfNearest, Usage } from '../errors.ts'
import { nearestOf } from '../nearest.ts'

/** The error for a role, site, status or field that does not exist; suggests similar ones. */
export function unknownName({
  kind,
  name,
  known,
}: {
  kind: string
  name: string
  known: readonly string[]
}): Usage {
  const candidates = similarNames(name, known, kind)
  return new Usage(`There is no ${kind} '${name}'.`, {
    code: `unknown-${kind}`,
    hint: hintOfNearest(candidates) ?? `One of: ${known.join(', ')}.`,
    details: { wanted: name, candidates },
  })
}

/**
 * Names to suggest: those for which the text is a synonym, or else those that are spelt similarly, or else the only one
 * that contains it as a whole word: `primary` gives cambridge-primary.
 */
export function similarNames(name: string, known: readonly string[], kind = ''): readonly string[] {
  const plain = normalisedName(name)
  const meant = namesWithSynonym(plain, known, kind)
  if (meant.length > 0) return meant
  const near = nearestOf(name.replace(/ies$/i, 'y'), known).filter((one) => !isOpposite(plain, one))
  const parts = near.length > 0 || name.length < 4 ? [] : known.filter((one) => containsWord(plain, one))
  return near.length > 0 ? near : parts.length === 1 ? parts : []
}

/** The names for which the word is a synonym. */
export function namesWithSynonym(word: string, known: readonly string[], kind: string): readonly string[] {
  return known.filter((one) => synonymsByKind[kind]?.[one]?.split(' ').includes(word))
}

/** Synonyms by kind and name; a synonym of several names suggests each of them. */
const synonymsByKind: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  role: {
    admin:
      'administrator administrators administration administrative-rights admin-rights hub-admin hub-administrator',
    coordinator: 'school-coordinator hub-coordinator centre-coordinator school-support-hub-coordinator',
    teacher: 'hub-teacher',
    'exams-officer': 'examinations-officer examination-officer eo',
    'user-management': 'user-manager user-admin',
  },
  status: {
    invited: 'pending new inactive not-active not-activated not-set-up never-signed-in',
    active: 'enabled activated live current open unsuspended undeleted unblocked unlocked',
    suspended: 'inactive not-active disabled deactivated blocked banned locked locked-out',
    deleted: 'removed archived closed gone',
    approved: 'pending new not-activated without-coordinator',
  },
  kind: {
    school: 'college academy independent-school international-school cambridge-international-school',
    associate: 'partner partners cambridge-associate',
    'associate-centre': 'associate-school associate-schools school-of-an-associate',
    entry: 'entries',
    refusal: 'refused denied',
    'listening-audio': 'mp3 recording recordings sound',
  },
  site: {
    'school-support-hub': 'hub ssh support-hub',
    'cambridge-lower-secondary': 'lower-sec',
    'resource-plus': 'resources',
    'discussion-forums': 'forum discussions',
  },
  state: {
    queued: 'waiting pending unsent not-sent',
    written: 'unsent not-sent',
    sent: 'delivered',
    failed: 'error errors undelivered bounced',
    issued: 'unused not-used open valid',
    expired: 'lapsed',
    void: 'cancelled invalid',
    draft: 'unpublished unreleased new',
    released: 'published open live',
    withdrawn: 'closed unpublished',
  },
  field: {
    email: 'address email-address username login',
    centre: 'school',
    'last-signed-in': 'last-sign-in last-login last-seen',
  },
  format: { csv: 'xlsx xls excel workbook spreadsheet', jsonl: 'ndjson', tsv: 'text' },
}

/** Whether the text is a negation of the name: `inactive` is spelt like active, but must not suggest it. */
function isOpposite(typed: string, name: string): boolean {
  const [, left] = /^(?:un|in|dis|de|non-?|not-?)(.+)$/.exec(typed) ?? []
  return left !== undefined && distance(left, name) < distance(typed, name)
}

/** @returns a function that reads one of these names, in any case and with blanks or strokes, or throws `unknown-…` */
export function nameReader<Known extends string>(
  kind: string,
  known: readonly Known[],
): (name: string) => Known {
  return (name) => {
    const found = known.find((one) => one === normalisedName(name))
    if (found !== undefined) return found
    throw unknownName({ kind, name, known })
  }
}

function normalisedName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
}

function containsWord(words: string, whole: string): boolean {
  return `-${whole}-`.includes(`-${words}-`)
}
