import { describe, expect, it } from 'vitest'
import type { CreatedCentre, CreatedUser } from '../../src/db/imports/undo.ts'
import { reasonToKeepCentre, reasonToKeepUser } from '../../src/import/undo.ts'

const imported = { at: '2026-03-01T09:00:00.000Z' }

const untouchedUser: CreatedUser = {
  id: 1,
  email: 'omar@school.example',
  status: 'invited',
  wasSuspended: false,
  hasPassword: false,
  hasSignedIn: false,
  isEdited: false,
  pinIssuedAt: imported.at,
  hasProgressionTests: false,
  hasAssociateCentres: false,
  isInAnotherImport: false,
}

const untouchedCentre: CreatedCentre = {
  id: 1,
  number: 'EG001',
  kind: 'school',
  isDeleted: false,
  isEdited: false,
  hasUsers: false,
  hasAssociateCentres: false,
  isInAnotherImport: false,
}

/** In the order in which they are told where several are so. */
const reasonsForUsers: readonly [string, Partial<CreatedUser>][] = [
  ['erased', { status: 'deleted', email: 'erased-1@erased.invalid' }],
  ['deleted', { status: 'deleted' }],
  ['suspended', { status: 'suspended' }],
  ['activated', { status: 'active' }],
  ['activated', { hasPassword: true }],
  ['was-suspended', { wasSuspended: true }],
  ['signed-in', { hasSignedIn: true }],
  ['edited', { isEdited: true }],
  ['newer-pin', { pinIssuedAt: '2026-03-03T09:00:00.000Z' }],
  ['has-progression-tests', { hasProgressionTests: true }],
  ['has-associate-centres', { hasAssociateCentres: true }],
  ['in-another-import', { isInAnotherImport: true }],
]

const reasonsForCentres: readonly [string, Partial<CreatedCentre>][] = [
  ['deleted', { isDeleted: true }],
  ['edited', { isEdited: true }],
  ['has-users', { hasUsers: true }],
  ['has-associate-centres', { hasAssociateCentres: true }],
  ['in-another-import', { isInAnotherImport: true }],
]

describe('undoing an import', () => {
  it('removes whom and what it made that nobody has touched', () => {
    expect(reasonToKeepUser(untouchedUser, imported)).toBeUndefined()
    expect(reasonToKeepUser({ ...untouchedUser, pinIssuedAt: null }, imported)).toBeUndefined()
    expect(reasonToKeepCentre(untouchedCentre)).toBeUndefined()
  })

  it.each(reasonsForUsers)('leaves a user alone: %s', (reason, touched) => {
    expect(reasonToKeepUser({ ...untouchedUser, ...touched }, imported)).toBe(reason)
  })

  it.each(reasonsForCentres)('leaves a centre alone: %s', (reason, touched) => {
    expect(reasonToKeepCentre({ ...untouchedCentre, ...touched })).toBe(reason)
  })

  it('tells of several reasons the weightiest', () => {
    let user = untouchedUser
    for (const [reason, touched] of reasonsForUsers.toReversed()) {
      user = { ...user, ...touched }
      expect(reasonToKeepUser(user, imported)).toBe(reason)
    }
  })
})
