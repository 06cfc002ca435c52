// The page of somebody's friends.
import type { Friend } from '../friends';
import { renderAvatar } from './avatar';
import { renderUser } from './byline';
import { html } from './html';
import { type PageContext, renderPage } from './layout';

export const renderFriends = (context: PageContext, name: string, friends: readonly Friend[]): string =>
  renderPage(
    context,
    `Friends of ${name}`,
    html`<h1>Friends of ${renderUser(name)}</h1>
<p class="hint">Whom ${name} has befriended: what they write and comment is in the stream of ${name}. It need not be mutual.</p>
${
  friends.length > 0
    ? html`<ul class="people">${friends.map((friend) => html`<li>${renderAvatar(friend.name, friend.picture)}${renderUser(friend.name)}</li>\n`)}</ul>`
    : html`<p class="empty">None yet.</p>`
}`,
  );
