// A master password that RDS manages, on a database with a blue/green deployment.
import type { Refusal } from '../refusal';

export const managedPasswordWithBlueGreen: Refusal = {
  name: 'managed-password-with-blue-green',
  prevents: 'RDS refuses the blue/green deployment',
  remedy: 'generate the password: Credentials.fromGeneratedSecret, and addRotationSingleUser',
  find: (view) =>
    view
      .ofType('AWS::RDS::Deployment')
      .flatMap((deployment) => deployment.mentioned('Properties.Source', 'AWS::RDS::DBInstance'))
      .filter((source) => source.isOn('Properties.ManageMasterUserPassword'))
      .map((at) => ({
        at,
        path: 'Properties.ManageMasterUserPassword',
        must: 'must be off where a blue/green deployment copies the instance',
        got: true,
      })),
};
