// What is done on the machine that bakes, and on the one that tests: the release's own scripts, verified before they are run.
import { cloneFolder, releaseFiles } from '../config/names';

/** The scripts of every release, by path in its archive. */
const scripts = { bake: `${releaseFiles.clone}/bake.sh`, verify: `${releaseFiles.clone}/verify.sh` } as const;

const toStep = (name: string, timeoutSeconds: number, commands: readonly string[]) => ({
  name,
  action: 'ExecuteBash',
  timeoutSeconds,
  inputs: { commands: ['set -eu', ...commands] },
});

/**
 * A document of AWS's Task Orchestrator and Executor. Its `build` phase runs before the image is made, its `test` phase on a
 * machine that was started from the image; one that fails ends the bake, and there is no image.
 * @param source `s3://` address of the archive
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */
export const toComponentDocument = (digest: string, source: string): object => {
  const archive = `/var/tmp/${digest}.tar.gz`;
  const download = {
    name: 'Download',
    action: 'S3Download',
    timeoutSeconds: 300,
    inputs: [{ source, destination: archive }],
  };
  // What a script from the archive says of the archive is worth nothing before the script itself is known to be the right one.
  const bake = toStep('Bake', 900, [
    'cd "$(mktemp -d)"',
    `tar -xzf ${archive} ${releaseFiles.sums} ${scripts.bake}`,
    `echo "${digest}  ${releaseFiles.sums}" | sha256sum --check --strict --quiet`,
    `grep "  ${scripts.bake}$" ${releaseFiles.sums} | sha256sum --check --strict --quiet`,
    `sh ${scripts.bake} ${archive} ${digest}`,
    `rm -f ${archive}`,
  ]);
  const verify = toStep('Verify', 300, [`sh ${cloneFolder}/${scripts.verify} ${digest}`]);
  return {
    name: 'Release',
    description: 'Bakes the release, and verifies that an image of it answers',
    schemaVersion: 1.0,
    phases: [
      { name: 'build', steps: [download, bake] },
      { name: 'test', steps: [verify] },
    ],
  };
};
