// A database whose disk is not encrypted.
import { listPrimaries } from '../databases';
import type { Refusal } from '../refusal';

const path = 'Properties.StorageEncrypted';

export const unencryptedDatabase: Refusal = {
  name: 'unencrypted-database',
  prevents: 'it stays so: encryption cannot be turned on later, only a copy can be encrypted',
  remedy: 'set storageEncrypted: true before the first deploy',
  find: (view) =>
    listPrimaries(view)
      // What is restored is as its snapshot was.
      .filter((one) => one.isOff(path) && !one.isSet('Properties.DBSnapshotIdentifier'))
      .map((at) => ({ at, path, must: 'must be true from the first day', got: at.at(path) })),
};
