// Every command in the README works, its picture shows what dev deploys, and its tables name what exists.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHome, findLeftovers } from './fleet/running-fleet';
import { planWith } from './local/planned';
import { project } from './provide-servers';

const readme = readFileSync(join(project, 'README.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] as string,
  );

/** Commands that something else runs, and what that is. */
const runElsewhere: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'CI installs; test/fleet/up.test.ts starts what `npm start` starts, as the next test says',
  'npm cit': '.ci/run is this command',
  'npx cdk bootstrap': 'needs an AWS account; test/deploy runs it against moto',
  'npx cdk deploy --all -c stage=dev --no-rollback': 'needs an AWS account',
  'npx clonekit status --on aws --stage dev': 'needs an AWS account; test/fleet/twin.test.ts runs it on the twin',
  'npm run test:policy': '.ci/run runs it',
  'npm run test:deploy': '.ci/run runs it',
  'npm run bench': 'takes minutes; its parts are the commands above',
  'npx clonekit bake --stage prod': 'needs an AWS account; test/cli/bake-command.mocked.test.ts runs it on a stand-in',
  'npx clonekit image --boot': 'needs root and minutes; test/image/boot.image.ts runs it',
  'npm run test:image': '.ci/run runs it',
  'npx cdk synth --quiet -c lock=true': 'writes into the project; test/stacks/make-stacks.test.ts runs it elsewhere',
  'npm pack': 'test/examples/examples.test.ts packs, and installs what it packed',
};

const commandsOf = (block: string): string[] =>
  block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter(Boolean);

const run = (command: string, env: NodeJS.ProcessEnv): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile('sh', ['-ec', command], { cwd: project, env, timeout: 120_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(`${command}\n${stdout}${stderr}`)) : resolve(stdout),
    );
  });

const place = createHome();
afterAll(() => {
  expect(findLeftovers(place.home)).toEqual([]);
  place.remove();
});

const scripts = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).scripts as Record<string, string>;

test('the two commands are the scripts that other tests and CI run', () => {
  expect(scripts.start).toBe('exec node --require tsx/cjs bin/clonekit.ts up');
  expect(readFileSync(join(project, '.ci/run'), 'utf8')).toContain('\nnpm cit\n');
});

const isRunHere = (block: string): boolean => !((commandsOf(block)[0] as string) in runElsewhere);

test.each(
  blocks('sh')
    .filter(isRunHere)
    .map((block) => [commandsOf(block)]),
)(
  'these commands work one after another: %j',
  async (commands) => {
    for (const command of commands) await run(command, { ...place.env, npm_config_yes: 'true' });
  },
  // A roll and a drill are among them, on a machine that may be busy.
  480_000,
);

test('every command that is not run here is one that something else runs', () => {
  const others = blocks('sh').filter((block) => !isRunHere(block));
  expect(others.flatMap(commandsOf)).toEqual(Object.keys(runElsewhere));
});

test('the picture shows what dev deploys', () => {
  const [picture = ''] = blocks('mermaid');
  const { group, replicas, caches, targetGroup } = planWith();
  const count = (pattern: RegExp): number => new Set([...picture.matchAll(pattern)].map((match) => match[0])).size;
  expect(count(/\[clone \d+\]/g)).toBe(group.min);
  expect(count(/\[\(replica \d+\)\]/g)).toBe(replicas.length);
  for (const { purpose, policy } of caches) expect(picture).toContain(`[(${purpose}: ${policy})]`);
  expect(picture).toContain(`|${targetGroup.algorithm}, ${targetGroup.healthCheck.path}|`);
});

test('every file and folder it names exists', () => {
  const paths = [...readme.matchAll(/`((?:bin|lib|test)\/[\w./-]+)`/g)].map((match) => match[1] as string);
  expect(paths.length).toBeGreaterThan(8);
  expect(paths.filter((path) => !existsSync(join(project, path)))).toEqual([]);
});

test('every dependency has its reason', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const rows = [...readme.matchAll(/^\| ([^|]+) \| [^|]+ \|$/gm)].flatMap((match) => (match[1] as string).split(', '));
  const isNamed = (name: string): boolean =>
    rows.some((row) => row === name || (row.endsWith('*') && name.startsWith(row.slice(0, -1))));
  expect(Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !isNamed(name))).toEqual([]);
});
