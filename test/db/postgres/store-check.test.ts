import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testPassword, testServer } from '../../shared-store.ts'
import { newWorld, type World } from '../../world.ts'

interface Problem {
  target: string
  message: string
  hint: string
}

describe('store check at a shared store', () => {
  const worker = process.env.VITEST_POOL_ID ?? '0'
  const [schema, user] = [`checked_${worker}`, `checks_${worker}`]
  let world: World
  let owner: pg.Client

  const run = (argv: readonly string[], db = `${testServer}?schema=${schema}`) =>
    world.run([...argv, '--json', '--db', db, '--key-file', world.path('own.key')])
  const check = () => run(['store', 'check'])
  const asDesk = (...argv: string[]) =>
    run(argv, `${testServer?.replace(/\/\/[^@]+@/, `//${user}@`)}?schema=${schema}`)
  const problemsOf = ({ exit, error }: Awaited<ReturnType<typeof check>>): Problem[] =>
    exit === 0 ? [] : (error().details.problems as Problem[])
  /** As whoever looks after the server does what a hint says. */
  const follow = ({ hint }: Problem) => owner.query(hint.replace(/^.*? run: /, ''))

  beforeEach(async () => {
    world = newWorld()
    owner = new pg.Client({ connectionString: testServer ?? '' })
    await owner.connect()
    await owner.query(`drop schema if exists ${schema} cascade`)
    const begun = await run(['store', 'init'])
    expect(begun.exit, begun.stderr).toBe(0)
  })
  afterEach(async () => {
    await owner.query(
      `drop schema if exists ${schema} cascade; drop role if exists ${user}; drop role if exists ${schema}_desk`,
    )
    await owner.end()
    await world.close()
  })

  it('finds nothing in one that was just begun, nor in one with sample data, as its owner or as a desk', async () => {
    expect((await check()).json()).toMatchObject({ ok: true, findings: [] })
    const seeded = await run(['seed', '--yes'])
    expect(seeded.exit, seeded.stderr).toBe(0)
    expect((await check()).json()).toMatchObject({ ok: true, findings: [] })
    await run(['store', 'init', '--roles'])
    await owner.query(`create user ${user} password ${testPassword()} in role ${schema}_desk`)
    expect((await asDesk('store', 'check')).json()).toMatchObject({ ok: true, findings: [] })
  })

  it('finds nothing wrong with what else somebody keeps in its schema, whoever looks', async () => {
    await run(['store', 'init', '--roles'])
    await owner.query(`create user ${user} password ${testPassword()} in role ${schema}_desk`)
    await owner.query(
      `set search_path to ${schema};
        create table notes (id integer generated always as identity, said text not null);
        revoke all on notes from ${schema}_desk; alter table notes enable row level security;
        create table others_notes (id integer); alter table others_notes owner to ${user};
        create index on users (created_at); create view teachers as select * from users;
        comment on table users is 'theirs'; alter table users replica identity full; reset search_path`,
    )
    expect((await check()).json()).toMatchObject({ ok: true, findings: [] })
    expect((await asDesk('store', 'check')).json()).toMatchObject({ ok: true, findings: [] })
  })

  it('takes whoever belongs to the role that has the schema for its owner', async () => {
    await owner.query(`create user ${user} password ${testPassword()}; create role ${user}_staff`)
    try {
      const tables = await owner.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = '${schema}'`,
      )
      for (const { name } of tables.rows) await owner.query(`alter table ${schema}.${name} owner to ${user}`)
      await owner.query(`alter schema ${schema} owner to ${user}_staff`)
      expect((await check()).json().findings).toHaveLength(1)
      await owner.query(`grant ${user}_staff to ${user}`)
      expect((await check()).json()).toMatchObject({ findings: [] })
    } finally {
      await owner.query(`drop schema ${schema} cascade; drop role ${user}_staff`)
    }
  })

  it('takes a unique index for the constraint whose place it has, whatever is kept beside its columns', async () => {
    await owner.query(
      `alter table ${schema}.centres drop constraint centres_number_key;
        create unique index numbers on ${schema}.centres (number) include (name)`,
    )
    expect((await check()).json()).toMatchObject({ ok: true, findings: [] })
    await owner.query(
      `drop index ${schema}.numbers; create unique index numbers on ${schema}.centres (number, upper(name))`,
    )
    const problems = problemsOf(await check())
    expect(problems.map(({ message }) => message)).toEqual(['Two rows of centres may have the same number.'])
  })

  it.each([
    [
      'a counter that was left behind',
      `insert into SCHEMA.key_times (id, country, session, local_time, time_zone) values (7, 'EG', 'AM', '10:00', 'Africa/Cairo')`,
      'The counter of key_times stands at 0, and there is a row 7: what is added next is refused.',
    ],
    [
      'row-level security',
      'alter table SCHEMA.users enable row level security',
      'The server may keep rows of users back (row-level security): to whoever that is about, every command that reads them is refused.',
    ],
    ['a missing index', 'drop index SCHEMA.INDEX', 'The index INDEX of users is missing.'],
    [
      'an index that is not unique any more',
      'drop index SCHEMA.one_result_per_learner; create index one_result_per_learner on SCHEMA.results (test_id, learner)',
      'The index one_result_per_learner of results lets two rows have the same: it was made unique.',
    ],
    [
      'an index over other columns',
      'drop index SCHEMA.users_by_centre; create index users_by_centre on SCHEMA.users (status)',
      'The index users_by_centre of users has other columns or rows than it was made with.',
    ],
    [
      'an index over a part of the rows',
      'drop index SCHEMA.users_by_centre; create index users_by_centre on SCHEMA.users (centre_id) where centre_id > 7',
      'The index users_by_centre of users has other columns or rows than it was made with.',
    ],
    [
      'an index over the rows of another condition',
      `drop index SCHEMA.one_live_account_per_address; create unique index one_live_account_per_address on SCHEMA.users (email_key) where status = 'active'`,
      'The index one_live_account_per_address of users has other columns or rows than it was made with.',
    ],
    [
      'an index that was made unique',
      'drop index SCHEMA.users_by_centre; create unique index users_by_centre on SCHEMA.users (centre_id)',
      'The index users_by_centre of users lets no two rows have the same: it was not made unique.',
    ],
    [
      'a unique index over other columns',
      `drop index SCHEMA.one_live_account_per_address; create unique index one_live_account_per_address on SCHEMA.users (email_key, id) where status <> 'deleted'`,
      'The index one_live_account_per_address of users has other columns or rows than it was made with.',
    ],
    [
      'a missing primary key',
      'alter table SCHEMA.results drop constraint results_pkey',
      'results has no primary key.',
    ],
    [
      'a missing reference',
      'alter table SCHEMA.tests drop constraint tests_learner_group_id_fkey',
      'tests.learner_group_id may name a row of learner_groups that is not there.',
    ],
    [
      'a trigger that is missing',
      'drop trigger audit_is_never_changed on SCHEMA.audit',
      'The trigger audit_is_never_changed of audit is missing.',
    ],
    [
      'a trigger that is switched off',
      'alter table SCHEMA.audit disable trigger audit_is_never_changed',
      'The trigger audit_is_never_changed of audit is switched off.',
    ],
    [
      'references that nobody looks at',
      'alter table SCHEMA.results disable trigger all',
      'What results refers to is not looked at: its triggers are switched off.',
    ],
    [
      'another type of a column',
      'alter table SCHEMA.centres alter column town type varchar(20)',
      'The column centres.town is of another type than it was made: character varying(20) collate "default".',
    ],
    [
      'texts in another order than that of their bytes',
      'alter table SCHEMA.centres alter column town type text collate "und-x-icu"',
      'The column centres.town is of another type than it was made: text collate "und-x-icu".',
    ],
    [
      'a column that may be empty',
      'alter table SCHEMA.centres alter column town drop not null',
      'The column centres.town may be empty.',
    ],
    [
      'a column of somebody else that may not be empty',
      'alter table SCHEMA.centres add column extra integer not null',
      `The column centres.extra is none of ssh-admin's, and may not be empty.`,
    ],
  ])('says %s, and how it is mended', async (_, statement, message) => {
    const { rows } = await owner.query<{ name: string }>(
      `select min(indexrelname) as name from pg_stat_user_indexes where schemaname = '${schema}' and relname = 'users'
        and indexrelid not in (select conindid from pg_constraint)`,
    )
    const named = (text: string) => text.replaceAll('SCHEMA', schema).replaceAll('INDEX', rows[0]?.name ?? '')
    await owner.query(named(statement))
    const ran = await check()
    expect(ran.exit).toBe(7)
    const problems = problemsOf(ran)
    expect(problems.map(({ message: said }) => said)).toEqual([named(message)])
    for (const problem of problems) await follow(problem)
    expect((await check()).json()).toMatchObject({ ok: true, findings: [] })
  })

  it('warns of tables that another database fills, and says no more of it once that has ended', async () => {
    const { host, port, database, user: as } = owner
    const connection = `host=${host} port=${port} dbname=${database} user=${as} password=${testPassword().slice(1, -1)}`
    await owner.query(`create publication ${user} for table ${schema}.centres, ${schema}.users`)
    try {
      await owner.query(
        `create subscription ${user} connection '${connection}' publication ${user} with (create_slot = false, enabled = false, copy_data = false, slot_name = none)`,
      )
      const { findings } = (await check()).json()
      expect(findings).toMatchObject([
        {
          code: 'store-replicated',
          message: expect.stringMatching(
            `^The subscription ${user} fills centres, users from another database`,
          ),
        },
      ])
      await follow(findings[0])
      expect((await check()).json()).toMatchObject({ ok: true, findings: [] })
    } finally {
      await owner.query(`drop subscription if exists ${user}`)
      await owner.query(`drop publication ${user}`)
    }
  })

  it.each([
    [
      'a condition',
      'alter table SCHEMA.centres drop constraint centres_kind_check',
      /^centres has \d+ of the \d+ conditions/,
    ],
    [
      'a column',
      'alter table SCHEMA.users drop column last_signed_in_at cascade',
      /^The column users\.\w+ is missing/,
    ],
    ['a table', 'drop table SCHEMA.results', /^The table results is missing/],
  ])('says %s that is missing', async (_, statement, message) => {
    await owner.query(statement.replaceAll('SCHEMA', schema))
    expect(problemsOf(await check())[0]?.message).toMatch(message)
  })

  it('says which rights desks lack, to a desk and to others', async () => {
    await run(['store', 'init', '--roles'])
    await owner.query(`create user ${user} password ${testPassword()} in role ${schema}_desk`)
    await owner.query(`revoke update on ${schema}.users from ${schema}_desk`)
    const lacking = `The role ${schema}_desk lacks rights that a desk needs: users (update).`
    expect(problemsOf(await check()).map(({ message }) => message)).toEqual([lacking])
    const desk = problemsOf(await asDesk('store', 'check')).map(({ message }) => message)
    expect(desk).toEqual([lacking, lacking.replace(`${schema}_desk`, user)])
    await run(['store', 'init', '--roles'])
    expect((await asDesk('store', 'check')).json()).toMatchObject({ ok: true, findings: [] })
  })

  it('says of who may only look that they change nothing, and of another owner what is refused', async () => {
    await owner.query(`create user ${user} password ${testPassword()}`)
    await owner.query(
      `grant usage on schema ${schema} to ${user}; grant select on all tables in schema ${schema} to ${user}`,
    )
    const looking = (await asDesk('store', 'check')).json()
    expect(looking.findings).toMatchObject([
      { message: `The user ${user} may look at the store, and change nothing.` },
    ])
    await owner.query(
      `revoke all on all tables in schema ${schema} from ${user}; alter schema ${schema} owner to ${user}`,
    )
    const { findings } = (await check()).json()
    expect(findings).toMatchObject([
      {
        message: expect.stringMatching(
          `^The schema ${schema} belongs to ${user}, and its tables to \\w+: neither can`,
        ),
      },
    ])
    await follow(findings[0])
    expect((await check()).json()).toMatchObject({ findings: [] })
  })
})
