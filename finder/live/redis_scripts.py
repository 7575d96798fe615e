"""What Redis itself does, at once for all processes: takes observations and citizens' word where they are newer."""

STREAM_LENGTH = 20_000  # writes that a process may be behind before it reads the whole board again

# Compares as Mark.replaces does.
_JOIN = """
local function join(evse, since, till, by)
  local known = redis.call('HGET', KEYS[3], evse)
  if known then
    local s, u, b = string.match(known, '^(%-?%d+) (%d+) (%S+)$')
    local later, longer = tonumber(since) - tonumber(s), tonumber(till) - tonumber(u)
    if later < 0 then return nil end
    if later == 0 then
      local more = #by > #b or (#by == #b and by > b)
      if u == '0' or (till ~= '0' and (longer < 0 or (longer == 0 and not more))) then return nil end
    end
  end
  local value = since .. ' ' .. till .. ' ' .. by
  redis.call('HSET', KEYS[3], evse, value)
  return evse .. ' ' .. value .. ' BLOCK'
end
"""

# KEYS: board, flow, blocks. ARGV: evse, microseconds, rank, source, status, evse, …
# Compares as the mirror does: time, then rank, then source. Answers 0 old, 1 confirmed, 2 changed for each.
# That a car charged there ends blocks that began before, even where the board shows something newer by now.
OBSERVE = """
JOIN
local outcomes, taken = {}, {}
for i = 1, #ARGV, 5 do
  local evse, at, rank, source, status = ARGV[i], ARGV[i+1], ARGV[i+2], ARGV[i+3], ARGV[i+4]
  local known = redis.call('HGET', KEYS[1], evse)
  local newer, outcome = true, 2
  if known then
    local a, r, s, st = string.match(known, '^(%-?%d+) (%-?%d+) (%S*) (%S+)$')
    local da, dr = tonumber(at) - tonumber(a), tonumber(rank) - tonumber(r)
    newer = da > 0 or (da == 0 and (dr > 0 or (dr == 0 and source > s)))
    if st == status then outcome = 1 end
    local charged = newer and st == 'CHARGING' and status ~= st and a
    if not newer and status == 'CHARGING' and status ~= st then charged = at end
    if charged then
      taken[#taken+1] = join(evse, string.format('%.0f', tonumber(charged) - 1), '0', '-')
    end
  end
  if newer then
    local value = at .. ' ' .. rank .. ' ' .. source .. ' ' .. status
    redis.call('HSET', KEYS[1], evse, value)
    taken[#taken+1] = evse .. ' ' .. value
  else
    outcome = 0
  end
  outcomes[#outcomes+1] = outcome
end
if #taken > 0 then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', LENGTH, '*', 'd', table.concat(taken, '\\n'))
end
return outcomes
""".replace("JOIN", _JOIN).replace("LENGTH", str(STREAM_LENGTH))

# KEYS: the same. ARGV: evse, since, until, by.
MARK = """
JOIN
local row = join(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
if row then redis.call('XADD', KEYS[2], 'MAXLEN', '~', LENGTH, '*', 'd', row) end
return row and 1 or 0
""".replace("JOIN", _JOIN).replace("LENGTH", str(STREAM_LENGTH))
