// Before any image is made: the distribution's programs for it, which only root can install, and what every fleet needs.
import { execFileSync } from 'node:child_process';
import { imagePackages, verifyCanMakeImages } from '../../lib/local/image/command';
import provideServers, { project } from '../provide-servers';

/** The ordinary place, so that tests and people share one system and its images. */
export const imagesFolder = process.env.CLONEKIT_IMAGES ?? `${project}/.clonekit/images`;

const isInstalled = (name: string): boolean => {
  try {
    return execFileSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8', stdio: 'pipe' }).includes(
      ' installed',
    );
  } catch {
    return false;
  }
};

export default async function provideImageTools(): Promise<void> {
  const missing = process.getuid?.() === 0 ? imagePackages.filter((name) => !isInstalled(name)) : [];
  if (missing.length > 0) {
    console.log(`image: installing ${missing.join(', ')}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    execFileSync('apt-get', ['update', '-q'], { env, stdio: 'pipe' });
    execFileSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...missing], { env, stdio: 'pipe' });
  }
  verifyCanMakeImages();
  await provideServers();
}
