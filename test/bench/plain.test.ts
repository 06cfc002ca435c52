// The plainly written `dev` is what ours is: else comparing how long they take would compare nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { getStages } from '../../lib/config/stages';
import { makeStacks } from '../../lib/stacks/make-stacks';
import { context, digest } from '../stacks/synthesized';
import { makePlainStacks } from './plain/make-plain-stacks';
import { countResources, measureTemplates } from './same-resources';

const validation = 'CDK_VALIDATION';

describe('the stage dev, written plainly', () => {
  const before = process.env[validation];
  let folder: string;
  let ours: string;
  let plain: string;

  beforeAll(() => {
    // Of no use here, and longer than the rest.
    process.env[validation] = 'false';
    folder = mkdtempSync(join(tmpdir(), 'clonekit-plain-'));
    const release = join(folder, `${digest}.tar.gz`);
    writeFileSync(release, 'a release');
    for (const program of ['rotate-cache-user', 'rotate-database-user']) {
      mkdirSync(join(folder, program));
      writeFileSync(join(folder, program, 'index.js'), `// ${program}`);
    }
    const synthesize = (name: string, make: (app: App) => void): string => {
      const app = new App({ analyticsReporting: false, context, outdir: join(folder, name) });
      make(app);
      return app.synth().directory;
    };
    ours = synthesize('ours', (app) => {
      for (const config of getStages('dev')) makeStacks(app, config, { digest, file: release });
    });
    plain = synthesize('plain', (app) => makePlainStacks(app, { release, functions: folder }));
  });
  afterAll(() => {
    if (before === undefined) delete process.env[validation];
    else process.env[validation] = before;
    rmSync(folder, { recursive: true });
  });

  test('has the same stacks, with as many resources of each type', () => {
    expect(countResources(plain)).toEqual(countResources(ours));
  });

  test('has templates as long, give or take a tenth: its resources say as much', () => {
    const lengths = measureTemplates(ours);
    for (const [stack, length] of Object.entries(measureTemplates(plain))) {
      expect(length / (lengths[stack] ?? 0)).toBeGreaterThan(0.9);
      expect(length / (lengths[stack] ?? 0)).toBeLessThan(1.1);
    }
  });
});
