// The page of a user's own picture: what it is now, and a form that goes straight to the bucket.
import type { SignedPost } from '../pictures/bucket';
import type { Problem } from '../problem';
import { html } from './html';
import { type PageContext, renderPage } from './layout';

interface PictureState {
  form: SignedPost;
  /** Of the picture there is. */
  url?: string;
  /** What was wrong with the one that was sent. */
  problem?: Problem;
}

export const renderPictureForm = (context: PageContext, { form, url, problem }: PictureState): string =>
  renderPage(
    context,
    'Your picture',
    html`<section class="narrow">
<h1>Your picture</h1>
${
  url !== undefined &&
  html`<p><img class="picture" src="${url}" alt="Your picture" width="160" height="160"></p>
<form method="post" action="/profile/picture/remove"><button class="quiet">Remove it</button></form>`
}
<form class="panel" method="post" action="${form.url}" enctype="multipart/form-data">
${Object.entries(form.fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}
<div class="field">
<label for="file">Picture</label>
<p class="hint" id="file-hint">JPEG, PNG or WebP, at most 1 MiB and 4096 × 4096 pixels. Where and when it was taken is not kept.</p>
<input id="file" name="file" type="file" required accept="image/jpeg,image/png,image/webp" aria-describedby="file-hint${
      problem && html` file-problem`
    }"${problem && html` aria-invalid="true"`}>
${problem && html`<p class="wrong" id="file-problem" role="alert">${toSentence(problem)}</p>`}
</div>
<button>Send</button>
</form>
</section>`,
  );

/** A key is nothing that people see. */
const toSentence = ({ fields = [] }: Problem): string => {
  const [first] = fields;
  return first?.field === 'picture'
    ? `The picture ${first.message}.`
    : 'Nothing was sent, or another time: send it again.';
};
