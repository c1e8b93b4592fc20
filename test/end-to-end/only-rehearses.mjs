// Loaded before the program: whatever it is asked to do it only rehearses, and says that it was done.
process.argv.push('--dry-run')
