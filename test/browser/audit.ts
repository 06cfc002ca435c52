// What must hold of every page as a browser shows it: read by everybody, on any screen, nothing blocked.
import { source } from 'axe-core';
import type { Page } from 'playwright-core';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** One line for each rule that is broken, with where. */
export async function findViolations(page: Page): Promise<string[]> {
  // The last value of a script comes back, and axe itself is too much to be told.
  await page.evaluate(`${source}; undefined`);
  // It would wait 10 seconds for styles that the page's policy does not let it fetch.
  const expression = `axe.run(document, { preload: false, runOnly: ${JSON.stringify(tags)} }).then(({ violations }) =>
    violations.map(({ id, nodes }) =>
      id + ': ' + nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join('; ')))`;
  return await page.evaluate<string[]>(expression);
}

/** What reaches out of the screen at its right, so that people must scroll sideways. */
export const findOverflow = (page: Page): Promise<string[]> =>
  page.evaluate(`document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth)
      .map((one) => one.outerHTML.slice(0, 80))`);

/** Those of the page that did not load. */
export const findBrokenPictures = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.images].filter((one) => !(one.complete && one.naturalWidth > 0)).map((one) => one.src)`);
