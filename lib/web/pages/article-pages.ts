// Pages of articles: the newest, one, and the form to write or change one.
import type { ArticlePage } from '../article-views';
import { type ArticleSummary, articlesPerPage } from '../articles';
import { renderArticleList } from './article-list';
import { type Field, type FormState, renderField, renderProblem } from './form-fields';
import { type Html, html, trusted } from './html';
import { type PageContext, renderPage } from './layout';

export function renderHome(context: PageContext, articles: ArticleSummary[]): string {
  const last = articles.length === articlesPerPage ? articles.at(-1) : undefined;
  const list = renderArticleList(articles, last && `/?before=${last.id}`);
  const nothing = html`<p class="empty">Nothing here yet. <a href="/articles/new">Write the first article</a>.</p>`;
  return renderPage(
    context,
    'Newest articles',
    html`<h1>Newest articles</h1>\n${articles.length > 0 ? list : nothing}`,
  );
}

interface ArticleParts {
  article: ArticlePage;
  mayEdit: boolean;
  comments: Html;
}

export const renderArticle = (context: PageContext, { article, mayEdit, comments }: ArticleParts): string =>
  renderPage(
    context,
    article.title,
    html`<article>
${trusted(article.content)}
${mayEdit && html`<p><a class="button quiet" href="/articles/${article.id}/edit">Edit</a></p>`}
</article>
${comments}`,
  );

const title: Field = { name: 'title', label: 'Title', maxLength: 200 };
const body: Field = {
  name: 'body',
  label: 'Text',
  type: 'textarea',
  maxLength: 20_000,
  hint: 'Markdown: an empty line starts a new paragraph, # a heading, - a list, and *words* are stressed.',
};

export const renderArticleForm = (context: PageContext, action: string, state: FormState = {}): string => {
  const heading = action === '/articles/new' ? 'Write an article' : 'Edit the article';
  return renderPage(
    context,
    heading,
    html`<h1>${heading}</h1>
${renderProblem(state)}
<form class="panel" method="post" action="${action}">
${renderField(title, state)}
${renderField(body, state)}
<button>Publish</button>
</form>`,
  );
};
