// Where a local fleet keeps its things: one folder, which may be deleted whenever no fleet is up.
import { isAbsolute, join, resolve } from 'node:path';
import { localFiles } from '../config/names';

export interface Home {
  /** Holds everything below. */
  readonly folder: string;
  /** Downloaded and unpacked servers, kept between fleets and shared by all. */
  readonly servers: string;
  /** Systems and disks of machines, kept between fleets. */
  readonly images: string;
  /** The cloud assembly of the running stage. */
  readonly assembly: string;
  /** The running fleet's data, logs and clones; removed at each start. */
  readonly run: string;
  /** What a detached fleet prints. */
  readonly log: string;
}

/** `CLONEKIT_HOME` moves the whole folder, `CLONEKIT_SERVERS` the servers alone, `CLONEKIT_IMAGES` the images alone. */
export function toHome(project: string, env: NodeJS.ProcessEnv): Home {
  const at = (path: string): string => (isAbsolute(path) ? path : resolve(project, path));
  const folder = at(env.CLONEKIT_HOME || localFiles.home);
  return {
    folder,
    servers: at(env.CLONEKIT_SERVERS || join(folder, 'servers')),
    images: at(env.CLONEKIT_IMAGES || join(folder, 'images')),
    assembly: join(folder, 'cdk.out'),
    run: join(folder, 'run'),
    log: join(folder, 'up.log'),
  };
}
