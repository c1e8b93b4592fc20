import { SaxesParser } from 'saxes'

/** An element of a part, without its texts. */
export interface Element {
  name: string
  attributes: Readonly<Record<string, string>>
  children: Element[]
}

/** The root of a part, and all elements below it. */
export function elementsOf(xml: string): Element[] {
  const all: Element[] = []
  const open: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element: Element = { name, attributes, children: [] }
    open.at(-1)?.children.push(element)
    open.push(element)
    all.push(element)
  })
  parser.on('closetag', () => open.pop())
  parser.write(xml).close()
  return all
}
