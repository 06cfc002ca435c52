// The cache of objects, of whichever engine the config names: one file an engine.
import type { Construct } from 'constructs';
import type { Objects, ObjectsEngine } from '../config/stage-config';
import { makeMemcached } from './objects/memcached';
import type { MakeObjects, ObjectsCache, SharedCacheProps } from './objects/objects-cache';
import { makeValkey } from './objects/valkey';

export type { ObjectsCache, SharedCacheProps };

const engines: { readonly [Engine in ObjectsEngine]: MakeObjects<Engine> } = {
  valkey: makeValkey,
  memcached: makeMemcached,
};

export const makeObjects = <Engine extends ObjectsEngine>(
  scope: Construct,
  config: Extract<Objects, { engine: Engine }>,
  shared: SharedCacheProps,
): ObjectsCache => {
  const make: MakeObjects<Engine> = engines[config.engine as Engine];
  return make(scope, config, shared);
};
