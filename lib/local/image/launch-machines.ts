// A fleet whose clones are machines: each is told what it must know, seen from inside a guest.
import { dirname, join } from 'node:path';
import { cloneEnv, cloneEnvFile } from '../../config/names';
import { type Instance, toTargetState } from '../instance';
import type { Launcher } from '../launch';
import { toEnvironment, withEnvironment, withFile } from '../plan/clone-env';
import { Machine, type PoweredOff } from '../servers/machine';
import type { DiskImage } from './disk';
import { bootPatience, findAccelerator, guestNetwork } from './emulator';

/** Beside the environment that names it: in memory, and gone with the machine. */
const caFile = join(dirname(cloneEnvFile), 'ca.pem');

/** A fleet whose clones are machines, all booted from one image. */
export const launchMachines =
  (image: DiskImage, onOff: (off: PoweredOff) => void = () => {}): Launcher =>
  async (launching) => {
    const accelerator = await findAccelerator();
    const toOwnUserData = ({ template }: Pick<Instance, 'template'>): string => {
      const told = template.toUserData(guestNetwork.host);
      const variables = toEnvironment(told);
      return withEnvironment(withFile(told, { path: caFile, content: launching.tls.ca }), {
        NODE_EXTRA_CA_CERTS: caFile,
        [cloneEnv.https]: 'off',
        [cloneEnv.readySeconds]: String(Number(variables[cloneEnv.readySeconds]) * bootPatience),
        AWS_ENDPOINT_URL: toSeen(launching.endpoint),
        // People's browsers are not in there: they reach the bucket where this machine does.
        [cloneEnv.picturesUrl]: `${launching.endpoint}/${variables[cloneEnv.pictures]}`,
      });
    };
    return (instance) => {
      const userData = toOwnUserData(instance);
      return Machine.start({
        image,
        accelerator,
        processes: launching.processes,
        folder: join(launching.folder, instance.id),
        // Its log is what it sends itself.
        logFile: launching.toLogFile(`${instance.id}-console`),
        findPort: launching.findPort,
        appPort: Number(toEnvironment(userData)[cloneEnv.port]),
        facts: {
          instanceId: instance.id,
          imageId: `ami-${image.digest.slice(0, 17)}`,
          instanceType: accelerator,
          zone: instance.zone,
          region: launching.region,
          getTargetState: () => toTargetState(instance),
          userData,
        },
        onOff: (off) => {
          const found = off.changes.length === 0 ? 'is as it was baked' : `differs: ${off.changes.join(', ')}`;
          launching.onEvent(`${off.id} is off; its disk ${found}`);
          onOff(off);
        },
      });
    };
  };

/** The same place, as guests see it. */
const toSeen = (endpoint: string): string => {
  const url = new URL(endpoint);
  url.hostname = guestNetwork.host;
  return url.origin;
};
