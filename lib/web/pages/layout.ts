// The frame of every page: head, navigation, content.
import type { Assets } from '../assets';
import { renderAvatar } from './avatar';
import { type Html, html } from './html';

/** What a page must know besides its own content. */
export interface PageContext {
  assets: Assets;
  /** Name of the user who is signed in. */
  userName?: string;
  /** Whether nobody can tell who it is now. */
  isUnknown?: boolean;
}

export const renderPage = (context: PageContext, title: string, content: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Clones</title>
<link rel="stylesheet" href="${context.assets.getUrl('site.css')}">
<link rel="icon" href="${context.assets.getUrl('icon.svg')}" type="image/svg+xml">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="bar">
<a class="brand" href="/"><img src="${context.assets.getUrl('icon.svg')}" alt="" width="28" height="28"><span>Clones</span></a>
<nav aria-label="Main">${renderNavigation(context)}</nav>
</header>
<main id="content" tabindex="-1">
${content}
</main>
<footer><p>Any clone can answer: none of them keeps anything about you.</p></footer>
</body>
</html>
`.text;

const renderNavigation = ({ userName, isUnknown }: PageContext): Html =>
  userName === undefined
    ? isUnknown
      ? html`<span class="who">Who you are cannot be told now; nothing is lost.</span>`
      : html`<a href="/login">Sign in</a><a class="button" href="/register">Register</a>`
    : html`<a href="/stream">Stream</a><a class="me" href="/users/${userName}">${renderAvatar(userName)}<span class="who">${userName}</span></a><a class="button" href="/articles/new">Write</a>
<form method="post" action="/logout"><button class="quiet">Sign out</button></form>`;
