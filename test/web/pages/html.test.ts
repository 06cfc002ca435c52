// HTML as tagged templates: nothing that people typed becomes markup.
import { html, trusted } from '../../../lib/web/pages/html';

const attack = `<script>alert("1")</script>&'`;
const harmless = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;';

test('whatever is put in is escaped, in lists and in attributes too', () => {
  expect(html`<p title="${attack}">${[attack, [attack]]}</p>`.text).toBe(
    `<p title="${harmless}">${harmless}${harmless}</p>`,
  );
});

test('HTML within HTML is not escaped again, and what is absent leaves nothing', () => {
  expect(html`<p>${html`<b>${1}</b>`}${undefined}${false}${0}${trusted('<i></i>')}</p>`.text).toBe(
    '<p><b>1</b>0<i></i></p>',
  );
});
