// The picture in README, made anew: node --import tsx test/browser/take-screenshot.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type RunningFleet, startFleet } from '../fleet/running-fleet';
import { serversFolder } from '../provide-servers';
import { jpeg } from '../web/pictures/sample-pictures';
import { launchChromium } from './chromium';
import { Person } from './person';

const articles: [title: string, text: string][] = [
  ['On keeping nothing', 'A clone that keeps nothing can be lost at any time, and nobody notices.'],
  [
    'Notes on the engine',
    'It weaves *algebraic patterns*, as the loom weaves flowers and leaves.\n\n## What it can do\n\n- count\n- and remember\n\n' +
      '> It can do whatever we know how to order it to perform.\n\n```\nV4 = V2 + V3\n```\n',
  ],
];

async function main(): Promise<void> {
  const [fleet, browser] = await Promise.all([startFleet(), launchChromium(serversFolder)]);
  try {
    await takeScreenshot(fleet, browser);
  } finally {
    await browser.close();
    await fleet.stop();
  }
}

async function takeScreenshot({ url }: RunningFleet, browser: Browser): Promise<void> {
  const desktop = { viewport: { width: 900, height: 844 }, colorScheme: 'light' } as const;
  const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;
  const ada = await Person.open(browser, url, 'ada', desktop);
  const grace = await Person.open(browser, url, 'grace', phone);
  await ada.register();
  await grace.register();
  for (const [title, text] of articles) await ada.write(title, text);
  await grace.befriend('ada');
  await grace.goTo('/articles/2');
  await grace.comment('And it is never tired.');
  await ada.sendPicture({ name: 'me.jpg', mimeType: 'image/jpeg', buffer: jpeg });
  await ada.goTo('/articles/2');
  await grace.goTo('/stream');
  const [left, right] = await Promise.all([ada, grace].map(({ page }) => page.screenshot()));
  const both = await browser.newPage({ viewport: { width: 900 + 390 + 48, height: 844 + 32 } });
  const toImage = (png: Buffer | undefined): string => `<img src="data:image/png;base64,${png?.toString('base64')}">`;
  await both.setContent(
    `<style>body{margin:16px;display:flex;gap:16px;background:#c9d2df}img{border-radius:12px}</style>${toImage(left)}${toImage(right)}`,
  );
  writeFileSync(join(__dirname, 'screenshot.png'), await both.screenshot());
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
