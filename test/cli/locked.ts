// A project whose lock named two images of a stage, one after the other: what `rollback` on AWS goes back through.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockImage } from '../../lib/cli/image-lock-file';
import { imageLockFile, type LockedImage } from '../../lib/config/image-lock';
import type { ReleaseImage } from '../../lib/ops/rollback';

const toLocked = (digit: string): LockedImage => ({
  ...{ stage: 'prod', region: 'eu-central-1', architecture: 'arm64', release: digit.repeat(64) },
  ...{ ami: `ami-${digit.repeat(17)}`, base: 'ami-0fedcba9876543210', commit: 'none' },
  ...{ bakedAt: '2026-11-24T12:00:00.000Z', test: 'passed' },
});

export const [older, newer] = [toLocked('a'), toLocked('b')] as const;

export const toImage = ({ release, ami, bakedAt }: LockedImage): ReleaseImage => ({ release, imageId: ami, bakedAt });

export class LockedProject {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'clonekit-locked-')));

  constructor() {
    this.#git('init', '--quiet');
    this.#commit('older', () => lockImage(this.folder, older));
    this.#commit('a merge that went wrong', () => this.write(imageLockFile, '<<<<<<<'));
    this.#commit('newer', () => {
      this.write(imageLockFile, '{"images":[]}');
      lockImage(this.folder, newer);
    });
  }

  #commit(message: string, change: () => void): void {
    change();
    this.#git('add', '.');
    this.#git('commit', '--quiet', '--message', message);
  }

  #git(...args: string[]): void {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...who, ...args], { cwd: this.folder });
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
