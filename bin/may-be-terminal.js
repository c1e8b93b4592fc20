const { fstatSync, statSync } = require('node:fs')

/**
 * Whether stdout may be a terminal: a device, but not the null device. `process.stdout.isTTY` would load Node's streams
 * and its network code.
 */
exports.mayBeTerminal = () => {
  try {
    const stats = fstatSync(1)
    if (!stats.isCharacterDevice()) return false
    return stats.rdev !== statSync('/dev/null', { throwIfNoEntry: false })?.rdev
  } catch {
    return false
  }
}
