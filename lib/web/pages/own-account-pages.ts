// Pages of one's own account: where one is signed in, and another password.
import type { ListedSession } from '../sessions';
import { type Field, type FormState, renderField, renderProblem } from './form-fields';
import { html } from './html';
import { type PageContext, renderPage } from './layout';

const password: Field = {
  name: 'password',
  label: 'Your password',
  type: 'password',
  autocomplete: 'current-password',
  maxLength: 200,
};

const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

export const renderOwnSessions = (
  context: PageContext,
  sessions: readonly (ListedSession & { isCurrent: boolean })[],
  state: FormState = {},
): string =>
  renderPage(
    context,
    'Where you are signed in',
    html`<section class="narrow">
<h1>Where you are signed in</h1>
${renderProblem(state)}
<form class="panel" method="post" action="/profile/sessions/end">
<fieldset>
<legend>Sign out</legend>
<p class="choice"><label><input type="radio" name="key" value="" checked> everywhere but here</label></p>
${sessions.map(
  ({ key, startedAt, agent, isCurrent }) =>
    html`<p class="choice"><label><input type="radio" name="key" value="${key}"${
      isCurrent && html` disabled`
    }> since <time datetime="${startedAt}">${times.format(new Date(startedAt))}</time>${
      isCurrent && ' (here)'
    }</label><small>${agent}</small></p>`,
)}
</fieldset>
${renderField(password, state)}
<button>Sign out</button>
</form>
<p><a href="/profile/password">Change your password</a></p>
</section>`,
  );

export const renderPasswordForm = (context: PageContext, state: FormState = {}): string =>
  renderPage(
    context,
    'Change your password',
    html`<section class="narrow">
<h1>Change your password</h1>
<p>You stay signed in here, and are signed out everywhere else.</p>
${renderProblem(state)}
<form class="panel" method="post" action="/profile/password">
${renderField(password, state)}
${renderField({ ...password, name: 'next', label: 'New password', autocomplete: 'new-password', hint: 'At least 8 characters.' }, state)}
<button>Change it</button>
</form>
</section>`,
  );
