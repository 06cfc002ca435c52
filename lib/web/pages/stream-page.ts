// The page of what one's friends did.
import type { StreamEntry, StreamPage } from '../stream';
import { renderAvatar } from './avatar';
import { renderTime, renderUser } from './byline';
import { type Html, html } from './html';
import { type PageContext, renderPage } from './layout';

export const renderStream = (context: PageContext, { activities, before }: StreamPage): string =>
  renderPage(
    context,
    'Stream',
    html`<h1>Stream</h1>
<p class="hint">What your friends write and comment, the newest first.</p>
${
  activities.length > 0
    ? html`<ul class="cards">${activities.map(renderEntry)}</ul>`
    : html`<p class="empty">Nothing here yet. Befriend somebody on their profile: their name below an article leads there.</p>`
}
${before !== undefined && html`<nav aria-label="Pages"><a class="button" href="/stream?before=${before}">Older activities</a></nav>`}`,
  );

const renderEntry = ({ kind, actor, picture, createdAt, article }: StreamEntry): Html => html`<li class="card entry">
${renderAvatar(actor, picture)}
<div>
<p class="byline">${renderUser(actor)} ${verbs[kind]} · ${renderTime(createdAt)}</p>
<h2><a href="/articles/${article.id}${kind === 'comment' && '#comments'}">${article.title}</a></h2>
</div>
</li>`;

const verbs: Record<StreamEntry['kind'], string> = { article: 'wrote', comment: 'commented on' };
