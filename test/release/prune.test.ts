// Of the releases in the ordinary place the last ten are kept, whatever else lies there.
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pruneReleases } from '../../lib/release/prune';

test('the oldest go, with what is beside them; the one in use and what is no release stay', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clonekit-prune-'));
  try {
    const digests = Array.from({ length: 12 }, (_, i) => i.toString(16).repeat(64));
    for (const [i, digest] of digests.entries()) {
      for (const ending of ['tar.gz', 'cdx.json', 'tried.json']) {
        writeFileSync(join(folder, `${digest}.${ending}`), '');
        utimesSync(join(folder, `${digest}.${ending}`), i, i);
      }
    }
    writeFileSync(join(folder, 'note.tar.gz'), '');
    const [used, ...others] = digests as [string, ...string[]];
    await pruneReleases(folder, used);
    const left = [used, ...others.slice(2)].flatMap((digest) =>
      ['cdx.json', 'tar.gz', 'tried.json'].map((ending) => `${digest}.${ending}`),
    );
    expect(readdirSync(folder).sort()).toEqual([...left, 'note.tar.gz'].sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
