// Articles in short, one card each.
import type { ArticleSummary } from '../articles';
import { renderByline } from './byline';
import { type Html, html } from './html';

/** @param older address of the next page, if there is one */
export const renderArticleList = (articles: readonly ArticleSummary[], older?: string): Html =>
  html`<ul class="cards">${articles.map(
    (article) => html`<li class="card">
<h2><a href="/articles/${article.id}">${article.title}</a></h2>
${renderByline(article)}
<p class="excerpt">${article.excerpt}</p>
</li>`,
  )}</ul>
${older !== undefined && html`<nav aria-label="Pages"><a class="button" href="${older}">Older articles</a></nav>`}`;
