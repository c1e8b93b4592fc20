// The baseline for lists: prints the rows of one query.
// node bench/bare-list.mjs store.db users|centres
import { createRequire } from 'node:module'

const driver = Number.parseInt(process.versions.node, 10) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3'
const Database = createRequire(import.meta.url)(driver)

const queries = {
  users: `select email, first_name || ' ' || last_name, centres.number, hub_role, users.status, null, last_signed_in_at
    from users left join centres on centres.id = users.centre_id where users.status <> 'deleted' order by email_key`,
  centres: `select number, name, country, centres.status,
    (select count(*) from users where centre_id = centres.id and status <> 'deleted'), users.email, kind, null, centres.created_at, null
    from centres left join users on centre_id = centres.id and hub_role = 'coordinator' and users.status <> 'deleted'
    where centres.deleted_at is null order by number`,
}

const [store, list] = process.argv.slice(2)
const rows = new Database(store, { readonly: true }).prepare(queries[list]).raw().iterate()
let piece = ''
for (const row of rows) {
  piece += `${row.join('\t')}\n`
  if (piece.length < 65_536) continue
  process.stdout.write(piece)
  piece = ''
}
process.stdout.write(piece)
