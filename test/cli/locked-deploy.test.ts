// Back to an earlier release by its locked image: what is refused before anything is touched. It is done in test/deploy.
import { readImageLockFile } from '../../lib/cli/image-lock-file';
import { toLockedDeploy } from '../../lib/cli/locked-deploy';
import type { StageConfig } from '../../lib/config/stage-config';
import { getStages } from '../../lib/config/stages';
import { LockedProject, newer, older, toImage } from './locked';

const [prod] = getStages('prod') as [StageConfig];
const locked: StageConfig = { ...prod, image: { ...prod.image, bake: 'locked' } };
const project = new LockedProject();
const surroundings = { project: project.folder, env: process.env };

afterEach(() => expect(readImageLockFile(project.folder)).toEqual([newer]));
afterAll(() => project.remove());

test('a stage that bakes on deploy has no locked image to go back to', async () => {
  await expect(toLockedDeploy(prod, [toImage(older)], surroundings)).rejects.toThrow(
    /^prod: image.bake must be locked for a rollback, got: on-deploy. Check out the commit of release a{12} and deploy it/,
  );
});

test('a release that was never locked is refused with the verb that lists those there are', async () => {
  const image = { ...toImage(older), release: 'c'.repeat(64) };
  await expect(toLockedDeploy(locked, [image], surroundings)).rejects.toThrow(
    /^\.image\.lock\.json: its history must hold release c{12} with ami-a{17}, got: nothing. Choose another: npx clonekit releases$/,
  );
});

test('an image that is another than the one that was locked is refused', async () => {
  const image = { ...toImage(older), imageId: newer.ami };
  await expect(toLockedDeploy(locked, [image], surroundings)).rejects.toThrow(/with ami-b{17}, got: ami-a{17}\./);
});

test('a release that is packed nowhere is refused with the commit that packs it', async () => {
  await expect(toLockedDeploy(locked, [toImage(older)], surroundings)).rejects.toThrow(
    /^release a{12}: must be packed at .*\/releases\/a{64}\.tar\.gz, got: nothing there. Check out commit none and run: npx clonekit release$/,
  );
});
