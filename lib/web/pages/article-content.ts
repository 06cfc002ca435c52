// What everybody sees of an article, whoever they are: rendered once, and kept in the cache.
import { renderByline } from './byline';
import { html, trusted } from './html';

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
