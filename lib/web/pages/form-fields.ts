// Fields of forms: a label each, and what was wrong with it right below.
import type { Problem } from '../problem';
import { type Html, html } from './html';

export interface Field {
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'password' | 'textarea';
  autocomplete?: string;
  /** Of a textarea. @default 14 */
  rows?: number;
  maxLength: number;
}

/** What was typed before, and what was wrong with it. */
export interface FormState {
  values?: Record<string, unknown>;
  problem?: Problem;
}

export function renderField(field: Field, state: FormState): Html {
  const messages = (state.problem?.fields ?? []).filter((item) => item.field === field.name);
  const typed = state.values?.[field.name];
  // A password is never sent back.
  const value = field.type !== 'password' && typeof typed === 'string' ? typed : '';
  const described = [field.hint && `${field.name}-hint`, messages.length > 0 && `${field.name}-problem`].filter(
    Boolean,
  );
  const attributes = html`id="${field.name}" name="${field.name}" required maxlength="${field.maxLength}"${
    described.length > 0 && html` aria-describedby="${described.join(' ')}"`
  }${messages.length > 0 && html` aria-invalid="true"`}${
    field.autocomplete !== undefined && html` autocomplete="${field.autocomplete}"`
  }`;
  return html`<div class="field">
<label for="${field.name}">${field.label}</label>
${field.hint !== undefined && html`<p class="hint" id="${field.name}-hint">${field.hint}</p>`}
${
  field.type === 'textarea'
    ? // A browser drops the first line break of a textarea: give it one of its own.
      html`<textarea ${attributes} rows="${field.rows ?? 14}">\n${value}</textarea>`
    : html`<input ${attributes} type="${field.type ?? 'text'}" value="${value}">`
}
${messages.length > 0 && html`<p class="wrong" id="${field.name}-problem">${field.label} ${messages.map(({ message }) => message).join(', ')}.</p>`}
</div>`;
}

/** What is wrong with the form as a whole, read out at once. */
export const renderProblem = ({ problem }: FormState): Html =>
  problem && !problem.fields ? html`<p class="wrong notice" role="alert">${problem.message}</p>` : html``;
