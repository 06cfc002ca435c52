// A database whose storage may grow by less than RDS grows it.
import { listPrimaries } from '../databases';
import type { Refusal } from '../refusal';

const path = 'Properties.MaxAllocatedStorage';

export const storageThatCannotGrow: Refusal = {
  name: 'storage-that-cannot-grow',
  prevents: 'RDS refuses the instance',
  remedy: 'raise it, or leave it out',
  find: (view) =>
    listPrimaries(view).flatMap((at) => {
      const max = at.number(path);
      const least = Math.ceil((at.number('Properties.AllocatedStorage') ?? 0) * 1.1);
      if (max === undefined || max >= least) return [];
      return [{ at, path, must: `must be at least 10 % above AllocatedStorage (${least})`, got: max }];
    }),
};
