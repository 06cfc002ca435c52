// Markdown of anybody's, and what becomes of it: what a reader must not get is never made.
import * as fc from 'fast-check';
import { renderArticleBody, toExcerpt } from '../../../lib/web/pages/article-body';

test('what people write is rendered', () => {
  expect(renderArticleBody('# Title\n\nOne *two* [three](https://example.com).\n\n- a\n- b\n\n```\n<b>\n```')).toBe(
    '<h2>Title</h2>\n<p>One <em>two</em> <a href="https://example.com" rel="nofollow noopener noreferrer">three</a>.</p>\n' +
      '<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<pre><code>&lt;b&gt;\n</code></pre>\n',
  );
});

test.each([
  ['# a\n# b', ['h2', 'h2']],
  ['## a\n### b\n## c', ['h2', 'h3', 'h2']],
  ['# a\n### b\n## c\n#### d', ['h2', 'h3', 'h3', 'h4']],
  ['### a\n# b', ['h2', 'h2']],
  ['# a\n## b\n### c\n#### d\n##### e\n###### f', ['h2', 'h3', 'h4', 'h5', 'h6', 'h6']],
])('headings follow the one of the page, and leave no level out: %j', (body, tags) => {
  const rendered = renderArticleBody(body);
  expect([...rendered.matchAll(/<(h\d)>/g)].map(([, tag]) => tag)).toEqual(tags);
  expect([...rendered.matchAll(/<\/(h\d)>/g)].map(([, tag]) => tag)).toEqual(tags);
});

const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a](&#106;avascript:alert(1))',
  '[a](data:text/html;base64,PHNjcmlwdD4=)',
  '[a](vbscript:x)',
  '[a](//evil.example/x)',
  '![a](https://evil.example/track.png)',
  '![a](x" onerror="alert(1))',
  '[a](https://x "onmouseover=alert(1)")',
  '<https://x" onclick=alert(1)>',
  '[a]: javascript:alert(1)\n\n[a]',
  '<a href="javascript:alert(1)">x</a>',
  '<svg/onload=alert(1)>',
  '`<script>`',
  '# <iframe src=javascript:alert(1)>',
  '<style>*{display:none}</style>',
];

/** All that the output may consist of. */
const tag =
  /^<(?:\/?(?:p|h[2-6]|ul|ol|li|em|strong|code|pre|blockquote)|br|hr|ol start="\d+"|code class="language-[^"<>]*"|a href="(?:https?:\/\/|mailto:|\/(?!\/))[^"<>]*"(?: title="[^"<>]*")? rel="nofollow noopener noreferrer"|\/a)\s*\/?>$/;
test('headings are below the title of the page, and leave out no level, wherever the author began', () => {
  const levels = (body: string): string[] => renderArticleBody(body).match(/(?<=<)h\d/g) ?? [];
  expect(levels('### a\n\n# b\n\n### c\n\n###### d\n\n## e')).toEqual(['h2', 'h2', 'h3', 'h4', 'h3']);
  expect(levels('# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5\n\n###### 6').at(-1)).toBe('h6');
});

const findForeign = (html: string): string[] => (html.match(/<[^>]*>?/g) ?? []).filter((found) => !tag.test(found));

test.each(attacks)('%s does nothing', (attack) => {
  expect(findForeign(renderArticleBody(attack))).toEqual([]);
});

test('whatever is typed, nothing comes out but a few tags that can do no harm', () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...attacks,
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '"',
      "'",
      '\n',
      '\n\n',
      '# ',
      '> ',
      '- ',
      '`',
      '*',
      '\\',
      '&',
      ';',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      expect(findForeign(renderArticleBody(words.join('')))).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test('the longest article is rendered in a moment, whatever it is made of', () => {
  for (const text of ['*', '[', '> ', '`', '- ', '<', '[a](', '![', '**a', '&'].map((part) =>
    part.repeat(20_000 / part.length),
  )) {
    const began = performance.now();
    renderArticleBody(text);
    // No promise of speed: what is not linear takes minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  }
});

test.each([
  ['# A title\n\nand *words* of `it`', 'A title and words of it'],
  ['- one\n- [two](https://example.com/x)\n> three', 'one two three'],
  ['cut in [the mid', 'cut in [the mid'],
  ['2 * 3 * 4 and snake_case', '2 * 3 * 4 and snake_case'],
])('the words of %j are %j', (markdown, words) => {
  expect(toExcerpt(markdown)).toBe(words);
});

test('an excerpt of what goes on ends with a whole word', () => {
  expect(toExcerpt(`${'word '.repeat(50)}ha`)).toBe(`${'word '.repeat(50)}…`);
  expect(toExcerpt('word '.repeat(40))).toBe('word '.repeat(40).trim());
});
