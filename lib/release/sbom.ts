// What a release is made of, for those who look for known holes and licences: a CycloneDX list, the same for the same release.
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import parseExpression from 'spdx-expression-parse';
import type { ReleaseContent } from './content';
import { listPackages } from './packages';

const licenses = new Contrib.License.Factories.LicenseFactory(parseExpression);

/** @see https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
const toPurl = (name: string, version: string): string =>
  `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;

interface Described {
  readonly name: string;
  readonly version?: string;
  readonly license?: string;
}

const toComponent = (type: Enums.ComponentType, { name, version, license }: Described): Models.Component => {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  const purl = version && toPurl(name, version);
  return new Models.Component(type, name.slice(slash + 1), {
    group: slash < 0 ? undefined : name.slice(0, slash),
    version,
    purl,
    bomRef: purl ?? name,
    licenses: new Models.LicenseRepository(license ? [licenses.makeFromString(license)] : []),
  });
};

/** CycloneDX 1.6 as JSON. It has no time in it, and its serial number is the release's. */
export function toSbom(content: ReleaseContent): string {
  const { app, about, digest, runtime } = content;
  const node = toComponent(Enums.ComponentType.Platform, { ...runtime, name: runtime.package, license: 'MIT' });
  node.cpe = `cpe:2.3:a:nodejs:node.js:${runtime.version}:*:*:*:*:*:*:*`;
  node.hashes.set(Enums.HashAlgorithm['SHA-256'], runtime.sha256);
  const packages = listPackages(content).map((each) => toComponent(Enums.ComponentType.Library, each));
  const root = toComponent(Enums.ComponentType.Application, app.about);
  root.properties.add(new Models.Property('clonekit:release', digest));
  root.properties.add(new Models.Property('clonekit:architecture', about.architecture));
  for (const { bomRef } of [node, ...packages]) root.dependencies.add(bomRef);
  const bom = new Models.Bom({
    serialNumber: toSerialNumber(digest),
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository([node, ...packages]),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** A UUID of version 8, whose bits are free to choose: the digest's first ones. */
const toSerialNumber = (digest: string): string => {
  const [, ...parts] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest) ?? [];
  const [a, b, c, d, e] = parts;
  return `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`;
};
