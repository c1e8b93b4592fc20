import ts from 'typescript'

/** One small change of the source that a test should notice. */
export interface Mutant {
  /** From the root of the project. */
  file: string
  line: number
  /** What was done, such as `condition`. */
  kind: string
  start: number
  end: number
  before: string
  after: string
  /** The functions around it that have a name, the nearest first. */
  within: string[]
}

/** Every mutant of one file. What is about types only has none, and neither have texts: a test of each word would be a copy of it. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)
  const mutants: Mutant[] = []
  const add = (kind: string, at: { getStart: () => number; getEnd: () => number }, after: string) => {
    const [start, end] = [at.getStart(), at.getEnd()]
    const line = source.getLineAndCharacterOfPosition(start).line + 1
    mutants.push({ file, line, kind, start, end, before: text.slice(start, end), after, within: names })
  }
  let names: string[] = []

  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return
    const around = names
    const name = nameOfFunction(node)
    if (name !== undefined) names = [name, ...names]
    mutate(node, add)
    ts.forEachChild(node, visit)
    names = around
  }
  visit(source)
  return mutants
}

function nameOfFunction(node: ts.Node): string | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText()
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return undefined
  const { parent } = node
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : undefined
}

type Add = (kind: string, at: ts.Node, after: string) => void

const others = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
])

function mutate(node: ts.Node, add: Add): void {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node)) {
    add('condition', node.expression, `!(${node.expression.getText()})`)
  } else if (ts.isConditionalExpression(node)) {
    add('condition', node.condition, `!(${node.condition.getText()})`)
  } else if (ts.isThrowStatement(node)) {
    add('no throw', node, ';')
  } else if (ts.isExpressionStatement(node)) {
    const called = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression
    if (ts.isCallExpression(called) || isAssignment(called)) add('no statement', node, ';')
  } else if (ts.isBinaryExpression(node)) {
    const other = others.get(node.operatorToken.kind)
    if (other !== undefined) add('operator', node.operatorToken, other)
    else if (isPlusOrMinusANumber(node)) {
      const isPlus = node.operatorToken.kind === ts.SyntaxKind.PlusToken
      add('operator', node.operatorToken, isPlus ? '-' : '+')
    }
  } else if (ts.isReturnStatement(node) && node.expression && node.expression.getText() !== 'undefined') {
    add('answer', node.expression, 'undefined')
  } else if (ts.isArrayLiteralExpression(node) && node.elements.length > 1) {
    const [first, second] = node.elements
    if (first && second && !ts.isArrayLiteralExpression(first)) add('element', first, 'undefined')
  } else if (node.kind === ts.SyntaxKind.TrueKeyword && !ts.isLiteralTypeNode(node.parent)) {
    add('constant', node, 'false')
  } else if (node.kind === ts.SyntaxKind.FalseKeyword && !ts.isLiteralTypeNode(node.parent)) {
    add('constant', node, 'true')
  }
}

function isAssignment(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  )
}

function isPlusOrMinusANumber({ left, right, operatorToken: { kind } }: ts.BinaryExpression): boolean {
  if (kind !== ts.SyntaxKind.PlusToken && kind !== ts.SyntaxKind.MinusToken) return false
  return ts.isNumericLiteral(left) || ts.isNumericLiteral(right)
}
