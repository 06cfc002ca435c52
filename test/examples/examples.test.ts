// The package as people get it, and the examples as their apps: compiled against its declarations, run by plain Node.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cloneEnv, clonePaths } from '../../lib/config/names';
import { findFreePort } from '../../lib/local/free-port';
import { machineArchitecture } from '../../lib/release/descriptor';
import { getRuntime } from '../../lib/release/runtime';
import { toNodeFlags } from '../../lib/release/sandbox';
import { unpackRelease } from '../../lib/release/unpack';
import { untilTrue } from '../web/real-servers';
import { Consumer, type Ended, listExamples } from './consumer';

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

let consumer: Consumer;
let compiled: Ended;
const ended = new Map<string, Ended>();

/** A type that has become `any` would let this through. */
const misuse = `import type { CacheProps } from 'clonekit';
// @ts-expect-error There is no such purpose.
export const purpose: CacheProps['purpose'] = 'queues';
`;

beforeAll(async () => {
  consumer = await Consumer.make();
  writeFileSync(join(consumer.folder, 'misuse.ts'), misuse);
  compiled = await consumer.compile();
  const run = async (...[name, how]: Parameters<Consumer['synth']>): Promise<unknown> =>
    ended.set(name, await consumer.synth(name, how));
  // `plain`: without the choices that the CDK recommends to new apps, but for one, whose absence it warns of itself.
  const only = JSON.stringify({ '@aws-cdk/core:defaultCrossStackReferences': 'strong' });
  const plain = run('plain', { file: 'two-fleets', env: { CDK_CONTEXT_JSON: only } });
  await Promise.all([plain, ...listExamples().map((name) => run(name))]);
}, 240_000);

afterAll(() => consumer.remove());

const fine: Ended = { code: 0, stdout: '', stderr: '' };
const read = (name: string, file: string): string => readFileSync(join(consumer.out(name), file), 'utf8');
const resourcesOf = (name: string, stack: string): Resources =>
  JSON.parse(read(name, `${stack}.template.json`)).Resources;
const count = (resources: Resources, type: string): number =>
  Object.values(resources).filter((resource) => resource.Type === type).length;
const servicesOf = (resources: Resources): string[] => [
  ...new Set(Object.values(resources).map(({ Type }) => Type.split('::')[1] as string)),
];

describe('the package', () => {
  test('holds what the library needs at run time with its declarations, and nothing else', () => {
    const isWanted = (path: string): boolean =>
      // npm takes these whatever `files` says.
      ['LICENSE', 'README.md', 'package.json', 'bin/clonekit.ts'].includes(path) ||
      /^\.dist\/(bin\/clone|lib\/index|lib\/(clone|config|constructs|functions|refusals|release|stacks)\/.+)\.(js|d\.ts)$/.test(
        path,
      ) ||
      /^\.dist\/lib\/release\/(image\/[\w-]+\.sh|runtime\/package(-lock)?\.json)$/.test(path);
    expect(consumer.packed.filter((path) => !isWanted(path))).toEqual([]);
    const needed = [
      'lib/index.js',
      'lib/index.d.ts',
      'lib/functions/rotate-database-user.js',
      'bin/clone.js',
      'lib/clone/guard.js',
      'lib/release/runtime/package-lock.json',
      'lib/release/image/bake.sh',
    ];
    for (const path of needed) expect(consumer.packed).toContain(`.dist/${path}`);
  });

  test('lets every example compile, with strict types and without leaving any library out', () => {
    expect(compiled).toEqual(fine);
  });

  test('gives its names to ES modules too', async () => {
    const module = "import { Cache, ServerFleet } from 'clonekit'; console.log(Cache.name, ServerFleet.name);";
    expect(await consumer.node(['--input-type=module', '-e', module])).toEqual({
      ...fine,
      stdout: 'Cache ServerFleet\n',
    });
  });

  test('lets nobody in but by its name', async () => {
    const { code, stderr } = await consumer.node(['-e', "require('clonekit/.dist/lib/constructs/prop-rule')"]);
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});

describe('every example', () => {
  test('is one of these', () => {
    expect(listExamples()).toEqual(['only-caches', 'own-app', 'own-vpc', 'two-fleets']);
  });

  test.each([...listExamples(), 'plain'])('%s synthesizes, valid, refused by nobody and without a warning', (name) => {
    expect(ended.get(name)).toEqual(fine);
    const written = readdirSync(consumer.out(name)).filter((file) => /(metadata|manifest)\.json$/.test(file));
    expect(written.length).toBeGreaterThan(1);
    const warnings = written.flatMap(
      (file) => read(name, file).match(/"aws:cdk:(warning|error)",\s*"data": .*/g) ?? [],
    );
    expect(warnings).toEqual([]);
  });

  test.each(listExamples())('%s is one that the refusals look at', (name) => {
    expect(readFileSync(join(consumer.folder, `${name}.ts`), 'utf8')).toContain(
      'Validations.of(app).addPlugins(new Refusals());',
    );
  });

  test('that gives up its caches is refused', async () => {
    const source = readFileSync(join(consumer.folder, 'built/only-caches.js'), 'utf8');
    writeFileSync(join(consumer.folder, 'built/careless.js'), source.replace('.RETAIN', '.DESTROY'));
    // Without the CDK's own validation, which takes most of the time.
    const { code, stderr } = await consumer.synth('careless', { env: { CDK_VALIDATION: 'false' } });
    expect(code).not.toBe(0);
    expect(stderr).toContain('cache-without-retain');
  });
});

describe('own-vpc', () => {
  test('makes a fleet and nothing of a network but its security groups', () => {
    const resources = resourcesOf('own-vpc', 'Shop');
    const ofNetwork = Object.values(resources).filter(({ Type }) => Type.startsWith('AWS::EC2::'));
    expect([...new Set(ofNetwork.map(({ Type }) => Type))].sort()).toEqual([
      'AWS::EC2::LaunchTemplate',
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::SecurityGroupEgress',
      'AWS::EC2::SecurityGroupIngress',
    ]);
    expect(count(resources, 'AWS::AutoScaling::AutoScalingGroup')).toBe(1);
    expect(JSON.stringify(resources)).toContain(
      '"VPCZoneIdentifier":["subnet-0a1b2c3d4e5f60021","subnet-0a1b2c3d4e5f60022"]',
    );
  });
});

describe('only-caches', () => {
  test('makes caches, who may log in to them and who may reach them, and nothing else', () => {
    const resources = resourcesOf('only-caches', 'Caches');
    expect(servicesOf(resources).sort()).toEqual(['EC2', 'ElastiCache', 'Logs', 'SecretsManager']);
    expect(count(resources, 'AWS::ElastiCache::ReplicationGroup')).toBe(2);
    expect(count(resources, 'AWS::EC2::SecurityGroup')).toBe(1);
  });
});

describe('two-fleets', () => {
  test('makes two groups over one database, and lets both in', () => {
    const [shop, office, data] = ['Shop', 'Office', 'Data'].map((stack) => resourcesOf('two-fleets', stack));
    for (const fleet of [shop, office] as Resources[]) {
      expect(count(fleet, 'AWS::AutoScaling::AutoScalingGroup')).toBe(1);
      expect(count(fleet, 'AWS::RDS::DBInstance') + count(fleet, 'AWS::ElastiCache::ReplicationGroup')).toBe(0);
      expect(JSON.stringify(fleet).match(/"Description":"(Queries|Sessions)"/g)).toHaveLength(4);
    }
    expect(count(data as Resources, 'AWS::RDS::DBInstance')).toBe(2);
    expect(count(data as Resources, 'AWS::AutoScaling::AutoScalingGroup')).toBe(0);
  });

  test('gives each group a name of its own', () => {
    const names = ['Shop', 'Office'].map(
      (stack) =>
        Object.values(resourcesOf('two-fleets', stack)).find(
          ({ Type }) => Type === 'AWS::AutoScaling::AutoScalingGroup',
        )?.Properties?.AutoScalingGroupName,
    );
    expect(names).toEqual([expect.stringMatching(/^Shop/), expect.stringMatching(/^Office/)]);
  });
});

describe('own-app', () => {
  const findRelease = (): string => {
    const folder = join(consumer.folder, 'home/releases');
    const [file, ...others] = readdirSync(folder).filter((name) => name.endsWith('.tar.gz'));
    expect(others).toEqual([]);
    return join(folder, file as string);
  };

  test('uploads its release for the image', () => {
    const digest = basename(findRelease(), '.tar.gz');
    const components = Object.values(resourcesOf('own-app', 'Hello')).filter(
      ({ Type }) => Type === 'AWS::ImageBuilder::Component',
    );
    expect(JSON.stringify(components)).toContain(digest);
  });

  test('launches the image that its deploy bakes', () => {
    const resources = resourcesOf('own-app', 'Hello');
    const [image] = Object.entries(resources).find(([, { Type }]) => Type === 'AWS::ImageBuilder::Image') ?? [];
    const template = Object.values(resources).find(({ Type }) => Type === 'AWS::EC2::LaunchTemplate');
    expect(template?.Properties?.LaunchTemplateData).toMatchObject({ ImageId: { 'Fn::GetAtt': [image, 'ImageId'] } });
  });

  test('its release runs by itself, answers what every clone answers, and ends on SIGTERM', async () => {
    const release = findRelease();
    const folder = join(consumer.folder, 'running');
    const { entry } = await unpackRelease(release, folder);
    const port = await findFreePort();
    const env = {
      [cloneEnv.port]: String(port),
      [cloneEnv.listen]: '127.0.0.1',
      [cloneEnv.cloneId]: 'i-1',
      [cloneEnv.drainSeconds]: '0',
    };
    const { node } = await getRuntime(machineArchitecture);
    const clone = spawn(node, [...toNodeFlags(folder), join(folder, entry)], { env, stdio: 'ignore' });
    const closed = new Promise<number | null>((resolve) => clone.once('close', resolve));
    try {
      const ask = (path: string): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      const answers = (path: string) => async (): Promise<boolean> =>
        (await ask(path).catch(() => undefined))?.status === 200;
      await untilTrue('the app to answer', answers(clonePaths.live), clone);
      expect((await ask(clonePaths.ready)).status).toBe(200);
      expect(await (await ask(clonePaths.identity)).json()).toMatchObject({
        clone: 'i-1',
        release: basename(release, '.tar.gz'),
      });
      clone.kill('SIGTERM');
      expect(await closed).toBe(0);
    } finally {
      clone.kill('SIGKILL');
    }
  });
});
