// The body of an article: Markdown as HTML that cannot do harm, since what a reader must not get is never made.
import type MarkdownIt from 'markdown-it';

/** Not imported: a clone that only reads from the cache renders nothing, and the first answer must not wait for it. */
const load = (): MarkdownIt => {
  const Markdown = require('markdown-it') as typeof MarkdownIt;
  // CommonMark where tags are text. A picture from elsewhere would tell its server who reads: it stays text, too.
  const markdown = new Markdown('commonmark', { html: false }).disable('image');
  // Whatever else there is (`javascript:`, `data:`) stays the text that it was.
  markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:|\/(?!\/))/i.test(url);
  markdown.core.ruler.push('safe', ({ tokens }) => {
    const above: number[] = [];
    for (const token of tokens) {
      if (/^heading/.test(token.type)) token.tag = toHeadingTag(above, Number(token.tag.slice(1)));
      for (const child of token.children ?? [])
        if (child.type === 'link_open') child.attrSet('rel', 'nofollow noopener noreferrer');
    }
  });
  return markdown;
};

/**
 * Below the one `h1` that the page has, and no level left out, wherever the author began.
 *
 * @param above levels of the headings that this one is within, as the author gave them
 */
function toHeadingTag(above: number[], level: number): string {
  while ((above.at(-1) ?? 0) >= level) above.pop();
  above.push(level);
  return `h${Math.min(above.length + 1, 6)}`;
}

let markdown: MarkdownIt | undefined;

export function renderArticleBody(body: string): string {
  markdown ??= load();
  return markdown.render(body);
}

/** How much of a body an excerpt is made of. */
export const excerptStart = 240;

/** For a list: the words, without the marks. @param markdownStart the beginning of a body, which may end anywhere */
export function toExcerpt(markdownStart: string): string {
  const words = markdownStart
    .replace(/^(?: {0,3}(?:#{1,6}|>|[-*+]|\d+[.)]) +)+|^(?:```|~~~).*$/gm, '')
    .replace(/\[([^\]\n]*)\]\([^)\n]*\)?/g, '$1')
    .replace(/(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  // The last word may be half of one.
  return markdownStart.length < excerptStart ? words : `${words.replace(/ \S*$/, '')} …`;
}
