// The page of a user: who they are, what they wrote, and the button to befriend them.
import type { Profile, ProfileViewer } from '../profiles';
import { renderArticleList } from './article-list';
import { renderAvatar } from './avatar';
import { renderTime, renderUser } from './byline';
import { type Html, html } from './html';
import { type PageContext, renderPage } from './layout';

export function renderProfile(context: PageContext, profile: Profile): string {
  const { name, since, picture, articleCount, friendCount, articles, before, viewer } = profile;
  const older = before === undefined ? undefined : `/users/${name}?before=${before}`;
  return renderPage(
    context,
    name,
    html`<section class="profile">
${picture === undefined ? renderAvatar(name) : html`<img class="picture" src="${picture}" alt="Picture of ${name}" width="96" height="96">`}
<div>
<h1>${name}</h1>
<p class="byline">Here since ${renderTime(since)}</p>
<p>${toCount(articleCount, 'article')} · <a href="/users/${name}/friends">${toCount(friendCount, 'friend')}</a></p>
</div>
</section>
${viewer && renderFriendship(name, viewer)}
${context.userName === name && html`<p class="links"><a href="/profile/picture">Your picture</a><a href="/profile/sessions">Where you are signed in</a></p>`}
${articles.length > 0 ? renderArticleList(articles, older) : html`<p class="empty">No articles here yet.</p>`}`,
  );
}

function renderFriendship(name: string, { isFriend, inCommon, inCommonCount }: ProfileViewer): Html {
  const unnamed = inCommonCount - inCommon.length;
  return html`${
    isFriend
      ? html`<form class="offer" method="post" action="/users/${name}/unfriend">
<p class="hint">What ${name} writes and comments is in your stream. Nothing of yours is in theirs, unless they befriend you.</p>
<button class="quiet">Unfriend</button>
</form>`
      : html`<form class="offer" method="post" action="/users/${name}/friend">
<p class="hint">What ${name} writes and comments will be in your stream. Nobody needs to accept.</p>
<button>Befriend</button>
</form>`
  }
${
  inCommonCount > 0 &&
  html`<p>${toCount(inCommonCount, 'friend')} in common: ${inCommon.map((friend, index) => [
    index > 0 && ', ',
    renderUser(friend),
  ])}${unnamed > 0 && html`, and ${unnamed} more`}.</p>`
}`;
}

const toCount = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
