// Pages to register and to sign in.
import { type Field, type FormState, renderField, renderProblem } from './form-fields';
import { html } from './html';
import { type PageContext, renderPage } from './layout';

const name: Field = { name: 'name', label: 'Name', autocomplete: 'username', maxLength: 32 };
const password: Field = {
  name: 'password',
  label: 'Password',
  type: 'password',
  autocomplete: 'current-password',
  maxLength: 200,
};

export const renderRegister = (context: PageContext, state: FormState = {}): string =>
  renderPage(
    context,
    'Register',
    html`<section class="narrow">
<h1>Register</h1>
${renderProblem(state)}
<form class="panel" method="post" action="/register">
${renderField({ ...name, hint: '3 to 32 letters and digits; . _ - in between.' }, state)}
${renderField({ ...password, autocomplete: 'new-password', hint: 'At least 8 characters.' }, state)}
<button>Register</button>
</form>
<p>Registered already? <a href="/login">Sign in</a>.</p>
</section>`,
  );

export const renderSignIn = (context: PageContext, state: FormState = {}): string =>
  renderPage(
    context,
    'Sign in',
    html`<section class="narrow">
<h1>Sign in</h1>
${renderProblem(state)}
<form class="panel" method="post" action="/login">
${renderField(name, state)}
${renderField(password, state)}
<button>Sign in</button>
</form>
<p>New here? <a href="/register">Register</a>.</p>
</section>`,
  );
