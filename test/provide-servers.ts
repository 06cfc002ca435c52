// Before any test: every program the tests run, so that none of them waits for a download. Shown as it goes.
import { join } from 'node:path';
import { architectures } from '../lib/config/node-types';
import { provideProgram } from '../lib/local/programs/provide';
import { getRuntime } from '../lib/release/runtime';
import { provideChromium } from './browser/chromium';
import { provideAwsCli } from './fleet/aws-cli';

export const project = join(__dirname, '..');
/** Where programs are kept: the ordinary place, so that tests and people share one download. */
export const serversFolder = process.env.CLONEKIT_SERVERS ?? join(project, '.clonekit/servers');

export default async function provideServers(): Promise<void> {
  // Inherited by the workers: bin/clonekit silences it for people in the same way.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const onProgress = (text: string): void => console.log(`servers: ${text}`);
  for (const database of ['mysql', 'mariadb']) {
    const env = { PATH: process.env.PATH, CLONEKIT_DATABASE: database };
    await provideProgram('database', { project, serversFolder, env, onProgress });
  }
  for (const cache of ['valkey', 'redis']) {
    const env = { PATH: process.env.PATH, CLONEKIT_CACHE: cache };
    await provideProgram('cache', { project, serversFolder, env, onProgress });
  }
  await provideProgram('memcached', { project, serversFolder, env: { PATH: process.env.PATH }, onProgress });
  await provideProgram('load balancer', { project, serversFolder, env: { PATH: process.env.PATH }, onProgress });
  await provideAwsCli(serversFolder, onProgress);
  await provideChromium(serversFolder, onProgress);
  // Those that releases carry.
  for (const architecture of architectures) await getRuntime(architecture);
}
