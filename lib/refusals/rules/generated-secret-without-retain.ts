// A generated password that goes with the stack, while what it opens may stay.
import { findUnkept } from '../kept';
import type { Refusal } from '../refusal';

export const generatedSecretWithoutRetain: Refusal = {
  name: 'generated-secret-without-retain',
  prevents: 'a database that is kept, or restored, is locked for good',
  remedy: 'set removalPolicy: RemovalPolicy.RETAIN',
  find: (view) =>
    view
      .ofType('AWS::SecretsManager::Secret')
      .filter((secret) => secret.isSet('Properties.GenerateSecretString'))
      .flatMap((secret) => findUnkept(secret, ['Retain'])),
};
