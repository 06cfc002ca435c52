// Who gives a command: as AWS knows them, and as their machine does.
import { hostname, userInfo } from 'node:os';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Aws } from './aws';

function findUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody'; // a user id without a name, as in containers
  }
}

/** E.g. `arn:aws:sts::111122223333:assumed-role/ops/ann (ann@laptop)`. */
export async function getWho(aws: Aws): Promise<string> {
  const { Arn } = await aws.of(STSClient).send(new GetCallerIdentityCommand({}));
  return `${Arn} (${findUser()}@${hostname()})`;
}
