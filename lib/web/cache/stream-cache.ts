// The newest of each stream, as the objects cache will keep it; until then every look is loaded.
import { type Position, unknownPosition } from '../database/dialect';

export const streamBound = 200;

export interface StreamWindow {
  before?: number;
  limit: number;
}

export class StreamCache {
  async read(
    _userId: number,
    { before, limit }: StreamWindow,
    load: (after: readonly Position[]) => Promise<number[]>,
  ): Promise<number[]> {
    const ids = await load([unknownPosition]);
    return ids.filter((id) => before === undefined || id < before).slice(0, limit);
  }

  async push(_userIds: readonly number[], _activityId: number, _position: Position): Promise<void> {}

  async changed(_userId: number, _position: Position): Promise<void> {}
}
