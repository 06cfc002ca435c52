// How a template names a part of a secret without holding it.
import { OperatorError } from '../../config/operator-error';

export interface SecretReference {
  readonly secretArn: string;
  /** The field of the secret's JSON. */
  readonly key: string;
}

/** A dynamic reference of CloudFormation: `{{resolve:secretsmanager:ARN:SecretString:KEY::}}`. */
export function toSecretReference(text: string, where: string): SecretReference {
  const match = /^\{\{resolve:secretsmanager:(.+):SecretString:([^:}]+)[^}]*\}\}$/.exec(text);
  if (match) return { secretArn: match[1] as string, key: match[2] as string };
  throw new OperatorError(`${where}: a password must be a reference to a secret, got: something else`);
}
