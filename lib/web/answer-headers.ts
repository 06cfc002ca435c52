// Headers of every answer, errors too: who answered, and what a browser must not do with it.
import { cloneHeader } from '../config/names';

interface AnswerHeadersOptions {
  cloneId: string;
  /** Whether people reach the load balancer by https. */
  https: boolean;
}

/** @param formTarget origin that the page's forms may go to besides our own. */
export const toContentSecurityPolicy = (formTarget = ''): string =>
  [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action 'self' ${formTarget}`.trim(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export const createAnswerHeaders = ({ cloneId, https }: AnswerHeadersOptions): Record<string, string> => ({
  [cloneHeader]: cloneId,
  'content-security-policy': toContentSecurityPolicy(),
  'x-content-type-options': 'nosniff',
  // Not `no-referrer`: with it browsers hide the origin of our own forms, and verifySameOrigin would refuse them.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Pages depend on who is signed in; what may be kept says so itself.
  'cache-control': 'no-store',
  // By http a browser must ignore it, and on a laptop it would lock out every other local server.
  ...(https && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
});
