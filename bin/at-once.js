const { fstatSync, readFileSync, writeSync } = require('node:fs')

/**
 * Answers what nothing of the program is needed for: its version, and its own help where its text was made for the
 * width. @returns whether it has; where it cannot, such as where nothing can be written, the program says so
 */
exports.saysAtOnce = (argv, { folder }) => {
  const [word] = argv
  if (argv.length !== 1) return false
  try {
    if (word === '--version' || word === '-V') return says(`${require('../package.json').version}\n`)
    if (word === '--help' || word === '-h') return saysWhatFits(helpFor(screen(), folder))
  } catch {
    // It could not be written.
  }
  return false
}

/** What is longer than the screen goes through the pager, which the program begins. */
function saysWhatFits(text) {
  const { rows = 0 } = screen()
  return text !== undefined && (rows === 0 || text.split('\n').length <= rows) && says(text)
}

/** A short text goes into a pipe whole or not at all. */
function says(text) {
  return text !== undefined && writeSync(1, text) === Buffer.byteLength(text)
}

/** As the program takes it: COLUMNS, or the terminal's; rows only of a terminal. */
function screen() {
  const wanted = Number(process.env.COLUMNS)
  const { columns = 0, rows = 0 } = fstatSync(1).isCharacterDevice() ? process.stdout : {}
  if (Number.isInteger(wanted) && wanted > 0) return { columns: wanted, rows }
  return { columns: columns > 0 ? columns : 80, rows }
}

function helpFor({ columns }, folder) {
  const texts = JSON.parse(readFileSync(`${folder}/help.json`, 'utf8'))
  return texts.find(({ from, to = columns }) => columns >= from && columns <= to)?.text
}
