// The body of an article as HTML: plain text, where an empty line ends a paragraph.
import { html } from './html';

export function renderArticleBody(body: string): string {
  const paragraphs = body.split(/\n[ \t]*\n+/).filter((paragraph) => paragraph.trim() !== '');
  return html`${paragraphs.map((paragraph) => html`<p>${toLines(paragraph)}</p>\n`)}`.text;
}

const toLines = (paragraph: string) =>
  paragraph.split('\n').map((line, index) => (index === 0 ? html`${line}` : html`<br>${line}`));
