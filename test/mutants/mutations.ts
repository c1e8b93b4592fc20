import ts from 'typescript'

/** One small change of the source that a test should notice: an expression or a statement, and what stands in its place. */
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
}

/** Every mutant of one file. What is about types only has none, and neither have texts: a test of each word would be a copy of it. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)
  const mutants: Mutant[] = []
  const add: Add = (kind, node, after) => {
    const [start, end] = [node.getStart(), node.getEnd()]
    const line = source.getLineAndCharacterOfPosition(start).line + 1
    mutants.push({ file, line, kind, start, end, before: text.slice(start, end), after })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return
    mutate(node, add)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return mutants
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
    const between = (operator: string) => `(${node.left.getText()}) ${operator} (${node.right.getText()})`
    if (other !== undefined) add('operator', node, between(other))
    else if (isPlusOrMinusANumber(node)) {
      const isPlus = node.operatorToken.kind === ts.SyntaxKind.PlusToken
      add('operator', node, between(isPlus ? '-' : '+'))
    }
  } else if (ts.isReturnStatement(node) && node.expression && node.expression.getText() !== 'undefined') {
    add('answer', node.expression, 'undefined')
  } else if (ts.isArrayLiteralExpression(node) && node.elements.length > 1 && !isAssignedTo(node)) {
    const [first] = node.elements
    if (first && ts.isSpreadElement(first)) add('element', first.expression, '[undefined]')
    else if (first && !ts.isArrayLiteralExpression(first)) add('element', first, 'undefined')
  } else if (node.kind === ts.SyntaxKind.TrueKeyword && !ts.isLiteralTypeNode(node.parent)) {
    add('constant', node, 'false')
  } else if (node.kind === ts.SyntaxKind.FalseKeyword && !ts.isLiteralTypeNode(node.parent)) {
    add('constant', node, 'true')
  }
}

function isAssignment(node: ts.Node): node is ts.BinaryExpression {
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

/** As in `[one, other] = [other, one]`, on the left. */
function isAssignedTo(node: ts.Node): boolean {
  return isAssignment(node.parent) && node.parent.left === node
}
