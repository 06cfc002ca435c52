// Renews the picture in the README: the site in light colours on a desktop, beside a phone in dark ones.
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startFleet } from '../fleet/running-fleet';
import { project, serversFolder } from '../provide-servers';
import { launchChromium, provideChromium } from './chromium';
import { Person } from './person';

const articles = [
  [
    'ada',
    'Notes on the Analytical Engine',
    'It weaves *algebraic patterns* just as the Jacquard loom weaves flowers and leaves.\n\n## What it can do\n\n- count, without tiring\n- repeat what it was told, as often as it takes\n\n> It has no pretensions to originate anything.\n\n`n` cards are read one after another.',
  ],
  ['grace', 'A moth in relay 70', 'Taped into the log book at 15:45. First actual case of a *bug* being found.'],
  ['alan', 'On computable numbers', 'A number is computable if its decimal can be written down by a machine.'],
] as const;

async function openPeople(browser: Browser, url: string): Promise<Record<(typeof articles)[number][0], Person>> {
  const [ada, grace, alan] = await Promise.all(
    ['ada', 'grace', 'alan'].map(async (name) => {
      const person = await Person.open(browser, url, name);
      await person.register();
      return person;
    }),
  );
  return { ada, grace, alan } as Record<(typeof articles)[number][0], Person>;
}

async function drawFace(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 160, height: 160 } });
  await page.setContent(
    '<style>body{margin:0;height:160px;background:conic-gradient(from 40deg,#f59e0b,#ec4899,#8b5cf6,#f59e0b)}</style>',
  );
  const face = await page.screenshot();
  await page.close();
  return face;
}

async function main(): Promise<void> {
  await provideChromium(serversFolder, console.log);
  const fleet = await startFleet();
  const browser = await launchChromium(serversFolder);
  try {
    const people = await openPeople(browser, fleet.url);
    const { ada, grace, alan } = people;
    for (const [name, title, text] of articles) await people[name].write(title, text);
    await grace.sendPicture({ name: 'face.png', mimeType: 'image/png', buffer: await drawFace(browser) });
    for (const friend of ['grace', 'alan']) await ada.befriend(friend);
    await alan.befriend('ada');
    for (const [person, id, text] of [
      [grace, 1, 'Well said.\nAnd well counted.'],
      [alan, 2, 'Poor moth.'],
    ] as const) {
      await person.goTo(`/articles/${id}`);
      await person.comment(text);
    }
    const look = async (
      path: string,
      colorScheme: 'light' | 'dark',
      viewport: { width: number; height: number },
      deviceScaleFactor = 1,
    ) => {
      const context = await browser.newContext({ baseURL: fleet.url, colorScheme, viewport, deviceScaleFactor });
      await context.addCookies(await ada.context.cookies());
      const page = await context.newPage();
      await page.goto(path);
      const picture = await page.screenshot();
      await context.close();
      return picture;
    };
    const desktop = await look('/stream', 'light', { width: 860, height: 620 });
    const phone = await look('/articles/1', 'dark', { width: 390, height: 844 });
    const page = await browser.newPage({ viewport: { width: 1200, height: 660 } });
    const toImage = (picture: Buffer, style: string) =>
      `<img style="${style}" src="data:image/png;base64,${picture.toString('base64')}">`;
    await page.setContent(
      `<style>body{margin:0;padding:20px;display:flex;gap:20px;background:#c9d3e4}img{height:620px;border-radius:12px}</style>${toImage(desktop, '')}${toImage(phone, '')}`,
    );
    await page.screenshot({ path: join(project, 'test/browser/screenshot.png') });
  } finally {
    await browser.close();
    await fleet.stop();
  }
}

void main();
