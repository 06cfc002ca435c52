// Registering, signing in and showing again who one is: each as often as is good for everybody.
import type { Database } from './database/database';
import type { NewPassword, SignIn } from './input';
import { Problem } from './problem';
import type { RateLimits } from './rate-limits';
import { changePassword, registerUser, type User, type Verified, verifyUser } from './users';

export class Accounts {
  constructor(
    private readonly getDatabase: () => Database,
    private readonly limits: RateLimits,
  ) {}

  async register(input: SignIn, address: string): Promise<User> {
    await this.limits.count('registerFrom', address);
    return registerUser(this.getDatabase(), input);
  }

  verify(input: SignIn, address: string): Promise<Verified> {
    return this.#guard(input.name, address, () => verifyUser(this.getDatabase(), input));
  }

  changePassword(user: User, input: NewPassword, address: string): Promise<void> {
    return this.#guard(user.name, address, () => changePassword(this.getDatabase(), user, input));
  }

  /** Only what fails is counted: who knows their password is never kept waiting by themselves. */
  async #guard<T>(name: string, address: string, work: () => Promise<T>): Promise<T> {
    // Names differ by more than their case: that a password fits `Ada` and `ada` is one guess.
    const ofName = `${name.toLowerCase()} ${address}`;
    await Promise.all([this.limits.verify('signInOfName', ofName), this.limits.verify('signInFrom', address)]);
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem && error.statusCode === 401)
        await Promise.all([this.limits.count('signInOfName', ofName), this.limits.count('signInFrom', address)]);
      throw error;
    }
  }
}
