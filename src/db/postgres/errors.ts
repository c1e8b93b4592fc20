import { CommitUnknown, errorCodeOf, Unavailable } from '../../errors.ts'
import type { ServerAddress } from '../../server-address.ts'
import { shellWord } from '../../shell-word.ts'

interface ErrorRule {
  /** Matches the SQLSTATE; absent: any. */
  pattern?: RegExp
  /** Matches the message, or the server's source routine, where the SQLSTATE is ambiguous or missing. */
  messagePattern?: RegExp
  /** Matches the store's address, where the advice depends on it. */
  address?: RegExp
  code: string
  message: (place: string) => string
  hint: string | ((place: string) => string)
  /** Whether the server's own message is appended, because ours covers several causes. */
  quotes?: true
}

const standbyBusy =
  'Nothing was changed. Try again; what reads for long, such as a backup, is best asked of the server that takes changes, or have whoever looks after the standby raise max_standby_streaming_delay.'

const errorRules: readonly ErrorRule[] = [
  {
    messagePattern: /does not support SSL/,
    code: 'store-untrusted',
    message: (place) => `The server of ${place} speaks no TLS.`,
    hint: 'Have it set up there; or, on a network that you trust, add ?sslmode=disable to the address.',
  },
  {
    messagePattern: /error establishing an SSL connection/,
    code: 'store-unavailable',
    message: (place) => `What answers at ${place} is no server of PostgreSQL.`,
    hint: 'Check the host and the port in the address.',
  },
  {
    // Kerberos, SSPI and others, which pg does not support.
    messagePattern: /^Unknown authenticationOk message/,
    code: 'store-refused',
    message: (place) => `The server of ${place} asks for another sign-in than a password.`,
    hint: 'A desk signs in with a password, not by Kerberos or Windows: have whoever looks after the server let it in with scram-sha-256 (pg_hba.conf).',
  },
  {
    // 28000 covers every rejection by pg_hba.conf.
    pattern: /^28000$/,
    messagePattern: /client certificate|certificate authentication/,
    code: 'store-refused',
    message: (place) => `The server of ${place} asks for a certificate of this desk.`,
    hint: 'A desk signs in with a password: have whoever looks after the server let it in with scram-sha-256, and without clientcert (pg_hba.conf).',
  },
  {
    pattern: /^28000$/,
    messagePattern: /no encryption/,
    address: /[?&]sslmode=disable/,
    code: 'store-refused',
    message: (place) => `The server of ${place} does not let this user in from this machine unencrypted.`,
    hint: 'Leave sslmode=disable out of the address; else have whoever looks after the server allow it there (pg_hba.conf).',
  },
  {
    pattern: /^28000$/,
    code: 'store-refused',
    message: (place) => `The server of ${place} does not let this user in from this machine.`,
    hint: 'Check the user in the address; else have whoever looks after the server allow it there (pg_hba.conf, or the right to log in).',
  },
  {
    pattern: /^28...$/,
    code: 'store-refused',
    message: (place) => `The server of ${place} refuses this user.`,
    hint: 'Check the user in the address, and the password in ~/.pgpass, or in PGPASSWORD where that is set. One that has expired (valid until) is refused so, too.',
  },
  {
    pattern: /^42501$/,
    messagePattern: /row-level security|^check_enable_rls$/m,
    code: 'store-refused',
    message: (place) =>
      `The server may keep rows of the store ${place} back from this user (row-level security).`,
    hint: 'Nothing was changed, and nothing is read in part: have its owner run ALTER TABLE … DISABLE ROW LEVEL SECURITY for the tables of the store.',
  },
  {
    pattern: /^42501$/,
    code: 'store-refused',
    message: (place) => `The server of ${place} does not let this user do that.`,
    hint: 'Nothing was changed. What a desk needs is granted by the owner of the store with: ssh-admin store init --roles',
  },
  {
    pattern: /^40(001|P01)$/,
    // Matched by source routine: the message is translated.
    messagePattern: /conflict with recovery|^(ProcessInterrupts|\w*RecoveryConflict\w*)$/m,
    code: 'store-unavailable',
    message: (place) =>
      `The standby ${place} broke off what was read: it stood in the way of what it is to take over.`,
    hint: standbyBusy,
  },
  {
    // Retried several times before this is shown.
    pattern: /^(40001|40P01)$/,
    code: 'store-locked',
    message: (place) =>
      `The server of ${place} took back what was under way, again and again: something else needed the same at the same moment.`,
    hint: 'Nothing was changed. Try again in a moment; if it stays so, have whoever looks after the server see what else is done to the tables of the store.',
  },
  {
    pattern: /^55P03$/,
    code: 'store-locked',
    message: (place) => `The store ${place} is in use by another program.`,
    hint: 'Nothing was changed. Try again in a moment, or wait longer with --wait SECONDS.',
  },
  {
    pattern: /^57014$/,
    code: 'store-unavailable',
    message: (place) => `The server of ${place} broke off what was asked of it.`,
    hint: 'Nothing was changed. Try again; if it allows less time than this takes, have whoever looks after it raise statement_timeout for this user.',
  },
  {
    pattern: /^25P03$/,
    code: 'store-unavailable',
    message: (place) => `The server of ${place} ended the connection: nothing was asked of it for too long.`,
    hint: 'Nothing was changed. Try again; if it stays so, have whoever looks after the server raise idle_in_transaction_session_timeout for this user.',
  },
  {
    pattern: /^25P04$/,
    code: 'store-unavailable',
    message: (place) => `The server of ${place} allows less time than this takes, and ended the connection.`,
    hint: 'Nothing was changed. Have whoever looks after the server raise transaction_timeout for this user; or do less at once.',
  },
  {
    pattern: /^53300$/,
    code: 'store-unavailable',
    message: (place) => `The server of ${place} has as many connections as it takes.`,
    hint: 'Nothing was changed. Try again in a moment; if it stays so, have whoever looks after the server allow more.',
  },
  {
    pattern: /^(42P01|3F000)$/,
    code: 'store-missing',
    message: (place) => `There is no store at ${place}, or not all of it.`,
    hint: 'Check the address, and its ?schema=. Begin one with: ssh-admin store init',
  },
  {
    pattern: /^42703$/,
    code: 'store-damaged',
    message: (place) => `A table of the store ${place} lacks a column: something else changed it.`,
    hint: 'Nothing was changed. Have its owner put back what was changed, or restore a backup with: ssh-admin store restore FILE',
  },
  {
    pattern: /^42883$/,
    code: 'store-refused',
    message: (place) => `The server of ${place} lacks a function that this program needs.`,
    hint: 'Nothing was changed. PostgreSQL 15 to 18 have them all: which version it is is said by psql, and by whoever looks after it.',
  },
  {
    pattern: /^(XX00[12]|58...)$/,
    code: 'store-damaged',
    message: (place) => `The server of ${place} cannot read what it keeps, or its disk.`,
    hint: 'Nothing was changed. Have whoever looks after the server look at its log.',
  },
  {
    pattern: /^(3D000|57P04)$/,
    code: 'store-missing',
    message: (place) => `There is no database for ${place}.`,
    hint: (place) =>
      `Check the name in the address; else have it made by whoever looks after the server: createdb ${shellWord(databaseIn(place))}`,
  },
  {
    pattern: /^25006$/,
    code: 'store-read-only',
    message: (place) =>
      `The server of ${place} takes no changes: it is a standby, or was set to be only read.`,
    hint: 'Of a server with several hosts name every one, postgres://hub@db1,db2/hub: the one that takes changes is used. Else have whoever looks after it take back default_transaction_read_only.',
  },
  {
    pattern: /^53[12]00$/,
    code: 'store-full',
    message: (place) => `The server of ${place} has no room left, on its disk or in its memory`,
    hint: 'Nothing was changed. Have room made on the server, then try again.',
    quotes: true,
  },
  {
    pattern: /^53...$/,
    code: 'store-full',
    message: (place) => `The server of ${place} lacks what this needs, or may not use more of it`,
    hint: 'Nothing was changed. Have whoever looks after the server raise that limit (such as temp_file_limit); or do less at once.',
    quotes: true,
  },
  {
    pattern: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    code: 'store-untrusted',
    message: (place) => `The certificate of the server of ${place} is made out to another name.`,
    hint: 'Name the server in the address as its certificate does, or have it made out to this name.',
  },
  {
    pattern: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    code: 'store-untrusted',
    message: (place) => `The certificate of the server of ${place} is not valid now.`,
    hint: "Check this machine's clock; else have whoever looks after the server renew it.",
  },
  {
    pattern: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_.*)$/,
    code: 'store-untrusted',
    message: (place) => `The server of ${place} cannot prove that it is the one.`,
    hint: (place) =>
      /[?&]sslrootcert=/.test(place)
        ? 'Check that the file of sslrootcert is the certificate of who signed its own, as whoever looks after the server has it.'
        : 'Name the certificate of who signed its own: ?sslrootcert=FILE in the address.',
  },
  {
    pattern: /^(ERR_SSL_.*|ERR_OSSL_.*|EPROTO)$/,
    code: 'store-untrusted',
    message: (place) => `No encrypted connection to the server of ${place} can be made.`,
    hint: 'Check that the file of sslrootcert is a certificate, and that the server speaks TLS 1.2 or later.',
  },
  {
    pattern: /^ENOTFOUND$/,
    code: 'store-unavailable',
    message: (place) => `No machine is known here by the name of the host of ${place}.`,
    hint: 'Check the host in the address, or in PGHOST, and the network; then try again.',
  },
  {
    pattern:
      /^(08(?!P01)...|57P0[^4]|ECONN.*|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|ENOENT|EACCES|EPERM|EPIPE)$/,
    code: 'store-unavailable',
    message: (place) => `The server of ${place} cannot be reached.`,
    hint: 'Check the address, the network, and that the server runs; then try again.',
  },
  ...rulesByClass(),
]

/**
 * The remaining classes of PostgreSQL's appendix A, 'PostgreSQL Error Codes'. A code that is not listed is a bug of this
 * program: wrong syntax, values or savepoints.
 */
function rulesByClass(): ErrorRule[] {
  const retryHint =
    'Nothing was changed. Try again; if it stays so, have whoever looks after the server look at its log.'
  return [
    {
      // Poolers use 08P01 for errors of their own, such as an unknown database.
      pattern: /^(XX...|57...|08P01)$/,
      code: 'store-unavailable',
      message: (place) => `The server of ${place}, or what stands before it, failed by itself`,
      hint: retryHint,
      quotes: true,
    },
    {
      pattern: /^(F0...|HV...)$/,
      code: 'store-unavailable',
      message: (place) => `The server of ${place} cannot use its own settings, or what it keeps elsewhere`,
      hint: retryHint,
      quotes: true,
    },
    {
      // Ids come from the server's sequences, except those that are assigned while the store is locked.
      pattern: /^23505$/,
      messagePattern: /_pkey\b/,
      code: 'store-refused',
      message: (place) => `The server of ${place} gives a number that a row of the store has already`,
      hint: (place) =>
        `Nothing was changed. Its counters were left behind, as by logical replication, which brings rows alone. Have its owner set each on: select setval(pg_get_serial_sequence('${schemaIn(place)}.users', 'id'), max(id)) from ${schemaIn(place)}.users; and the same for every other table that is told of.`,
      quotes: true,
    },
    {
      pattern: /^(23...|40002)$/,
      code: 'store-refused',
      message: (place) => `The store ${place} does not take what was to be written`,
      hint: 'Nothing was changed. Something else may have changed the store: ssh-admin store check looks through it. If it finds nothing, this is a mistake in ssh-admin: please report it.',
      quotes: true,
    },
    {
      pattern: /^(25P02|40...|72...)$/,
      code: 'store-unavailable',
      message: (place) => `The server of ${place} took back what was under way`,
      hint: retryHint,
      quotes: true,
    },
    {
      pattern: /^(24...|25...|26...|34...|42P03|42P05)$/,
      code: 'store-refused',
      message: (place) => `The server of ${place} did not go on where it was left`,
      hint: 'Nothing was changed. A pooler before it must keep a transaction on one connection: pool_mode = transaction, or session.',
      quotes: true,
    },
    {
      pattern: /^(0A...|55P02)$/,
      code: 'store-refused',
      message: (place) => `The server of ${place} does not do what this program needs`,
      hint: 'Nothing was changed. PostgreSQL 15 to 18 do: have whoever looks after the server say what it is, and how it was set up.',
      quotes: true,
    },
    {
      pattern: /^(0L...|0P...|2B...|44...)$/,
      code: 'store-refused',
      message: (place) => `The server of ${place} does not grant what was asked`,
      hint: 'Nothing was changed. Have whoever looks after the server look at its roles and rights; what a desk needs is said by: ssh-admin store init --roles',
      quotes: true,
    },
    {
      // Errors of functions and triggers; the store's own triggers refuse what no command does.
      pattern: /^(09...|27...|2D...|2F...|38...|39...|P0...)$/,
      code: 'store-refused',
      message: (place) => `A trigger or a function on the server of ${place} refuses it`,
      hint: 'Nothing was changed. Have whoever looks after the server look at the triggers on the tables of the store.',
      quotes: true,
    },
    {
      pattern: /^(54...|2200H)$/,
      code: 'store-refused',
      message: (place) => `It is more at once than the server of ${place} takes`,
      hint: 'Nothing was changed. Do less at once, or with shorter texts; else have whoever looks after the server look at its log.',
      quotes: true,
    },
    {
      pattern: /^(55...|42P0[467]|42710|42723)$/,
      code: 'store-locked',
      message: (place) => `Something else is being done to the store ${place}, or was just done`,
      hint: 'Nothing was changed. Try again in a moment.',
      quotes: true,
    },
    {
      // The schema differs from what was created: a column's type, a policy, a rule.
      pattern: /^(42P16|42P17|42P2[12]|42704|42804|42809|42846)$/,
      code: 'store-damaged',
      message: (place) => `Something of the store ${place} was changed by something else`,
      hint: 'Nothing was changed. Have its owner put back what was changed, or restore a backup with: ssh-admin store restore FILE',
      quotes: true,
    },
  ]
}

/** Whether the connection was lost or could not be made. */
export function isDisconnected(error: unknown): boolean {
  return (
    /^(08...|57P0.|25P0[34]|ECONN.*|EPIPE|ETIMEDOUT)$/.test(errorCodeOf(error)) ||
    (error instanceof Error && /Connection terminated|not queryable|timeout expired/.test(error.message))
  )
}

/** Whether a failed sign-in may succeed soon, as at a server that is starting or has no free connection. */
export function isTransient(failure: unknown): boolean {
  return failure instanceof Unavailable && /^store-(unavailable|read-only|full|locked)$/.test(failure.code)
}

/** Whether the server's time limit ended the work: a retry would take as long. */
export function isTimeout(error: unknown): boolean {
  return errorCodeOf(error) === '25P04'
}

/** Whether the server closed an idle session or transaction, as after the machine slept. */
export function isIdleTimeout(error: unknown): boolean {
  return errorCodeOf(error) === '25P03'
}

/** Whether the server lacks a function, being too old or not PostgreSQL. A missing operator has the same SQLSTATE. */
export function lacksFunction(error: unknown): boolean {
  return errorCodeOf(error) === '42883' && routineOf(error) !== 'op_error'
}

/** The routine in the server's source that raised the error; empty if unknown. */
function routineOf(error: unknown): string {
  return error instanceof Error && 'routine' in error ? String(error.routine) : ''
}

/** The database name in an address. */
function databaseIn(place: string): string {
  return decodeURIComponent(/^\w+:\/\/[^/?]*\/([^?]*)/.exec(place)?.[1] ?? 'hub')
}

function schemaIn(place: string): string {
  return /[?&]schema=(\w+)/.exec(place)?.[1] ?? 'ssh_admin'
}

/** Turns a server's error into a Failure; any other error is returned as it is. */
export function toFailure(error: unknown, place: string): unknown {
  const message = error instanceof Error ? error.message : ''
  if (/client password must be a string|no password/i.test(message)) return passwordMissing(place, error)
  const code = isDisconnected(error) && errorCodeOf(error) === '' ? 'ECONNRESET' : errorCodeOf(error)
  if (/^(22021|22P05)$/.test(code))
    return /\b0x00$|\\u0000/.test(message) ? nulInText(place, error) : encodingTooNarrow(place, error)
  if (code === '40003') return new CommitUnknown(place, error)
  const text = `${message}\n${routineOf(error)}`
  const found = errorRules.find(
    ({ pattern, messagePattern, address }) =>
      (pattern?.test(code) ?? true) && (messagePattern?.test(text) ?? true) && (address?.test(place) ?? true),
  )
  // An operator that no types fit is a mistake in a query.
  const isMistake = code === '42883' && !lacksFunction(error)
  if (!found || isMistake) return isServerError(error) ? bugOfOurs(error) : error
  const { hint, quotes } = found
  return new Unavailable(
    found.code,
    quotes ? `${found.message(place)}${quoted(error)}` : found.message(place),
    {
      hint: typeof hint === 'string' ? hint : hint(place),
      cause: error,
    },
  )
}

const maxQuoted = 300

/** The server's message as the end of a sentence, without its details, which may hold personal data. */
function quoted(error: unknown): string {
  const [said = ''] = error instanceof Error ? error.message.split('\n') : []
  const shortened = said.length > maxQuoted ? `${said.slice(0, maxQuoted)}…` : said
  const end = /[.!?…]$/.test(shortened) ? '' : '.'
  return shortened === '' ? '.' : `: ${shortened}${end}`
}

/** Whether the error has a SQLSTATE: it came from the server, and not from the network or pg. */
export function isServerError(error: unknown): error is Error {
  return error instanceof Error && /^[0-9A-Z]{5}$/.test(errorCodeOf(error)) && 'severity' in error
}

function bugOfOurs(error: Error): Error {
  const mistake = new Error(`${error.message} (SQLSTATE ${errorCodeOf(error)})`, { cause: error })
  return Object.assign(mistake, { code: errorCodeOf(error), routine: routineOf(error) })
}

/** A store with missing tables or columns: its creation was interrupted, or it was changed by hand. */
export function incompleteStore({ shown }: Pick<ServerAddress, 'shown'>, cause: unknown): Unavailable {
  const reason = cause instanceof Unavailable ? cause.cause : cause
  const detail = reason instanceof Error ? `: ${reason.message}` : ''
  return new Unavailable('store-damaged', `The store ${shown} is not whole${detail}.`, {
    hint: 'Nothing was changed. Have its owner put back what is missing, or restore a backup into another schema (?schema=).',
    cause,
  })
}

/**
 * A connection that broke after it had worked. A standby closes connections of long reads (recovery conflict), and its
 * reason is lost when a query is being sent at that moment.
 */
export function connectionBroken(
  place: string,
  { isStandby, cause }: { isStandby: boolean; cause: unknown },
): Unavailable {
  const message = isStandby
    ? `The connection to the standby ${place} broke: it hangs up where what is read stands in the way of what it is to take over.`
    : `The connection to the server of ${place} broke.`
  const hint = isStandby
    ? standbyBusy
    : 'Nothing was changed. Check the network, and that the server runs; then try again.'
  return new Unavailable('store-unavailable', message, { hint, cause })
}

/** A database's encoding cannot be changed: the store needs another database. */
export function encodingTooNarrow(place: string, cause?: unknown): Unavailable {
  return new Unavailable('store-refused', `The database of ${place} does not take every letter.`, {
    hint: `Nothing was changed. It must be one that was made for UTF-8: createdb --encoding UTF8 --template template0 ${shellWord(`${databaseIn(place)}_utf8`)}`,
    cause,
  })
}

/** PostgreSQL texts cannot hold NUL, whatever the encoding. */
function nulInText(place: string, cause: unknown): Unavailable {
  const message = `A text holds a NUL (U+0000), which the server of ${place} keeps in none.`
  return new Unavailable('store-refused', message, {
    hint: 'Nothing was changed. Leave it out of what was typed, or of the file.',
    cause,
  })
}

/** The schema holds another program's tables. */
export function schemaOfAnother({ shown, schema }: Pick<ServerAddress, 'schema' | 'shown'>): Unavailable {
  return new Unavailable('store-foreign', `The schema ${schema} of ${shown} has tables of another program.`, {
    hint: 'Check the address, and its ?schema=: another one is named at its end, such as ?schema=ssh_admin.',
  })
}

/** The user lacks CONNECT, which every user has until it is revoked. */
export function connectDenied({ shown, database, user }: ServerAddress, cause: unknown): Unavailable {
  const whom = user === undefined ? 'this user' : `the user ${user}`
  return new Unavailable('store-refused', `The server of ${shown} does not let ${whom} into its database.`, {
    hint: `Have whoever looks after the server run: grant connect on database ${quotedName(database)} to ${user === undefined ? 'that user' : quotedName(user)}`,
    cause,
  })
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function passwordMissing(place: string, cause?: unknown): Unavailable {
  return new Unavailable('store-refused', `The server of ${place} asks for a password, and there is none.`, {
    hint: 'Put it into ~/.pgpass (HOST:PORT:DATABASE:USER:PASSWORD, chmod 600), or into PGPASSWORD.',
    cause,
  })
}
