// The reader of imports, on all the ways to write one and on what only looks like one.
import { readImports } from './imports';

test.each([
  ["import 'a';", 'a', 'static'],
  ["import a from 'a';", 'a', 'static'],
  ["import * as a from 'a';", 'a', 'static'],
  ["import {\n  b,\n  type C,\n} from 'a';", 'a', 'static'],
  ['import {b}from"a"', 'a', 'static'],
  ["import /* from 'x' */ b // from 'y'\n from 'a';", 'a', 'static'],
  ["import a from './a.json' with { type: 'json' };", './a.json', 'static'],
  ["export { b } from 'a';", 'a', 'static'],
  ["export * from 'a';", 'a', 'static'],
  ["export * as b from 'a';", 'a', 'static'],
  ["import a = require('a');", 'a', 'static'],
  ["const a = require('a');", 'a', 'static'],
  ["const a = require.resolve('a');", 'a', 'static'],
  ["const a = import('a');", 'a', 'static'],
  ["import type { B } from 'a';", 'a', 'type'],
  ["import { type B, type C } from 'a';", 'a', 'type'],
  ["export type { B } from 'a';", 'a', 'type'],
  ["export type * from 'a';", 'a', 'type'],
  ["import type a = require('a');", 'a', 'type'],
  ["type A = typeof import('a');", 'a', 'type'],
  ["let a: import('a').B;", 'a', 'type'],
  ["const a = async () => (await import('a')).b;", 'a', 'lazy'],
  ['async function a() { return await import(`a`); }', 'a', 'lazy'],
  ["class A { b() { return require('a'); } }", 'a', 'lazy'],
  ["class A { #b() { return require('a'); } }", 'a', 'lazy'],
  ["class A { get b() { return require('a'); } }", 'a', 'lazy'],
  ["class A { constructor() { require('a'); } }", 'a', 'lazy'],
  [`const a = { b() { return \`\${require('a')}\`; } };`, 'a', 'lazy'],
  ["if (b) require('a');", 'a', 'static'],
])('%j imports %s, %s', (source, name, when) => {
  expect(readImports(source)).toEqual([{ name, when }]);
});

test.each([
  "// import a from 'a';",
  "/* const a = require('a'); */",
  "/** {@link import('a')} */",
  `const a = "import b from 'b'";`,
  `const a = \`require('b') \${1} import('c')\`;`,
  "const a = /require('b')/;",
  'const a = 1; export { a };',
  'export const a = 1;',
  'namespace B { export const c = 1; } import a = B.c;',
  "this.require('a');",
  "a.import('a');",
])('%j imports nothing', (source) => {
  expect(readImports(source)).toEqual([]);
});

test('a require cast to its type is told once as each', () => {
  const source = "const load = () => require('a') as typeof import('a');";
  expect(readImports(source)).toEqual([
    { name: 'a', when: 'lazy' },
    { name: 'a', when: 'type' },
  ]);
});

test('a shebang line is no trouble', () => {
  expect(readImports("#!/usr/bin/env tsx\nimport 'a';")).toEqual([{ name: 'a', when: 'static' }]);
});

test.each(['import(name);', `require(\`./\${name}\`);`, "require('./' + name);", 'require();'])(
  '%j is refused, for nobody can tell what it imports',
  (source) => {
    expect(() => readImports(source)).toThrow(
      'The imports of a file cannot be read: what is imported must be written out, got: ',
    );
  },
);
