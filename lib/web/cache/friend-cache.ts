// Who has whom as a friend, as the objects cache will keep it; until then every question is loaded.
import { type Position, unknownPosition } from '../database/dialect';

export class FriendCache {
  get(_userId: number, load: (after: readonly Position[]) => Promise<number[]>): Promise<number[]> {
    return load([unknownPosition]);
  }

  async inCommon(
    one: number,
    other: number,
    load: (userId: number, after: readonly Position[]) => Promise<number[]>,
  ): Promise<number[]> {
    const [ofOne, ofOther] = await Promise.all([load(one, [unknownPosition]), load(other, [unknownPosition])]);
    const known = new Set(ofOther);
    return ofOne.filter((id) => known.has(id));
  }

  async changed(_userId: number, _position: Position): Promise<void> {}
}
