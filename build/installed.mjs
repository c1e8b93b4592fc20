/** Those of some packages that are installed: npm leaves out an optional one that it cannot build for this machine. */
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
