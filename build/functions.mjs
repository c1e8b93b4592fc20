// Bundled modules in the loader's form: functions, each of which loads its imports when they are first used.
import { transform } from 'esbuild'

const forNode = { format: 'cjs', target: 'node20', supported: { 'dynamic-import': false } }
const isName = '[\\w$]+'

/**
 * CommonJS, because V8 can cache the compiled code of a script, but not of an ES module.
 * @param esm a module as esbuild prints it
 * @param keepsOrder also loads imports that are never used, in their order, for modules of packages with side effects
 */
export async function asFunction(esm, { keepsOrder, minify }) {
  const { code } = await transform(withOwnExports(esm), forNode)
  const small = await transform(loadingWhenUsed(code, { keepsOrder }), {
    ...forNode,
    minify,
    treeShaking: true,
  })
  return `function(require,exports,module,__url,__filename,__dirname,__lazy){${asAscii(small.code)}}`
}

/** Exports functions before the body, constants after it; esbuild would make a getter for each and copy them all. */
function withOwnExports(esm) {
  const before = []
  const after = []
  const body = esm.replace(/^export \{\n([^}]*)\n\};\n/m, (_, list) => {
    for (const line of list.split(',\n')) {
      const [, local, name = local] = new RegExp(`^ *(${isName})(?: as (${isName}))?$`).exec(line)
      if (isFunction(esm, local)) before.push(`exports.${name} = ${local};`)
      else if (isSetOnce(esm, local)) after.push(`exports.${name} = ${local};`)
      else
        before.push(`Object.defineProperty(exports, '${name}', { get: () => ${local}, enumerable: true });`)
    }
    return ''
  })
  return [...before, body, ...after].join('\n')
}

function isFunction(esm, local) {
  return new RegExp(`^(async )?function\\*? ${escaped(local)}\\(`, 'm').test(esm)
}

function isSetOnce(esm, local) {
  const declared = new RegExp(`^(class ${escaped(local)}\\b|var ${escaped(local)} =)`, 'm')
  const set = new RegExp(`(?<![\\w$.])${escaped(local)}\\s*([-+*/]|\\?\\?|\\|\\||&&)?=(?![=>])`, 'g')
  const changed = new RegExp(`(?<![\\w$.])${escaped(local)}(\\+\\+|--)`)
  return declared.test(esm) && (esm.match(set) ?? []).length <= 1 && !changed.test(esm)
}

/** An import that is used only as `name.member` is loaded at its first use; an unused import is not loaded at all. */
function loadingWhenUsed(cjs, { keepsOrder }) {
  let code = cjs
  const found = new RegExp(`^(?:var (${isName}) = )?require\\(("[^"]+")\\);$`, 'gm')
  for (const [line, name, from] of cjs.matchAll(found)) {
    const rest = code.replace(line, '')
    const uses = name ? rest.split(new RegExp(`${escaped(name)}(?![\\w$])`)).slice(1) : []
    if (uses.length === 0) code = keepsOrder ? code.replace(line, `require(${from});`) : rest
    else if (uses.every((after) => after.startsWith('.')))
      code = `var ${name} = __lazy(${from});\n${rest.replaceAll(`${name}.`, () => `${name}.m.`)}`
  }
  // Modules of the bundle need no interoperability wrapper.
  return code.replace(/__toESM\((require\("\.\/[^"]+"\))\)/g, '$1')
}

/** The loader reads one byte a letter, which is faster; esbuild leaves the letters of regular expressions unescaped. */
function asAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function escaped(name) {
  return name.replaceAll('$', '\\$')
}
