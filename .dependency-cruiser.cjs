// The arrows of the house (docs/code-map.md): who may know whom. `npm run arrows` holds them.
const leaves =
  'input-file|kebab-case|errors|error-words|nearest|format-number|plain-time|search-key|shell-word|countries|country-names|version|disk|fault-points|interruption|unfinished-files|server-address|heap-growth|packed-texts|packed-index|lazy-list|utc-offset|output'

/** A room may import itself, the rooms named, and packages; types may come from a little further. */
function room(name, { may, types = [], leaves: also = leaves, but = 'nothing' }) {
  const allowed = [name, ...may].map((other) => `^src/${other}/`)
  const known = types.map((other) => `^src/${other}(/|[.]ts$)`)
  const outside = { path: '^src/', pathNot: [...allowed, `^src/(${also})[.]ts$`] }
  return [
    {
      name: `${name}-knows-only-its-neighbours`,
      severity: 'error',
      from: { path: `^src/${name}/`, pathNot: `^${but}$` },
      to: { ...outside, dependencyTypesNot: ['type-only'] },
    },
    {
      name: `${name}-takes-types-only-from-its-neighbours`,
      severity: 'error',
      from: { path: `^src/${name}/`, pathNot: `^${but}$` },
      to: { ...outside, pathNot: [...outside.pathNot, ...known], dependencyTypes: ['type-only'] },
    },
  ]
}

/** A package that only these files import; its types may be named elsewhere. */
function only(files, packages) {
  return {
    name: `${packages.replace(/[^a-z0-9-]+/g, '-')}-only-in-one-place`,
    severity: 'error',
    from: { path: '^src/', pathNot: files },
    to: { path: `node_modules/(${packages})/`, dependencyTypesNot: ['type-only'] },
  }
}

module.exports = {
  forbidden: [
    ...room('db', {
      may: [],
      leaves:
        'input-file|errors|nearest|format-number|plain-time|search-key|shell-word|version|disk|fault-points|interruption|unfinished-files|server-address|packed-texts|packed-index|lazy-list',
    }),
    ...room('rules', { may: ['db'] }),
    ...room('workbook', {
      may: [],
      leaves:
        'input-file|nearest|format-number|search-key|error-words|shell-word|disk|fault-points|packed-texts',
    }),
    ...room('import', { may: ['rules', 'db', 'workbook'] }),
    ...room('render', {
      may: ['rules'],
      types: ['db', 'import', 'workbook', 'mail', 'config'],
    }),
    ...room('mail', {
      may: ['db', 'rules', 'render'],
      types: ['config', 'context'],
      leaves: `${leaves}|config`,
    }),
    ...room('cli', {
      may: ['db', 'rules', 'render', 'mail', 'workbook'],
      leaves: `${leaves}|config|context|exit`,
      but: 'src/cli/tree[.]ts',
    }),
    {
      name: 'only-the-command-tree-knows-commands',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(commands/|cli/tree[.]ts$)' },
      to: { path: '^src/commands/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'leaves-hang-at-the-end',
      severity: 'error',
      from: {
        path: '^src/(input-file|kebab-case|errors|error-words|nearest|format-number|plain-time|search-key|shell-word|countries|country-names|version|disk|fault-points|interruption|unfinished-files|server-address|heap-growth|packed-texts|packed-index|lazy-list|utc-offset|output|context|config)[.]ts$',
      },
      to: { path: '^src/[^/]+/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['dynamic-import'] } },
    },
    {
      name: 'heavy-packages-are-loaded-where-they-are-used',
      comment: 'await import() there; a command that does not need them starts without them.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: 'node_modules/(exceljs|nodemailer|liquidjs|@node-rs/argon2|@inquirer/prompts|ora)/',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'workbooks-are-written-by-code-loaded-for-it',
      comment: 'It brings exceljs along.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/workbook/' },
      to: { path: '^src/workbook/write[.]ts$', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    only('^src/cli/prompt[.]ts$', '@inquirer/prompts'),
    only('^src/render/styles[.]ts$', 'chalk'),
    only('^src/(cli|commands)/', 'commander'),
    only('^src/db/', 'kysely'),
    only('^src/db/sqlite/driver[.]ts$', 'better-sqlite3|better-sqlite3-node20'),
    {
      name: 'an-engine-is-reached-through-the-store',
      comment: 'db/store chooses by the place; types too, so that nobody has to know which engine it is.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/db/(sqlite|postgres|store)/' },
      to: { path: '^src/db/(sqlite|postgres)/' },
    },
    {
      name: 'sqlite-knows-no-server',
      severity: 'error',
      from: { path: '^src/db/sqlite/' },
      to: { path: '^src/db/postgres/' },
    },
    {
      name: 'the-server-knows-of-sqlite-only-copies',
      comment:
        'A backup is a file of SQLite, and a store that is only rehearsed lies in memory; what a table is made of is asked of one, too.',
      severity: 'error',
      from: { path: '^src/db/postgres/' },
      to: { path: '^src/db/sqlite/', pathNot: '^src/db/sqlite/(new-file|open|definition)[.]ts$' },
    },
    {
      name: 'only-its-room-knows-the-handle-of-sqlite',
      comment: 'Its types too: no raw handle leaves the room.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/db/sqlite/' },
      to: { path: 'node_modules/(@types/)?better-sqlite3' },
    },
    {
      name: 'only-its-room-knows-the-server',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/db/postgres/' },
      to: { path: 'node_modules/(@types/)?pg(-|/)' },
    },
    only('^src/workbook/', 'exceljs|saxes|yauzl|numfmt|csv-stringify'),
    only('^src/mail/', 'nodemailer|liquidjs'),
    {
      name: 'nothing-from-outside-the-program',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|fixtures|docs)/' },
    },
    {
      name: 'every-package-is-named',
      comment: 'What is bundled is a development dependency; what is not is installed with the program.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'everything-can-be-found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: 'dist/program[.]js$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
