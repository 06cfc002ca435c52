// What a TypeScript file imports, read from its syntax tree: strings and comments that only look like imports are none.
import { parseSync } from '@swc/core';

export interface Import {
  /** As written: a package, `node:…` or a relative path. */
  readonly name: string;
  /**
   * When it is loaded: with the file (`static`), when a function that holds it is called (`lazy`), or never (`type`).
   * All three are knowledge of the other file.
   */
  readonly when: 'static' | 'lazy' | 'type';
}

/** Throws when a file computes what it imports: nobody could tell what that is. */
export function readImports(source: string, file = 'a file'): Import[] {
  const imports: Import[] = [];
  try {
    visit(parseSync(source, { syntax: 'typescript', target: 'es2023' }), false, imports);
  } catch (error) {
    throw new Error(`The imports of ${file} cannot be read: ${(error as Error).message}`);
  }
  return imports;
}

type Node = { readonly type?: string; readonly [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

const functions = new Set([
  'ArrowFunctionExpression',
  'ClassMethod',
  'Constructor',
  'FunctionDeclaration',
  'FunctionExpression',
  'GetterProperty',
  'MethodProperty',
  'PrivateMethod',
  'SetterProperty',
]);

function visit(node: unknown, isInFunction: boolean, imports: Import[]): void {
  if (!isNode(node)) return;
  const found = findImport(node, isInFunction);
  if (found) imports.push(found);
  const isInside = isInFunction || functions.has(node.type ?? '');
  for (const child of Object.values(node)) visit(child, isInside, imports);
}

function findImport(node: Node, isInFunction: boolean): Import | undefined {
  const when = isInFunction ? 'lazy' : 'static';
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source ? { name: toName(node.source), when: isOfTypes(node) ? 'type' : 'static' } : undefined;
    case 'TsImportEqualsDeclaration': {
      const { expression } = node.moduleRef as Node;
      return expression ? { name: toName(expression), when: node.isTypeOnly ? 'type' : 'static' } : undefined;
    }
    case 'TsImportType':
      return { name: toName(node.argument), when: 'type' };
    case 'CallExpression':
      return isLoading(node.callee as Node) ? { name: toName(toArgument(node)), when } : undefined;
    default:
      return undefined;
  }
}

/** `import type { A }`, and `import { type A }`, which loads nothing either. */
function isOfTypes({ typeOnly, specifiers }: Node): boolean {
  const items = (specifiers ?? []) as readonly Node[];
  return typeOnly === true || (items.length > 0 && items.every(({ isTypeOnly }) => isTypeOnly === true));
}

/** `import(…)`, `require(…)` and `require.resolve(…)`. */
const isLoading = (callee: Node): boolean =>
  callee.type === 'Import' ||
  isRequire(callee) ||
  (callee.type === 'MemberExpression' && isRequire(callee.object as Node));

const isRequire = ({ type, value }: Node): boolean => type === 'Identifier' && value === 'require';

const toArgument = (node: Node): unknown => (node.arguments as readonly Node[])[0]?.expression;

function toName(node: unknown): string {
  if (isNode(node) && node.type === 'StringLiteral') return String(node.value);
  const quasis = isNode(node) && node.type === 'TemplateLiteral' ? (node.quasis as readonly Node[]) : [];
  if (quasis.length === 1) return String(quasis[0]?.cooked);
  throw new Error(`what is imported must be written out, got: ${isNode(node) ? node.type : 'nothing'}`);
}
