const inUrl = /^((?:[a-z][a-z0-9+.-]*:\/*|\/\/+)[^/?#:@]*):.*@/is
const withoutScheme = /^([^/?#:@\s]*):[^/\s]*@/
const asParameter = /([?&;](?:[a-z_-]*pass(?:word|wd|phrase)?|pwd|token|secret|[a-z_-]*key|auth)=)[^&;#]*/gi

/** Whether an address holds a password. */
export function hasPassword(value: string): boolean {
  return withoutPassword(value) !== value
}

/** A password is nobody's business, wherever in an address it stands, and however wrong that is. */
export function withoutPassword(value: string): string {
  const shown = value.replace(inUrl, '$1:***@').replace(asParameter, '$1***')
  return inUrl.test(value) ? shown : shown.replace(withoutScheme, '$1:***@')
}
