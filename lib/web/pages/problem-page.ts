// The page for whatever went wrong, in the caller's words.
import type { Problem } from '../problem';
import { html } from './html';
import { type PageContext, renderPage } from './layout';

export const renderProblemPage = (context: PageContext, problem: Problem): string =>
  renderPage(
    context,
    problem.title,
    html`<section class="narrow">
<p class="status">${problem.statusCode}</p>
<h1>${problem.title}</h1>
<p>${problem.message}</p>
<p><a class="button" href="/">To the newest articles</a></p>
</section>`,
  );
