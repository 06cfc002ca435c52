// `clonekit clone-check`: the golden rule. Every clone runs the same release of the same image, and none has written to its disk.
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { cloneFolder, clonePaths, cloneToldFile, releaseFiles } from '../config/names';
import { isOfTheSystem } from '../config/system-files';
import type { Aws } from './aws';
import { type Check, fail, pass, unknown } from './checks/check';
import { exec, type Ran } from './exec';
import { listServingIds } from './kill';
import { isUnknown, type Part, readPart } from './part';
import type { Stage } from './stage';

/** The agent that runs this very script writes about itself. */
const ofTheAgent = /^\/var\/(lib|log)\/amazon\//;

/**
 * Says the digest of the release on the disk, each file of it that is another or is gone, each that it does not name, and each
 * file elsewhere that was written since the clone was told who it is. The sha256 of the sums is the release's digest.
 */
export const script = `cd "\${CLONEKIT_FOLDER:-${cloneFolder}}" || exit 3
echo "release $(sha256sum ${releaseFiles.sums} | cut -c1-64)"
sha256sum --check --quiet ${releaseFiles.sums} 2>/dev/null | sed -n 's/: FAILED.*$//; s/^/changed /p'
{ cut -c67- ${releaseFiles.sums}; echo ---; find . -type f | cut -c3-; } | awk '
  $0 == "---" { listed = 1; next }
  !listed { named[$0] = 1; next }
  $0 != "${releaseFiles.sums}" && !($0 in named) { print "added " $0 }'
if [ -z "$CLONEKIT_FOLDER" ]; then find / -xdev -type f -newer ${cloneToldFile} 2>/dev/null | sed 's/^/written /'; fi
exit 0
`;

const linesOf = ({ stdout }: Ran, word: string): string[] =>
  stdout.split('\n').flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));

const remedy = (id: string): string => `replace it: npx clonekit kill ${id}`;

function toDiskChecks(ran: Ran, release: string): Check[] {
  const { clone, status, stderr } = ran;
  const [found = 'nothing'] = linesOf(ran, 'release');
  if (status !== 'Success') {
    const why = `Run Command ended with ${status} ${stderr.trim().split('\n')[0] ?? ''}`.trim();
    return [unknown(`${clone}: disk`, why, 'see whether its agent runs, or replace it: npx clonekit kill')];
  }
  const differing = [
    ...linesOf(ran, 'changed').map((path) => `${path} was changed`),
    ...linesOf(ran, 'added').map((path) => `${path} was added`),
    ...linesOf(ran, 'written')
      .filter((path) => !isOfTheSystem(path) && !ofTheAgent.test(path))
      .map((path) => `${path} was written`),
  ];
  const name = `${clone}: release on its disk`;
  return [
    found === release
      ? pass(name, release.slice(0, 12))
      : fail(name, found.slice(0, 12), release.slice(0, 12), remedy(clone)),
    differing.length === 0
      ? pass(`${clone}: files`, 'as they were baked')
      : fail(
          `${clone}: files`,
          differing.join(', '),
          'as they were baked',
          `find out who wrote, then ${remedy(clone)}`,
        ),
  ];
}

async function readImages(aws: Aws, InstanceIds: string[]): Promise<Map<string, string>> {
  const { Reservations = [] } = await aws.of(EC2Client).send(new DescribeInstancesCommand({ InstanceIds }));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  return new Map(instances.map(({ InstanceId = '', ImageId = 'none' }) => [InstanceId, ImageId]));
}

function toImageChecks(images: Part<Map<string, string>>, ids: readonly string[]): Check[] {
  if (isUnknown(images)) return [unknown('images', images.unknown)];
  const different = new Set(ids.map((id) => images.get(id) ?? 'none'));
  const got = [...different].join(', ');
  return [
    different.size === 1
      ? pass('image of all clones', got)
      : fail('image of all clones', got, 'one image', 'roll them: npx clonekit roll'),
  ];
}

/** Asked through the load balancer until each has answered, or this often for each in vain. */
const triesPerClone = 20;

async function readIdentities(url: string, ids: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let tries = 0; tries < ids.length * triesPerClone && ids.some((id) => !found.has(id)); tries++) {
    const answer = await fetch(`${url}${clonePaths.identity}`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(5000),
    }).catch(() => undefined);
    const { clone, release } = ((await answer?.json().catch(() => undefined)) ?? {}) as Record<string, string>;
    if (clone && release) found.set(clone, release);
  }
  return found;
}

/** A flat list; the disks are unknown where Run Command may not be used. */
export async function verifyClones(aws: Aws, stage: Stage): Promise<Check[]> {
  const ids = await listServingIds(aws, stage);
  if (ids.length === 0) return [fail('clones', 'none', 'one at least', 'scale up: npx clonekit scale')];
  const [identities, images, ran] = await Promise.all([
    readIdentities(stage.url, ids),
    readPart(() => readImages(aws, ids)),
    readPart(() => exec(aws, ids, script)),
  ]);
  // The release most clones run is that of the fleet, whatever the stack was deployed with.
  const release = toCommon([...identities.values()]) ?? stage.release;
  return [
    ...ids.map((id) => {
      const name = `${id}: release that answers`;
      const got = identities.get(id);
      if (got === undefined) {
        return unknown(name, 'it did not answer through the load balancer', 'see why: npx clonekit status');
      }
      return got === release
        ? pass(name, got.slice(0, 12))
        : fail(name, got.slice(0, 12), release.slice(0, 12), remedy(id));
    }),
    ...toImageChecks(images, ids),
    ...(isUnknown(ran) ? [unknown('disks', ran.unknown)] : ran.flatMap((one) => toDiskChecks(one, release))),
  ];
}

function toCommon(values: readonly string[]): string | undefined {
  const count = (value: string): number => values.filter((one) => one === value).length;
  return [...values].sort((a, b) => count(b) - count(a))[0];
}
