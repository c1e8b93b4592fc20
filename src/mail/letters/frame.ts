const style = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  body { margin: 0; background: #eef1f4; color: #1d2733; font: 16px/1.55 system-ui, 'Segoe UI', Roboto, Arial, sans-serif; }
  main { max-width: 36rem; margin: 0 auto; padding: 1.5rem; background: #ffffff; overflow-wrap: anywhere; }
  h1 { margin: 0 0 1.25rem; padding: 0 0 0.75rem; border-bottom: 3px solid #0a6e8a; font-size: 1.15rem; line-height: 1.35; }
  a { color: #0a6e8a; }
  a.button { display: inline-block; padding: 0.7rem 1.25rem; border-radius: 0.4rem; background: #0a6e8a; color: #ffffff; font-weight: 600; text-decoration: none; }
  .code { font: 600 1.15rem/1.4 ui-monospace, Consolas, Menlo, monospace; }
  .link { font-size: 0.85rem; }
  .small, footer { color: #55616e; font-size: 0.875rem; }
  footer { margin-top: 1.5rem; padding-top: 0.75rem; border-top: 1px solid #d5dbe1; }
  li { margin-bottom: 0.4rem; }
  li p { margin: 0.4rem 0; }
  @media (prefers-color-scheme: dark) {
    body { background: #10161d; color: #e6ebf0; }
    main { background: #18212b; }
    h1 { border-color: #4fb6d1; }
    a { color: #7fd0e6; }
    a.button { background: #4fb6d1; color: #10161d; }
    .small, footer { color: #a7b3bf; }
    footer { border-color: #33404d; }
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
<body>
<main>
<h1>${title}</h1>
${body.trim()}
<footer>
<p>${escaped(sender)}</p>
</footer>
</main>
</body>
</html>
`
}

const sender =
  'Cambridge International Education, School Support Hub. This message was sent automatically; answers to it are not read.'

/** The same end for the plain text. */
export function closed(text: string): string {
  return `${text.trim()}\n\n-- \n${sender}\n`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
