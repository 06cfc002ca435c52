// Answers of queries, as the objects cache will keep them by tags; until then every query is run.
import { type Position, unknownPosition } from '../database/dialect';

export class QueryCache {
  get<T>(
    _name: string,
    _parameters: unknown,
    _tags: readonly string[],
    load: (after: readonly Position[]) => Promise<T>,
    _own?: Position,
  ): Promise<T> {
    return load([unknownPosition]);
  }

  async drop(_tags: readonly string[], _position: Position): Promise<void> {}
}
