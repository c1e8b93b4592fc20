import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'

/** What a store holds, without what differs between two runs of the same work: ids, times, nonces, and what a
 * delivery or a look adds. */
export function stateOf(path: string): string {
  if (!existsSync(path)) return 'no store'
  const raw = connectSqlite(path)
  try {
    const rows = (sql: string) => raw.prepare(sql).raw().all()
    const check = String(raw.pragma('integrity_check', { simple: true }))
    if (check !== 'ok') return `damaged: ${check}`
    return JSON.stringify({
      centres: rows('select number, name, status, deleted_at is null from centres order by 1'),
      users: rows(
        `select email_key, first_name, last_name, users.status, hub_role, pin_state, number from users
         left join centres on centres.id = centre_id order by 1, 4, 6`,
      ),
      roles: rows('select email_key, role from user_roles join users on users.id = user_id order by 1, 2'),
      groups: rows(
        'select email_key, name from learner_groups join users on users.id = owner_id order by 1, 2',
      ),
      results: rows('select count(*) from results'),
      credentials: rows('select purpose, state, count(*) from credentials group by 1, 2 order by 1, 2'),
      letters: rows('select letter, to_address, count(*) from outbox group by 1, 2 order by 1, 2'),
      imports: rows('select file, state from imports order by id'),
      // An erasure that could not reach a file says so in an event of its own, which names nobody.
      changes: rows(
        `select action, count(*) from audit where kind = 'change' and action <> 'store.begun'
         and not (action = 'users.erased' and json_extract(facts, '$.users') = '[]') group by 1 order by 1`,
      ),
      // What somebody has in a file is looked at, and changes nothing: the log names it.
      written: rows(
        `select action, count(*) from audit where action like '%.downloaded' or action like '%.written'
         or action like '%.exported' or action like '%.reported' group by 1 order by 1`,
      ),
      configuration: textOf(join(dirname(path), 'home/.config/ssh-admin/config.json')),
      ...servicesOf(rows),
      templates: rows('select name from templates order by 1'),
      // What is left of an upload that was cut short belongs to nothing, and goes with the next.
      // A store that was not brought up to date yet has none.
      resources:
        rows("select name from sqlite_master where name = 'resources'").length === 0
          ? []
          : rows(
              `select title, file, sha256, contents.bytes,
           (select sum(length(content_pieces.bytes)) from content_pieces where content_id = contents.id)
         from resources join contents on contents.id = resources.content_id order by resources.id`,
            ),
    })
  } finally {
    raw.close()
  }
}

/** A store that was not brought up to date yet has none of them. */
function servicesOf(rows: (sql: string) => unknown[]): object {
  if (rows("select name from sqlite_master where name = 'entries'").length === 0) return {}
  return {
    keyTimes: rows('select country, session, local_time from key_times order by 1, 2, 3'),
    entries: rows('select centre_number, series, component, candidates from entries order by 1, 2, 3'),
  }
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
