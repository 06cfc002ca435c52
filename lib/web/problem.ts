// What went wrong, as the caller may know it: one error that becomes problem JSON or a page.

/** A rule that one field of the input broke. */
export interface FieldProblem {
  field: string;
  message: string;
}

interface ProblemOptions {
  /** What the caller may read; a cause is for the log only. */
  detail: string;
  retryAfterSeconds?: number;
  fields?: FieldProblem[];
  cause?: unknown;
}

export class Problem extends Error {
  readonly retryAfterSeconds: number | undefined;
  readonly fields: FieldProblem[] | undefined;

  constructor(
    readonly statusCode: number,
    readonly title: string,
    options: ProblemOptions,
  ) {
    super(options.detail, { cause: options.cause });
    this.name = 'Problem';
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.fields = options.fields;
  }
}

/** Something this clone depends on does not answer now: never the caller's fault, worth trying again. */
export const unavailable = (what: string, cause?: unknown): Problem =>
  new Problem(503, 'Service Unavailable', {
    detail: `The ${what} cannot be reached now; try again.`,
    retryAfterSeconds: 2,
    cause,
  });

export const notFound = (what: string): Problem =>
  new Problem(404, 'Not Found', { detail: `There is no such ${what}.` });

export const forbidden = (detail: string): Problem => new Problem(403, 'Forbidden', { detail });

export const conflict = (detail: string): Problem => new Problem(409, 'Conflict', { detail });

export const unauthorized = (detail: string): Problem => new Problem(401, 'Unauthorized', { detail });

export const invalid = (fields: FieldProblem[]): Problem =>
  new Problem(400, 'Bad Request', {
    detail: fields.map(({ field, message }) => `${field} ${message}`).join('; '),
    fields,
  });
