// Who, and when: names lead to profiles, times are for people and for machines.
import { type Html, html } from './html';

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

export const renderUser = (name: string): Html => html`<a href="/users/${name}">${name}</a>`;

export const renderTime = (at: string): Html => html`<time datetime="${at}">${dates.format(new Date(at))}</time>`;

export const renderByline = ({ author, createdAt }: { author: string; createdAt: string }): Html =>
  html`<p class="byline">${renderUser(author)} · ${renderTime(createdAt)}</p>`;
