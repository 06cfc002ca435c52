// A health check of clones that fails when something fails which all of them share.
import { clonePaths } from '../../config/names';
import type { Refusal } from '../refusal';

const path = 'Properties.HealthCheckPath';

/** Whole words of a path only: `/feedback` holds a db and is no database. */
const shared = /(^|[^a-z])(ready|readyz|readiness|deep|status|db|database|mysql|redis|valkey|caches?)($|[^a-z])/i;

export const healthCheckAsksDatabase: Refusal = {
  name: 'health-check-asks-database',
  prevents: 'one slow database has every clone terminated at once',
  remedy: 'ask the process alone, e.g. clonePaths.live; let readiness be asked once, at launch',
  find: (view) =>
    view.ofType('AWS::ElasticLoadBalancingV2::TargetGroup').flatMap((at) => {
      const got = at.text(path);
      if (got === undefined || (got !== clonePaths.ready && !shared.test(got))) return [];
      return [{ at, path, must: 'must ask the clone and nobody behind it', got }];
    }),
};
