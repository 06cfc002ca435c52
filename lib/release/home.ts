// Where packed releases and the Node they carry are kept: in the home folder, which may be deleted at any time.
import { resolve } from 'node:path';
import { localFiles } from '../config/names';

/** `CLONEKIT_HOME`, or `.clonekit` where the command is run. */
const toFolder = (name: string): string => resolve(process.env.CLONEKIT_HOME || localFiles.home, name);

/** Where releases lie unless it is said. */
export const releasesFolder = (): string => toFolder('releases');

export const runtimesFolder = (): string => toFolder('runtimes');
