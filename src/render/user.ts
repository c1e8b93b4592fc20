import type { Account } from '../rules/users/account.ts'

/** A user as every answer with --json shows them. */
export function userJson(account: Account) {
  const { id, email, firstName, lastName, centre, hubRole, roles, sites, status, canSignIn, whyNot, pin } =
    account
  const { lastSignedInAt, createdAt, progressionTests, derivedRoles } = account
  return {
    id,
    email,
    firstName,
    lastName,
    centre: centre && { number: centre.number, name: centre.name },
    hubRole,
    roles: [...roles, ...derivedRoles],
    sites,
    status,
    canSignIn,
    whyNot,
    pin,
    lastSignedInAt,
    createdAt,
    progressionTests,
  }
}
