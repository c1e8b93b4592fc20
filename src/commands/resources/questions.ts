import type { ChangedResource } from '../../rules/resources/resource.ts'
import { count } from '../../render/text.ts'

const maxNamed = 5

export function withdrawalQuestion(changed: readonly ChangedResource[]): string | undefined {
  const withdrawn = changed.filter(({ outcome }) => outcome === 'withdrawn')
  if (withdrawn.length === 0) return undefined
  const names = withdrawn.map(({ resource }) => `${resource.id} ${resource.title}`)
  const few = `${names.slice(0, maxNamed).join(', ')}${names.length > maxNamed ? ' …' : ''}`
  const them = withdrawn.length === 1 ? 'it' : 'them'
  return `Withdraw ${count(withdrawn.length, 'resource')} (${few}), so that nobody can download ${them}?`
}

/** What of them is agreed to. */
export function comparableResources(changed: readonly ChangedResource[]): unknown {
  return changed.map(({ resource, outcome }) => [resource.id, resource.title, resource.sha256, outcome])
}
