// A master password that RDS manages, on a database that has read replicas.
import { listSources } from '../databases';
import type { Refusal } from '../refusal';

export const managedPasswordWithReplicas: Refusal = {
  name: 'managed-password-with-replicas',
  prevents: 'RDS refuses the replica: it reads no master password that RDS manages',
  remedy: 'generate the password: Credentials.fromGeneratedSecret, and addRotationSingleUser',
  find: (view) =>
    listSources(view)
      .filter((source) => source.isOn('Properties.ManageMasterUserPassword'))
      .map((at) => ({
        at,
        path: 'Properties.ManageMasterUserPassword',
        must: 'must be off where read replicas copy from the instance',
        got: true,
      })),
};
