// The baseline for `batch`: one transaction for each change, which writes the same rows and one audit row.
// node bench/bare-changes.mjs store.db < addresses
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const driver = Number.parseInt(process.versions.node, 10) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3'
const Database = createRequire(import.meta.url)(driver)

const [store] = process.argv.slice(2)
const db = new Database(store)
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.pragma('foreign_keys = ON')
const key = randomBytes(32)
const find = db.prepare("select id, status from users where email_key = ? and status <> 'deleted'")
const last = db.prepare('select id, mac from audit order by id desc limit 1')
const suspend = db.prepare(
  "update users set status = 'suspended', status_before_suspension = ?, suspended_at = ? where id = ?",
)
const log = db.prepare(
  "insert into audit (id, segment, at, operator, kind, action, command, facts, personal, mac) values (?, 1, ?, 'bare', 'change', 'users.suspended', 'users suspend', ?, ?, ?)",
)
const name = db.prepare(
  "insert into audit_personal (audit_id, field, user_id, salt, value) values (?, 'subject', ?, ?, ?)",
)
for (const address of readFileSync(0, 'utf8').trim().split('\n')) {
  db.exec('begin immediate')
  const at = new Date().toISOString()
  const { id, status } = find.get(address)
  suspend.run(status, at, id)
  const digest = createHash('sha256').update(address).digest('hex')
  const before = last.get()
  const facts = JSON.stringify({ before: status, after: 'suspended' })
  const personal = JSON.stringify({ subject: { digest, user: id } })
  const mac = createHmac('sha256', key).update(before.mac).update(at).update(facts).update(personal).digest()
  log.run(before.id + 1, at, facts, personal, mac)
  name.run(before.id + 1, id, randomBytes(16), address)
  db.exec('commit')
}
db.close()
