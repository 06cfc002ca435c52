// The steps of the cache that must be one, as Redis runs them: nothing comes in between.

/*
 * An entry is a hash: `written` is its marker, `value:PART` what is kept, `lease:PART` who rebuilds and until when, and
 * `tags:PART` the tags of what is kept with their nonces. One key, so that dropping it drops every part. Sets of members
 * and of ranked numbers lie beside it, below `KEY:content`; 0 is always in them, for Redis has no empty sets.
 */
export const toContentKey = (key: string): string => `${key}:content`;

/** The lowest number, in every set. */
export const sentinel = 0;

const position = `
  local function toPosition(was, position, begun)
    if not was or was:match('^%S+ $') or was == begun .. ' pending' then return position end
    return 'unknown'
  end`;

const expiry = `
  local function keepFor(key, milliseconds)
    if redis.call('PTTL', key) < tonumber(milliseconds) then redis.call('PEXPIRE', key, milliseconds) end
  end`;

const lease = `
  local function toLease(marker, milliseconds)
    local time = redis.call('TIME')
    return string.format('%.0f %s', time[1] * 1000 + math.floor(time[2] / 1000) + milliseconds, marker)
  end`;

/** A number of keys of 0 stands for: as many as the caller says. */
export const scripts = {
  // KEYS: entry. ARGV: part, marker, text, milliseconds.
  fillObject: {
    numberOfKeys: 1,
    lua: `${expiry}
  if redis.call('HGET', KEYS[1], 'written') ~= ARGV[2] then return 0 end
  redis.call('HSET', KEYS[1], 'value:' .. ARGV[1], ARGV[3])
  redis.call('HDEL', KEYS[1], 'lease:' .. ARGV[1])
  keepFor(KEYS[1], ARGV[4])
  return 1`,
  },

  // KEYS: entry. ARGV: part, nonce, milliseconds of the lease, of a new marker.
  takeEntry: {
    numberOfKeys: 1,
    lua: `${lease}
  local marker = redis.call('HGET', KEYS[1], 'written')
  if not marker then
    marker = ARGV[2] .. ' '
    redis.call('HSET', KEYS[1], 'written', marker)
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
  end
  if marker:match(' pending$') then return {marker, 0} end
  local held = redis.call('HGET', KEYS[1], 'lease:' .. ARGV[1])
  if held then
    local ends, by = held:match('^(%d+) (.*)$')
    if by == marker and tonumber(ends) > tonumber(toLease('', 0)) then return {marker, 0} end
  end
  redis.call('HSET', KEYS[1], 'lease:' .. ARGV[1], toLease(marker, ARGV[3]))
  return {marker, 1}`,
  },

  // KEYS: entry. ARGV: nonce, milliseconds.
  beginChange: {
    numberOfKeys: 1,
    lua: `
  redis.call('HSET', KEYS[1], 'written', ARGV[1] .. ' pending')
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
  },

  // KEYS: entry, content. ARGV: nonce, position, nonce at the beginning, milliseconds.
  endChange: {
    numberOfKeys: 2,
    lua: `${position}
  local at = toPosition(redis.call('HGET', KEYS[1], 'written'), ARGV[2], ARGV[3])
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[1], 'written', ARGV[1] .. ' ' .. at)
  return redis.call('PEXPIRE', KEYS[1], ARGV[4])`,
  },

  // KEYS: entry, content. ARGV: part, marker, milliseconds, numbers.
  fillMembers: {
    numberOfKeys: 2,
    lua: `${expiry}
  if redis.call('HGET', KEYS[1], 'written') ~= ARGV[2] then return 0 end
  redis.call('DEL', KEYS[2])
  for first = 4, #ARGV, 1000 do redis.call('SADD', KEYS[2], unpack(ARGV, first, math.min(first + 999, #ARGV))) end
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  redis.call('HDEL', KEYS[1], 'lease:' .. ARGV[1])
  keepFor(KEYS[1], ARGV[3])
  return 1`,
  },

  // As fillMembers.
  fillRanked: {
    numberOfKeys: 2,
    lua: `${expiry}
  if redis.call('HGET', KEYS[1], 'written') ~= ARGV[2] then return 0 end
  redis.call('DEL', KEYS[2])
  for at = 4, #ARGV do redis.call('ZADD', KEYS[2], ARGV[at], ARGV[at]) end
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  redis.call('HDEL', KEYS[1], 'lease:' .. ARGV[1])
  keepFor(KEYS[1], ARGV[3])
  return 1`,
  },

  // KEYS: entry, content, entry, content, ... ARGV: number, bound, nonce, position, milliseconds.
  pushRanked: {
    numberOfKeys: undefined,
    lua: `${position}${expiry}
  for at = 1, #KEYS, 2 do
    local position = toPosition(redis.call('HGET', KEYS[at], 'written'), ARGV[4], '')
    redis.call('HSET', KEYS[at], 'written', ARGV[3] .. ' ' .. position)
    keepFor(KEYS[at], ARGV[5])
    if redis.call('EXISTS', KEYS[at + 1]) == 1 then
      redis.call('ZADD', KEYS[at + 1], ARGV[1], ARGV[1])
      redis.call('ZREMRANGEBYRANK', KEYS[at + 1], 1, -(ARGV[2] + 1))
    end
  end
  return 1`,
  },

  // KEYS: entry. ARGV: part. The tags are read by names that are in the entry: all of this is one server.
  findTagged: {
    numberOfKeys: 1,
    lua: `
  local found = redis.call('HMGET', KEYS[1], 'value:' .. ARGV[1], 'tags:' .. ARGV[1])
  if not found[1] then return false end
  local names, nonces = {}, {}
  for name, nonce in found[2]:gmatch('(%S+) (%S+)') do
    names[#names + 1] = name
    nonces[#nonces + 1] = nonce
  end
  if #names > 0 then
    for at, marker in ipairs(redis.call('MGET', unpack(names))) do
      if not marker or marker:match('^%S+') ~= nonces[at] then return false end
    end
  end
  return found[1]`,
  },

  // KEYS: entry. ARGV: part.
  readTags: {
    numberOfKeys: 1,
    lua: `
  local names = {}
  for name in (redis.call('HGET', KEYS[1], 'tags:' .. ARGV[1]) or ''):gmatch('(%S+) %S+') do names[#names + 1] = name end
  if #names == 0 then return {} end
  return redis.call('MGET', unpack(names))`,
  },

  // KEYS: entry, tags. ARGV: part, marker, text, milliseconds, oldest drop that counts, nonce, nonces seen.
  fillTagged: {
    numberOfKeys: undefined,
    lua: `${expiry}
  if redis.call('HGET', KEYS[1], 'written') ~= ARGV[2] then return {} end
  local seen, tags, unseen = {}, {}, {}
  for at = 7, #ARGV do seen[ARGV[at]] = true end
  for at = 2, #KEYS do
    local marker = redis.call('GET', KEYS[at])
    if not marker then
      marker = ARGV[6] .. ' '
      redis.call('SET', KEYS[at], marker)
    end
    keepFor(KEYS[at], ARGV[4])
    local nonce, dropped = marker:match('^(%S+) %S* ?(%d*)$')
    if dropped ~= '' and tonumber(dropped) > tonumber(ARGV[5]) and not seen[nonce] then unseen[#unseen + 1] = marker end
    tags[#tags + 1] = KEYS[at] .. ' ' .. nonce
  end
  if #unseen > 0 then return unseen end
  redis.call('HSET', KEYS[1], 'value:' .. ARGV[1], ARGV[3], 'tags:' .. ARGV[1], table.concat(tags, ' '))
  redis.call('HDEL', KEYS[1], 'lease:' .. ARGV[1])
  keepFor(KEYS[1], ARGV[4])
  return {}`,
  },

  // KEYS: tags. ARGV: nonce, position, milliseconds, now, oldest drop that counts.
  dropTags: {
    numberOfKeys: undefined,
    lua: `
  for _, key in ipairs(KEYS) do
    local dropped = (redis.call('GET', key) or ''):match('^%S+ %S+ (%d+)$')
    local position = ARGV[2]
    if dropped and tonumber(dropped) > tonumber(ARGV[5]) then position = 'unknown' end
    redis.call('SET', key, ARGV[1] .. ' ' .. position .. ' ' .. ARGV[4], 'PX', ARGV[3])
  end
  return #KEYS`,
  },
} as const;
