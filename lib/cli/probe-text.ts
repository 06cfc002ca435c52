// What a probe saw, in words.
import type { ProbeReport } from '../ops/probe/probe';

export const toProbeText = (report: ProbeReport): string => {
  const { people, requests, serverErrors, unanswered, sessionsLost, staleReads, milliseconds, clones } = report;
  return [
    `probe: ${people} people, ${requests} requests, answered by ${clones} clones`,
    `  sessions lost ${sessionsLost}, 5xx ${serverErrors}, unanswered ${unanswered}, stale reads ${staleReads}`,
    `  waited ${milliseconds.p50} ms (median), ${milliseconds.p99} ms (p99), ${milliseconds.most} ms (longest)`,
  ].join('\n');
};
