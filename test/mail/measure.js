// How wide the page is, and the contrast of each text with what is behind it.
;(() => {
  const colourOf = (text) => (text.match(/[\d.]+/g) ?? []).map(Number)
  const light = (colour) =>
    colour.slice(0, 3).reduce((sum, part, at) => {
      const share = part / 255
      const linear = share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      return sum + linear * ([0.2126, 0.7152, 0.0722][at] ?? 0)
    }, 0)
  const behind = (from) => {
    for (let at = from; at; at = at.parentElement) {
      const colour = colourOf(getComputedStyle(at).backgroundColor)
      if (colour.length === 3 || (colour[3] ?? 0) > 0) return colour
    }
    return [255, 255, 255]
  }
  const contrasts = [...document.querySelectorAll('h1, p, a, li, strong')].map((element) => {
    const [one = 0, other = 0] = [
      light(colourOf(getComputedStyle(element).color)),
      light(behind(element)),
    ].sort((a, b) => b - a)
    return (one + 0.05) / (other + 0.05)
  })
  return { across: document.documentElement.scrollWidth, contrasts }
})()
