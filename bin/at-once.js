const { readFileSync, writeSync } = require('node:fs')
const { mayBeTerminal } = require('./may-be-terminal.js')

/**
 * Answers `--version` and `--help` without loading the program; for the help, where a prepared text fits the width.
 * @returns whether the answer was written; where it was not, as when nothing can be written, the program answers
 */
exports.saysAtOnce = (argv, { folder }) => {
  const [word] = argv
  if (argv.length !== 1) return false
  try {
    if (word === '--version' || word === '-V') return says(`${require('../package.json').version}\n`)
    if (word === '--help' || word === '-h') return saysWhatFits(helpFor(screen(), folder))
  } catch {
    // Nothing was written, so the program reports the failure.
  }
  return false
}

/** A text that is longer than the screen is left to the program, which starts the pager. */
function saysWhatFits(text) {
  const { rows = 0 } = screen()
  return text !== undefined && (rows === 0 || text.split('\n').length <= rows) && says(text)
}

/** A write of a short text into a pipe is atomic: all of it or nothing. */
function says(text) {
  return text !== undefined && writeSync(1, text) === Buffer.byteLength(text)
}

/** As the program decides: the width is COLUMNS or the terminal's; the height is known for a terminal only. */
function screen() {
  const wanted = Number(process.env.COLUMNS)
  const { columns = 0, rows = 0 } = mayBeTerminal() ? process.stdout : {}
  if (Number.isInteger(wanted) && wanted > 0) return { columns: wanted, rows }
  return { columns: columns > 0 ? columns : 80, rows }
}

function helpFor({ columns }, folder) {
  const texts = JSON.parse(readFileSync(`${folder}/help.json`, 'utf8'))
  return texts.find(({ from, to = columns }) => columns >= from && columns <= to)?.text
}
