// A fleet behind a load balancer that replaces dead machines, and leaves dead apps.
import { listFleets } from '../fleet';
import type { Refusal } from '../refusal';

const path = 'Properties.HealthCheckType';

export const machineHealthOnly: Refusal = {
  name: 'machine-health-only',
  prevents: 'a clone whose app has died stays for good, and is never replaced',
  remedy: 'use HealthChecks.withAdditionalChecks with AdditionalHealthCheckType.ELB and a grace period',
  find: (view) =>
    listFleets(view)
      .filter(({ group, targetGroups }) => {
        const types = group.isSet(path) ? group.text(path) : 'EC2';
        return targetGroups.length > 0 && types !== undefined && !types.split(',').includes('ELB');
      })
      .map(({ group }) => ({ at: group, path, must: 'must include ELB behind a load balancer', got: group.at(path) })),
};
