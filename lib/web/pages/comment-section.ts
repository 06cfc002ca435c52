// What is said below an article, and the form to say something.
import type { CommentPage } from '../comments';
import { renderByline } from './byline';
import { type Field, type FormState, renderField, renderProblem } from './form-fields';
import { type Html, html } from './html';

export interface CommentSection extends CommentPage {
  articleId: number;
  /** Whether what came before these is on another page. */
  isLater: boolean;
  mayComment: boolean;
}

const body: Field = { name: 'body', label: 'Your comment', type: 'textarea', rows: 5, maxLength: 2_000 };

export function renderComments(section: CommentSection, state: FormState): Html {
  const { articleId, total, comments, after, isLater, mayComment } = section;
  const form = html`<form class="panel" method="post" action="/articles/${articleId}/comments">
${renderProblem(state)}
${renderField(body, state)}
<button>Comment</button>
</form>`;
  return html`<section id="comments" aria-labelledby="comments-heading">
<h2 id="comments-heading">${total === 1 ? '1 comment' : `${total} comments`}</h2>
${isLater && html`<p><a href="/articles/${articleId}#comments">From the first comment on</a></p>`}
<ol class="comments">${comments.map(
    (comment) => html`<li id="comment-${comment.id}">
${renderByline(comment)}
<p>${renderLines(comment.body)}</p>
</li>`,
  )}</ol>
${after !== undefined && html`<nav aria-label="Pages"><a class="button" href="/articles/${articleId}?after=${after}#comments">Later comments</a></nav>`}
${mayComment ? form : html`<p><a href="/login">Sign in</a> to comment.</p>`}
</section>`;
}

/** Text, with its line breaks. */
const renderLines = (text: string): Html[] =>
  text.split('\n').map((line, index) => (index === 0 ? html`${line}` : html`<br>${line}`));
