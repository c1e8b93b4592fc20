import { escapeText } from './xml.ts'

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
export const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
export const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Text between tags, with what XML cannot hold written as Excel writes it. */
export function xmlText(text: string): string {
  const plain = escapeText(text)
  return /[&<>]/.test(plain) ? plain.replace(/[&<>]/g, (char) => ENTITIES[char] ?? char) : plain
}

/** The value of an attribute. */
export function xmlAttribute(text: string): string {
  return escapeText(text).replace(/[&<>"\n\t]/g, (char) => ENTITIES[char] ?? char)
}

/** `<t>`, with its blanks where a reader would leave them out. */
export function textElement(text: string): string {
  const keeps = /^\s|\s$|\s\s|[\t\n]/.test(text) ? ' xml:space="preserve"' : ''
  return `<t${keeps}>${xmlText(text)}</t>`
}
