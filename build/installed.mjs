/** The packages that are installed: npm leaves out an optional package that it cannot build for this machine. */
export function installed(packages) {
  return packages.filter((name) => {
    try {
      import.meta.resolve(name)
      return true
    } catch {
      return false
    }
  })
}
