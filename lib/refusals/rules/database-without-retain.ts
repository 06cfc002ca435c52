// A database that goes without a snapshot when it leaves the stack.
import { listPrimaries } from '../databases';
import { findUnkept } from '../kept';
import type { Refusal } from '../refusal';

export const databaseWithoutRetain: Refusal = {
  name: 'database-without-retain',
  prevents: "people's data goes with a change of one name",
  remedy: 'set removalPolicy: RemovalPolicy.RETAIN, or SNAPSHOT',
  find: (view) =>
    // CloudFormation snapshots an instance that is removed, but not one that is replaced.
    listPrimaries(view).flatMap((one) => findUnkept(one, ['Retain', 'Snapshot'], { deletionDefault: 'Snapshot' })),
};
