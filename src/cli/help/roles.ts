import { matrix, othersRow, staffRow } from '../../rules/permissions/matrix.ts'
import { catalogue } from '../../rules/roles/catalogue.ts'

/** Every role and every actor, as the program goes by them. */
export function rolesPage(): string {
  const services = [...new Set(catalogue.map(({ service }) => service))]
  const longest = Math.max(...catalogue.map(({ name }) => name.length))
  const lines = services.flatMap((service) => [
    '',
    `${service}:`,
    '',
    ...catalogue
      .filter((role) => role.service === service)
      .map(({ name, does }) => `  ${name.padEnd(longest)}  ${does}`),
  ])
  const actors = [staffRow, ...matrix, othersRow].map(({ actor, may }) => `  ${actor}\n    ${may}`)
  return `A user has one hub role (coordinator, admin, teacher) or none, and any number of service roles.
${lines.join('\n')}

Who may do what:

${actors.join('\n')}

What is not written is not allowed. --as EMAIL acts for a user, with their rights; without it Cambridge staff act. A refusal
is exit 5, names the line that decides, and is recorded.

  ssh-admin roles grant EMAIL ROLE            give a role
  ssh-admin roles check EMAIL ACTION TARGET   may they, and by which line
  ssh-admin roles list --matrix               the table above
  ssh-admin whoami                            for whom you act, with which rights`
}
