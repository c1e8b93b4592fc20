/** Said on each element, because some mailboxes take the style of the page away. */
const styles = {
  body: "margin: 0; background: #eef1f4; color: #1d2733; font: 16px/1.55 system-ui, 'Segoe UI', Roboto, Arial, sans-serif;",
  main: 'display: block; max-width: 36rem; margin: 0 auto; padding: 1.5rem; background: #ffffff; overflow-wrap: anywhere;',
  h1: 'margin: 0 0 1.25rem; padding: 0 0 0.75rem; border-bottom: 3px solid #0a6e8a; font-size: 1.15rem; line-height: 1.35;',
  footer:
    'color: #55616e; font-size: 0.875rem; margin-top: 1.5rem; padding-top: 0.75rem; border-top: 1px solid #d5dbe1;',
} as const

/** The same of what a letter, also one that staff have changed, marks with a class. */
const stylesOfClasses: Readonly<Record<string, string>> = {
  button:
    'display: inline-block; padding: 0.7rem 1.25rem; border-radius: 0.4rem; background: #0a6e8a; color: #ffffff; font-weight: 600; text-decoration: none;',
  code: 'font: 600 1.15rem/1.4 ui-monospace, Consolas, Menlo, monospace;',
  link: 'font-size: 0.85rem;',
  small: 'color: #55616e; font-size: 0.875rem;',
}

/** What an element cannot say of itself; in the dark it has to go before what the elements say. */
const style = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  a { color: #0a6e8a; }
  li { margin-bottom: 0.4rem; }
  li p { margin: 0.4rem 0; }
  @media (prefers-color-scheme: dark) {
    body { background: #10161d !important; color: #e6ebf0 !important; }
    main { background: #18212b !important; }
    h1 { border-color: #4fb6d1 !important; }
    a { color: #7fd0e6; }
    a.button { background: #4fb6d1 !important; color: #10161d !important; }
    .small, footer { color: #a7b3bf !important; }
    footer { border-color: #33404d !important; }
  }
`

/** The page round a letter: its looks, and who it is from. Nothing is loaded from elsewhere. */
export function framed({ subject, body }: { subject: string; body: string }): string {
  const title = escaped(subject)
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${style}</style>
</head>
<body style="${styles.body}">
<main style="${styles.main}">
<h1 style="${styles.h1}">${title}</h1>
${withStyles(body.trim())}
<footer style="${styles.footer}">
<p>${escaped(sender)}</p>
</footer>
</main>
</body>
</html>
`
}

/** An element that says itself how it looks is let alone. */
function withStyles(body: string): string {
  return body.replace(/<[a-z][^>]*\sclass="([a-z]+)"[^>]*>/g, (element, name: string) => {
    const style = stylesOfClasses[name]
    if (style === undefined || /\sstyle=/.test(element)) return element
    return element.replace(/\sclass="/, ` style="${style}" class="`)
  })
}

const sender =
  'Cambridge International Education, School Support Hub. This message was sent automatically; answers to it are not read.'

/** The same end for the plain text. */
export function withSender(text: string): string {
  return `${text.trim()}\n\n-- \n${sender}\n`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
