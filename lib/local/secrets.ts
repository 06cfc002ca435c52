// The secrets a template declares, generated as Secrets Manager would, and kept in memory only.
import { randomInt } from 'node:crypto';
import type { ResourceReader } from './resource-reader';

export interface SecretPlan {
  readonly key: string;
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  /** Fields known before anything is generated. */
  readonly fields: Readonly<Record<string, string>>;
  /** The field that gets the generated value; absent when the whole value is generated text. */
  readonly generatedField?: string;
  readonly length: number;
  readonly excluded: string;
  /** The database this secret is attached to, by its template key: Secrets Manager adds where it is. */
  readonly attachedTo?: string;
}

export function toSecrets(
  secrets: readonly ResourceReader[],
  attachments: readonly ResourceReader[],
  databases: readonly ResourceReader[],
): SecretPlan[] {
  return secrets.map((secret) => {
    const attachment = attachments.find((candidate) => candidate.text('SecretId') === secret.physicalId);
    const target = attachment && databases.find((database) => database.physicalId === attachment.text('TargetId'));
    return {
      key: secret.key,
      arn: secret.physicalId,
      name: secret.physicalId.split(':secret:')[1]?.replace(/-[^-]+$/, '') ?? secret.physicalId,
      description: secret.findText('Description'),
      fields: JSON.parse(secret.findText('GenerateSecretString.SecretStringTemplate') ?? '{}'),
      generatedField: secret.findText('GenerateSecretString.GenerateStringKey'),
      length: secret.findNumber('GenerateSecretString.PasswordLength') ?? 32,
      excluded: secret.findText('GenerateSecretString.ExcludeCharacters') ?? '',
      attachedTo: target?.key,
    };
  });
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A random password of letters and digits, which every rule about punctuation allows. */
export const generatePassword = (length: number, excluded = ''): string => {
  const letters = [...alphabet].filter((letter) => !excluded.includes(letter));
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
};

/** The secret's value: what its template says, and a new generated part. */
export const generateSecret = (plan: SecretPlan): Record<string, string> => ({
  ...plan.fields,
  ...(plan.generatedField ? { [plan.generatedField]: generatePassword(plan.length, plan.excluded) } : {}),
});
