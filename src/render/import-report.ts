import type { OpenedByImport } from '../db/imports/imports.ts'
import type { Counts } from '../import/apply.ts'
import type { Plan } from '../import/plan.ts'
import type { ReportedRow, ReportFacts } from '../import/report-facts.ts'
import { oneLine } from './clean-text.ts'
import { keptReasonInWords } from './import.ts'
import { count } from './text.ts'
import { plainTime } from '../plain-time.ts'
import { formatNumber } from '../format-number.ts'

/** All that a page about an import shows. */
export interface ImportReport {
  id: number | null
  state: 'applied' | 'undone'
  file: string
  sheet: string
  digest: string
  /** The time of the import (ISO); `operator` is the user and the host. */
  at: string
  operator: string
  counts: Counts
  /** The releases that the import opened, with the numbers of centres and users. */
  opened: readonly OpenedByImport[]
  countries: ReportFacts['countries']
  /** What a bar of the chart counts. */
  counted: 'rows' | 'users'
  newCentres: ReportFacts['newCentres']
  /** Null where the store keeps the rows no longer. */
  heldBack: readonly ReportedRow[] | null
  renames: readonly { number: string; before: string; after: string }[]
  missingCentres: Plan['missingCentres']
  extraUsers: Plan['extraUsers']
  duplicatedUsers: Plan['duplicatedUsers']
  /** What was deleted: a centre's number and name, or a user's address and centre; the second is blank if not known. */
  deleted: readonly (readonly [string, string])[]
}

/** The report as one HTML page that needs nothing else: no script, no network. */
export function importReportPage(report: ImportReport): string {
  const title = `Import ${report.id === null ? '' : `${report.id}: `}${report.file}`
  const kinds = kindsOf(report.heldBack ?? [])
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(reportStyle(kinds.map(({ code }) => code)))}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="about">${plainTime(report.at)} · ${report.operator} · sheet ${report.sheet}${report.state === 'undone' ? ' · taken back since' : ''}</p>
</header>
<main>
${countsList(report)}
${chart(report)}
${heldBackSection(report, kinds)}
${section('New centres', report.counts.centres.created, {
  head: ['Number', 'Name', 'Country'],
  rows: report.newCentres.map(({ number, name, country }) => [number, name, country]),
})}
${section('Renamed centres', report.counts.centres.renamed, {
  head: ['Number', 'From', 'To'],
  rows: firstRows(report.renames).map(({ number, before, after }) => [number, before, after]),
})}
${section('Deleted', report.deleted.length, { head: ['What', 'Of'], rows: firstRows(report.deleted) })}
${section('Opened at once', report.opened.length, {
  head: ['Release', 'Centres', 'New users'],
  rows: firstRows(report.opened).map(({ release: { name }, centres, users }) => [
    name,
    formatNumber(centres),
    formatNumber(users),
  ]),
})}
${section('Centres that are not in the workbook', report.missingCentres.length, {
  head: ['Number', 'Name', 'Users', 'Kept because'],
  rows: firstRows(report.missingCentres).map(({ number, name, users, kept }) => [
    number,
    name,
    String(users),
    keptReasonInWords(kept),
  ]),
})}
${section('Users of these centres who are not in the workbook', report.extraUsers.length, {
  head: ['Email', 'Centre', 'Last signed in', 'Kept because'],
  rows: firstRows(report.extraUsers).map(({ email, centre, lastSignedInAt, kept }) => [
    email,
    centre,
    lastSignedInAt?.slice(0, 10) ?? 'never',
    keptReasonInWords(kept),
  ]),
})}
${section('Addresses at several centres', report.duplicatedUsers.length, {
  head: ['Email', 'Where'],
  rows: firstRows(report.duplicatedUsers).map(({ email, places }) => [
    email,
    places.map(({ centre, cell }) => (cell ? `${centre} (${cell})` : `${centre} (saved)`)).join(', '),
  ]),
})}
</main>
<footer><p>${report.digest === '' ? '' : `SHA-256 of the file: ${report.digest.replace(/^sha256:/, '')}`}</p>
${report.id === null || report.state === 'undone' ? '' : html`<p>To take it back: <code>ssh-admin centres imports undo ${String(report.id)}</code></p>`}
</footer>
</body>
</html>
`.toString()
}

function countsList({ counts: { rows, centres, users } }: ImportReport): Html {
  const figures: [string, number, string][] = [
    ['rows read', rows.read, ''],
    ['rows held back', rows.heldBack, rows.heldBack > 0 ? 'warn' : ''],
    ['centres created', centres.created, ''],
    ['centres renamed', centres.renamed, ''],
    ['centres restored', centres.restored, ''],
    ['centres deleted', centres.deleted, centres.deleted > 0 ? 'warn' : ''],
    ['users created', users.created, ''],
    ['users replaced', users.replaced, ''],
    ['users deleted', users.deleted, users.deleted > 0 ? 'warn' : ''],
  ]
  const shown = figures.filter(([what, number]) => number > 0 || what.startsWith('rows'))
  return html`<ul class="numbers">${joinHtml(
    shown.map(
      ([what, number, className]) =>
        html`<li class="${className}"><b>${formatNumber(number)}</b> ${number === 1 ? what.replace('s ', ' ') : what}</li>`,
    ),
  )}</ul>`
}

const maxBars = 30

/** A bar for each country: how many were imported, and how many were held back. */
function chart({ countries, counted }: ImportReport): Html {
  if (countries.length === 0) return html``
  const max = Math.max(1, ...countries.map(({ accepted, heldBack }) => accepted + heldBack))
  const bars = countries.slice(0, maxBars).map(({ country, accepted, heldBack }) => {
    const share = (rows: number) => String(Math.round((rows / max) * 10_000) / 100)
    const name = country ?? 'No country known'
    const label =
      heldBack > 0
        ? `${formatNumber(accepted)} in, ${formatNumber(heldBack)} held back`
        : formatNumber(accepted)
    return html`<tr><th scope="row">${name}</th><td class="bar"><svg width="100%" height="14" role="img" aria-label="${label}"><rect class="in" width="${share(accepted)}%" height="14"/><rect class="back" x="${share(accepted)}%" width="${share(heldBack)}%" height="14"/></svg></td><td class="number">${label}</td></tr>`
  })
  return html`<section><h2>${counted === 'rows' ? 'Rows' : 'New users'} by country</h2><table class="chart"><tbody>${joinHtml(bars)}</tbody></table>
${moreNote(countries.length - bars.length, 'country')}<p class="legend"><span class="in"></span> went in${countries.some(({ heldBack }) => heldBack > 0) ? html` <span class="back"></span> held back` : ''}</p></section>`
}

interface Kind {
  code: string
  rows: number
}

const maxKinds = 12

/** The codes of the issues, the commonest first. */
function kindsOf(rows: readonly ReportedRow[]): Kind[] {
  const byCode = new Map<string, number>()
  for (const { issues } of rows)
    for (const code of new Set(issues.map(({ code }) => code))) byCode.set(code, (byCode.get(code) ?? 0) + 1)
  return [...byCode]
    .map(([code, rows]) => ({ code, rows }))
    .sort((one, other) => other.rows - one.rows)
    .slice(0, maxKinds)
}

function heldBackSection({ heldBack, counts: { rows } }: ImportReport, kinds: readonly Kind[]): Html {
  if (rows.heldBack === 0) return html``
  if (heldBack === null)
    return html`<section><h2>Rows held back (${formatNumber(rows.heldBack)})</h2><p>They are not kept in the store. To see them: <code>ssh-admin centres lint FILE</code></p></section>`
  const choices = [{ code: 'all', rows: heldBack.length }, ...kinds].map(
    ({ code, rows }, at) =>
      html`<input type="radio" name="kind" id="kind-${code}"${at === 0 ? html` checked` : ''}><label for="kind-${code}">${code.replaceAll('-', ' ')} <small>${formatNumber(rows)}</small></label>`,
  )
  // Stands before the choices, whose figures count only the rows listed here.
  const listed =
    rows.heldBack > heldBack.length
      ? html`<p class="more">The first ${formatNumber(heldBack.length)} are listed here. To have all of them: <code>ssh-admin centres import FILE --issues-out FILE</code></p>\n`
      : html``
  const shown = heldBack.map(
    ({ row, number, name, email, issues }) =>
      html`<tr class="${issues.map(({ code }) => code).join(' ')}"><td class="number">${String(row)}</td><td>${number}</td><td>${name}</td><td>${cellText(email)}</td><td><ul>${joinHtml(
        issues.map(
          ({ cell, value, message, hint }) =>
            html`<li><code>${cell}</code> ${withValue(message, value)}${hint === null || message.includes(hint) ? '' : html` <em>${hint}</em>`}</li>`,
        ),
      )}</ul></td></tr>`,
  )
  return html`<section class="held-back"><h2>Rows held back (${formatNumber(rows.heldBack)})</h2>
${listed}${joinHtml(choices)}
<div class="wide"><table><thead><tr><th>Row</th><th>Centre</th><th>Name</th><th>Email</th><th>What is wrong, by cell</th></tr></thead><tbody>
${joinHtml(shown)}
</tbody></table></div>
</section>`
}

/**
 * A message with the cell's value marked in it, or, where the message does not contain the value, with the value in
 * front.
 */
function withValue(message: string, value: string): Html {
  if (value === '') return html`<mark>empty</mark> ${message}`
  // Only whole words count: a value such as `a` occurs in most messages.
  const isWhole = (at: number) =>
    /[\s']$/.test(message.slice(0, at)) && /^(?:$|[\s',;:.?)])/.test(message.slice(at + value.length))
  let at = message.indexOf(value)
  while (at >= 0 && !isWhole(at)) at = message.indexOf(value, at + 1)
  if (at < 0) return html`<mark>${shortValue(value)}</mark> ${message}`
  return html`${message.slice(0, at)}<mark>${value}</mark>${message.slice(at + value.length)}`
}

const maxValueLength = 200

function shortValue(value: string): string {
  return value.length > maxValueLength ? `${value.slice(0, maxValueLength)}…` : value
}

const maxListed = 1000

function firstRows<Item>(items: readonly Item[]): readonly Item[] {
  return items.slice(0, maxListed)
}

function section(
  title: string,
  total: number,
  { head, rows }: { head: readonly string[]; rows: readonly (readonly string[])[] },
): Html {
  if (total === 0) return html``
  // A column that is empty in every row is left out, such as the reasons where nobody was kept.
  const filled = head.map((name, at) => ({ name, at })).filter(({ at }) => rows.some((row) => row[at] !== ''))
  const cells = rows.map(
    (row) =>
      html`<tr>${joinHtml(filled.map(({ name, at }) => html`<td data-head="${name}">${cellText(shortValue(row[at] ?? ''))}</td>`))}</tr>`,
  )
  return html`<section><details${rows.length <= 20 ? html` open` : ''}><summary><h2>${title} (${formatNumber(total)})</h2></summary>
<div class="wide"><table><thead><tr>${joinHtml(filled.map(({ name }) => html`<th>${name}</th>`))}</tr></thead><tbody>
${joinHtml(cells)}
</tbody></table></div>
${moreNote(total - rows.length, 'line')}</details></section>`
}

/** Lets an address break after its @, and not within a word, where there is no room. */
function cellText(text: string): Html {
  const [, name, domain] = /^(\S+@)(\S+)$/.exec(text) ?? []
  return name !== undefined && domain !== undefined ? html`${name}<wbr>${domain}` : html`${text}`
}

function moreNote(number: number, singular: string): Html {
  return number > 0 ? html`<p class="more">… and ${count(number, singular)} more.</p>` : html``
}

/** Markup, as opposed to a string, which is text. */
class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** Markup with values in it: a string is escaped and shown as it is. */
function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const pieces = parts.flatMap((part, at) => {
    const value = values[at]
    return value === undefined ? [part] : [part, value instanceof Html ? value.toString() : escaped(value)]
  })
  return new Html(pieces.join(''))
}

function joinHtml(parts: readonly Html[]): Html {
  return new Html(parts.join('\n'))
}

function escaped(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** The styles of a report: light and dark, on paper, and the rows that choosing a kind of issue hides. */
function reportStyle(codes: readonly string[]): string {
  const chosen = ['all', ...codes].map((code) => `#kind-${code}:checked + label`).join(',')
  const hidden = codes.map((code) => `#kind-${code}:checked ~ .wide tbody tr:not(.${code})`).join(',')
  return `
:root { color-scheme: light dark; --text: #1b1f24; --dim: #59636e; --back: #fff; --line: #d1d9e0; --in: #2f6f9f; --held: #b35900; --mark: #fff1dc; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --dim: #9aa4af; --back: #14181d; --line: #343b44; --in: #6aaee0; --held: #f0a050; --mark: #4a3413; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; color: var(--text); background: var(--back); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { display: inline; font-size: 1.1rem; }
section { margin: 2rem 0; }
.about, footer, .more, .legend { color: var(--dim); overflow-wrap: anywhere; }
.numbers { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; list-style: none; }
.numbers li { flex: 1 1 8rem; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .4rem; color: var(--dim); }
.numbers b { display: block; font-size: 1.6rem; color: var(--text); }
.numbers .warn b { color: var(--held); }
table { width: 100%; border-collapse: collapse; margin-top: .6rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { color: var(--dim); font-weight: 600; }
th { white-space: nowrap; }
td { min-width: 6.5rem; }
.number, .held-back td:nth-child(-n+2) { white-space: nowrap; min-width: 0; }
.chart th { width: 14rem; font-weight: 400; white-space: normal; }
.chart td.bar, .chart th { overflow-wrap: normal; }
.chart td.number { width: 14rem; color: var(--dim); }
rect.in { fill: var(--in); } rect.back { fill: var(--held); }
.legend span { display: inline-block; width: .8em; height: .8em; margin: 0 .2em 0 .8em; }
.legend .in { background: var(--in); } .legend .back { background: var(--held); }
.wide { overflow-x: auto; }
td ul { margin: 0; padding: 0; list-style: none; }
code { font: .92em ui-monospace, monospace; }
td em { display: block; color: var(--dim); }
mark { background: var(--mark); color: inherit; padding: 0 .25em; }
/* A name that is read from right to left has its brackets and figures where they belong. */
h1, td, mark, td em { unicode-bidi: plaintext; }
.held-back > h2 { display: block; margin: 0 0 .5rem; }
.held-back > input { position: absolute; opacity: 0; }
.held-back > label { display: inline-block; margin: 0 .3rem .3rem 0; padding: .15rem .6rem; border: 1px solid var(--line); border-radius: 1rem; cursor: pointer; }
.held-back > label small { color: var(--dim); }
.held-back > input:focus-visible + label { outline: 2px solid var(--in); }
${chosen} { border-color: var(--in); box-shadow: inset 0 0 0 1px var(--in); }
${hidden === '' ? '' : `${hidden} { display: none; }`}
summary { cursor: pointer; }
@media (min-width: 60rem) { .held-back td:nth-child(4) { min-width: 17rem; } .held-back th:last-child { width: 40%; } }
@media (max-width: 40rem) {
  body { padding: .8rem; }
  .chart th, .chart td { padding: .3rem; }
  .chart th, .chart td.number { width: auto; }
  .chart td.bar { min-width: 20vw; }
  .held-back table, .held-back tbody, .held-back tr, .held-back td { display: block; }
  .held-back thead { display: none; }
  .held-back td { border: 0; padding: .1rem 0; }
  .held-back td:empty { display: none; }
  .held-back td.number::before { content: 'Row '; color: var(--dim); }
  .held-back tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  details thead { display: none; }
  details table, details tbody, details tr, details td { display: block; }
  details tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
  details td { border: 0; padding: .1rem 0; }
  details td:empty { display: none; }
  details td + td::before { content: attr(data-head) ': '; color: var(--dim); }
}
@media print {
  :root { --text: #000; --dim: #444; --back: #fff; --line: #bbb; --in: #2f6f9f; --held: #b35900; --mark: #eee; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; }
  .held-back > label { display: none; }
  .held-back tbody tr { display: table-row; }
  details::details-content { content-visibility: visible; }
  tr { break-inside: avoid; } summary, h2 { break-after: avoid; } .held-back td:nth-child(4) { min-width: 11rem; } .held-back th:last-child { width: 40%; }
  details:has(tbody tr:nth-child(-n+3):last-child) { break-inside: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; }
}
`
}
