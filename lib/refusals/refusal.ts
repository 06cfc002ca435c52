// One thing that is refused: what it would lead to, what to do instead, and how it is found in the templates.
import type { ResourceView, StackTemplate, TemplateView } from './template-view';

export interface Finding {
  /** The resource that breaks the rule, or the stack that lacks one. */
  readonly at: ResourceView | StackTemplate;
  /** Path of the value in it, e.g. `Properties.MaxSize`. */
  readonly path: string;
  /** What must hold: the rest of a sentence that starts with the path. */
  readonly must: string;
  /** What was found instead. Never a secret. */
  readonly got: unknown;
  /**
   * What to change, where it depends on what was found.
   * @default - the refusal's
   */
  readonly remedy?: string;
}

export interface Refusal {
  /** Kebab-case. People acknowledge `clonekit::<name>`. */
  readonly name: string;
  /** The error of AWS or the outage that it prevents: the rest of a sentence, after `or`. */
  readonly prevents: string;
  /** What to change. */
  readonly remedy: string;
  /** Nothing where the template does not say enough: only what is surely wrong is refused. */
  find(view: TemplateView): Finding[];
}

const toGot = (got: unknown): string => (got === undefined ? 'nothing' : JSON.stringify(got));

/** One sentence: `Properties.MaxSize must …, or …; got: 2`. */
export const toSentence = ({ prevents }: Refusal, { path, must, got }: Finding): string =>
  `${path} ${must}, or ${prevents}; got: ${toGot(got)}`;
