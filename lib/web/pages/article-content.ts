// What everybody sees of an article, whoever they are: rendered once, and kept in the cache.
import { type Html, html, trusted } from './html';

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

export const renderByline = ({ author, createdAt }: { author: string; createdAt: string }): Html =>
  html`<p class="byline">${author} · <time datetime="${createdAt}">${dates.format(new Date(createdAt))}</time></p>`;

interface ArticleContent {
  title: string;
  author: string;
  createdAt: string;
  /** The body as an HTML fragment. */
  html: string;
}

export const renderArticleContent = (article: ArticleContent): string =>
  html`<h1>${article.title}</h1>
${renderByline(article)}
<div class="body">
${trusted(article.html)}</div>`.text;
