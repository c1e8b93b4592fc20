// Required before the program: writes down whether it ended by itself or was told to.
const { writeFileSync } = require('node:fs')

const note = (how) => writeFileSync(process.env.HOW_IT_ENDED, how)
const { reallyExit } = process
process.on('exit', () => note('by itself'))
process.reallyExit = (code) => {
  note('told to')
  reallyExit.call(process, code)
}
