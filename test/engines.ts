/** The tests that have their stores on a server too, with `npm test`: their answers depend on what the store does. */
export const onServer = [
  'test/db/postgres/*.test.ts',
  // Processes of the built program, at one server.
  'test/end-to-end/desks.test.ts',
  'test/{rules,import,mail}/**/*.test.ts',
  'test/commands/{account,associates,audit,centres,coordinator,entries,mail,resources,templates,users}/**/*.test.ts',
]

/** These have them there only where SSH_ADMIN_TEST_DB names a server: what is asked and shown of the same answers. */
export const onNamedServer = [
  'test/{cli,render,screens}/**/*.test.ts',
  'test/{documents,workbook/real-writers}.test.ts',
  'test/commands/{*,store/*}.test.ts',
  'test/db/{*,imports/*,key-times/*}.test.ts',
]

/** Of those of rules, what is decided before any store is asked, in hundreds of cases. */
export const onlyOnNamedServer = ['test/rules/what-each-actor-*.test.ts']

/** They open none, so that a server would be asked nothing. */
export const openNoStore = [
  'test/import/{growth,headings-properties,issues,progress,remove-created,what-is-shown-properties}.test.ts',
  'test/mail/{header-injection,mime,rendering}.test.ts',
  'test/rules/{slipped,account/password,credentials/derive,key-times/local-time,key-times/time-zones}.test.ts',
  'test/rules/releases/{centres-of-release,releases-around-the-world}.test.ts',
  'test/rules/users/{address-hints,duplicates,look-alike}.test.ts',
]

/** Whose stores are files alone, and why; a pattern, where that is so of a folder. */
export const onlyInFiles: Readonly<Record<string, string>> = {
  'test/commands/store/migrate.test.ts':
    'stores of the versions before there were any on a server; of later ones test/db/postgres/older-store.test.ts',
  'test/db/create-store.test.ts':
    'files that a killed process leaves, and the disk; of a server test/db/postgres/store-init.test.ts',
  'test/db/heads-of-copies.test.ts': 'files that are copied, moved and put in the place of others by hand',
  'test/db/lists-of-words.test.ts': 'a migration of SQLite’s own tables',
  'test/db/query-plans.test.ts': 'what SQLite says of its plans',
  'test/db/sqlite/*.test.ts': 'the engine itself',
  'test/db/unfinished.test.ts':
    'journals, notes of who writes and links beside a store; a table that is missing on a server is in words-of-errors.test.ts of test/db/postgres',
  'test/end-to-end/!(desks).test.ts':
    'processes of the built program: how they start and end, pipes, signals and disks; of several at a server desks.test.ts',
}
