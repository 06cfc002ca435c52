// The face beside a name: their picture, or the first letter of the name on a colour that stays theirs.
import { type Html, html } from './html';

/** As many as `site.css` has. */
const tones = 6;

/** Says nothing to who listens: the name is beside it. @param picture address of their picture, if they have one */
export function renderAvatar(name: string, picture?: string): Html {
  if (picture !== undefined) return html`<img class="avatar picture" src="${picture}" alt="" width="44" height="44">`;
  const tone = [...name.toLowerCase()].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % tones;
  return html`<span class="avatar tone-${tone}" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`;
}
