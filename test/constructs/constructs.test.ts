// Every construct can be used without reading its source: it is exported, and its docs say what a prop means when left out.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as clonekit from '../../lib/index';
import { type Declared, readDeclared } from './declared';

const lib = join(__dirname, '../../lib');
const index = readFileSync(join(lib, 'index.ts'), 'utf8');

const declared = readdirSync(join(lib, 'constructs')).flatMap((file) =>
  readDeclared(readFileSync(join(lib, 'constructs', file), 'utf8')),
);
const classes = declared.filter(({ kind }) => kind === 'class');
const props = declared.flatMap(({ members }) => members);

/** Of use inside another construct only, which hands on what it makes. */
const parts: Readonly<Record<string, string>> = {
  DatabaseMonitoring: 'of Database',
  DatabaseReplicas: 'of Database',
  DatabaseUsers: 'of Database',
  ImageBaker: 'of ImagePipeline',
  ImageLifecycle: 'of ImagePipeline',
  SecretRotation: 'of CacheUserRotation and DatabaseUserRotation, whose programs it runs',
};

/** Interfaces of what is not exported. */
const partProps = [
  'DatabaseReplicasProps',
  'ImageBakerProps',
  'ImageLifecycleProps',
  'PropRange',
  'PropRule',
  'SecretRotationProps',
];

const namesOf = (all: readonly { name: string }[]): string[] => all.map(({ name }) => name);

test('no optional prop is without a default and the reason for it', () => {
  const optional = props.filter(({ isOptional }) => isOptional);
  expect(optional.length).toBeGreaterThan(80);
  // `@default <value> - <why>`, or `@default - <what happens>` where there is no value to write.
  const isTold = ({ docs }: { docs: string }): boolean => /^\S.* @default (\S.* )?- \S/.test(docs);
  expect(namesOf(optional.filter((prop) => !isTold(prop)))).toEqual([]);
});

test('every prop is readonly', () => {
  expect(namesOf(props.filter(({ isReadonly }) => !isReadonly))).toEqual([]);
});

test('every class has docs of its own: what it costs or needs, beyond its name', () => {
  expect(classes.length).toBeGreaterThan(20);
  expect(namesOf(classes.filter(({ docs }) => docs.length < 30))).toEqual([]);
});

test('every construct is exported, or is a part of one that is', () => {
  expect(namesOf(classes).filter((name) => !(name in clonekit))).toEqual(Object.keys(parts));
});

test('every interface of an exported construct is exported with it', () => {
  const isExported = ({ name }: Declared): boolean => new RegExp(`\\b${name}\\b`).test(index);
  const interfaces = declared.filter(({ kind }) => kind === 'interface');
  expect(namesOf(interfaces.filter((one) => !isExported(one))).sort()).toEqual(partProps);
});

describe('the reader of declarations', () => {
  const source = `
/** Not its docs. */
const other = { a: 1 };

/**
 * Of the class.
 * @see X.1
 */
export class Cache extends Construct {
  readonly not?: string;
}
export interface Props
  extends Pick<Others, 'one'> {
  readonly plain: string;
  /** One line. @default - none */
  readonly short?: { readonly deep?: string };
  /**
   * Of two
   * lines.
   * @default 1 - why
   */
  long?: {
    /** Deeper. */
    readonly deep?: number;
  };
  readonly bare?: string;
  call(): void;
}
interface Hidden {
  readonly a?: string;
}
export interface Empty extends Other {}
`;

  test('tells classes and interfaces that are exported, with the docs before them', () => {
    expect(readDeclared(source).map(({ kind, name, docs }) => [kind, name, docs])).toEqual([
      ['class', 'Cache', 'Of the class. @see X.1'],
      ['interface', 'Props', ''],
      ['interface', 'Empty', ''],
    ]);
  });

  test('tells the members of an interface, and nothing that is deeper', () => {
    const members = readDeclared(source)[1]?.members;
    expect(members?.map(({ name, isOptional, isReadonly, docs }) => [name, isOptional, isReadonly, docs])).toEqual([
      ['Props.plain', false, true, ''],
      ['Props.short', true, true, 'One line. @default - none'],
      ['Props.long', true, false, 'Of two lines. @default 1 - why'],
      ['Props.bare', true, true, ''],
      ['Props.call', false, false, ''],
    ]);
  });
});
