// What is in the database, and how the caches spare it: each told of the others that a write of its own concerns.
import { Activities } from './activities';
import { Articles } from './articles';
import type { CacheAside } from './cache/cache-aside';
import { FriendCache } from './cache/friend-cache';
import { Objects } from './cache/objects';
import { QueryCache } from './cache/query-cache';
import { StreamCache } from './cache/stream-cache';
import { Comments } from './comments';
import type { Database } from './database/database';
import { Friends } from './friends';
import { Profiles } from './profiles';
import { Stream } from './stream';

export interface Repositories {
  articles: Articles;
  comments: Comments;
  friends: Friends;
  profiles: Profiles;
  stream: Stream;
}

export function createRepositories(getDatabase: () => Database, cacheAside: CacheAside): Repositories {
  const queries = new QueryCache(cacheAside);
  const streamCache = new StreamCache(cacheAside);
  const activities = new Activities(getDatabase, streamCache);
  const friends = new Friends(getDatabase, new FriendCache(cacheAside), streamCache);
  return {
    articles: new Articles({ getDatabase, objects: new Objects(cacheAside), queries, activities }),
    comments: new Comments(getDatabase, queries, activities),
    friends,
    profiles: new Profiles(getDatabase, friends),
    stream: new Stream(getDatabase, streamCache),
  };
}
