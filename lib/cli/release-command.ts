// Packs an app into releases and says what they cost, or verifies one that was packed.
import { resolve } from 'node:path';
import { type Architecture, architectures } from '../config/node-types';
import { type Budget, isWithin, toBudgets } from '../release/budgets';
import { machineArchitecture } from '../release/descriptor';
import { type PackedRelease, packApp } from '../release/pack-app';
import { readRelease } from '../release/read-release';
import { getRuntime } from '../release/runtime';
import type { ReleaseFlags, Surroundings } from './flags';
import { toTable } from './table';

/** @throws OperatorError when the app cannot be packed, or the release is not what its name promises */
export async function releaseCommand(
  folder: string | undefined,
  flags: ReleaseFlags,
  { project }: Surroundings,
): Promise<void> {
  if (flags.verify !== undefined) return verify(flags.verify, flags);
  const wanted = flags.arch === 'both' ? architectures : [flags.arch ?? machineArchitecture];
  // What is fetched once is not part of what packing takes.
  for (const architecture of new Set([...wanted, machineArchitecture])) await getRuntime(architecture);
  const packed: Packed[] = [];
  for (const architecture of wanted)
    packed.push(await pack(folder === undefined ? project : resolve(folder), architecture));
  console.log(flags.json ? JSON.stringify(packed.map(toJson), null, 2) : packed.map(toText).join('\n\n'));
}

interface Packed {
  readonly release: PackedRelease;
  readonly budgets: readonly Budget[];
}

async function pack(folder: string, architecture: Architecture): Promise<Packed> {
  const started = performance.now();
  const release = await packApp({ folder, architecture });
  return { release, budgets: toBudgets({ ...release, packingSeconds: (performance.now() - started) / 1000 }) };
}

const toJson = ({ release, budgets }: Packed) => {
  const { digest, file, sbom, about } = release;
  return { digest, ...about, file, sbom, budgets: budgets.map((each) => ({ ...each, isWithin: isWithin(each) })) };
};

const toText = ({ release: { digest, file, sbom, about }, budgets }: Packed): string =>
  [
    `release ${digest}  ${about.name} for ${about.architecture}, Node ${about.node}`,
    `archive ${file}`,
    `sbom    ${sbom}`,
    '',
    toTable(
      ['budget', 'figure', 'limit', ''],
      budgets.map((each) => {
        const { what, figure, limit, unit } = each;
        const said = figure === undefined ? 'not tried: the Node of a release runs on Linux only' : `${figure} ${unit}`;
        return [what, said, `${limit} ${unit}`, isWithin(each) ? '' : 'over'];
      }),
    ),
  ].join('\n');

async function verify(file: string, { json }: ReleaseFlags): Promise<void> {
  const { about, files, digest } = await readRelease(file);
  console.log(
    json
      ? JSON.stringify({ digest, ...about, file, files: files.size })
      : `release ${digest}  ${about.name} for ${about.architecture}: all ${files.size} files are what its name promises`,
  );
}
