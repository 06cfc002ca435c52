// Users of the database besides the first, as the functions declare them that make them and replace their passwords.
import { rotationEnv } from '../../config/names';
import type { RotationPlan } from './rotation';

export interface DatabaseUserPlan {
  /** Holds `username` and `password`. */
  readonly secretArn: string;
  /** What it may do in the fleet's schema, as in GRANT. */
  readonly privileges: string;
}

/** None where no function has a first user's secret: then the app uses the first user. */
export const toDatabaseUsers = (rotations: readonly RotationPlan[]): DatabaseUserPlan[] =>
  rotations
    .filter(({ environment }) => environment[rotationEnv.firstUserSecret])
    .map(({ secretArn, environment }) => ({ secretArn, privileges: environment[rotationEnv.privileges] ?? 'USAGE' }));
