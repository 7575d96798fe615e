"""What Redis itself does, at once for all processes: takes observations and citizens' word where they are newer."""

STREAM_LENGTH = 20_000  # writes that a process may be behind before it reads the whole board again

# KEYS: board, flow, blocks. ARGV: evse, microseconds, rank, source, status, evse, …
# Compares as the mirror does: time, then rank, then source. Answers 0 old, 1 confirmed, 2 changed for each.
OBSERVE = """
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
  end
  if newer then
    local value = at .. ' ' .. rank .. ' ' .. source .. ' ' .. status
    redis.call('HSET', KEYS[1], evse, value)
    taken[#taken+1] = evse .. ' ' .. value
    local block = status == 'CHARGING' and redis.call('HGET', KEYS[3], evse)
    if block and tonumber(at) > tonumber(string.match(block, '^%-?%d+')) then
      redis.call('HSET', KEYS[3], evse, at .. ' 0 -')  -- readers of the flow see to it themselves
    end
  else
    outcome = 0
  end
  outcomes[#outcomes+1] = outcome
end
if #taken > 0 then
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', LENGTH, '*', 'd', table.concat(taken, '\\n'))
end
return outcomes
""".replace("LENGTH", str(STREAM_LENGTH))
# KEYS: the same. ARGV: evse, since, until, by. Compares as Mark.replaces does.
MARK = """
local evse, since, till, by = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local known, cell = redis.call('HGET', KEYS[3], evse), redis.call('HGET', KEYS[1], evse)
if known then
  local s, u = string.match(known, '^(%-?%d+) (%d+) ')
  local later, longer = tonumber(since) - tonumber(s), tonumber(till) - tonumber(u)
  if later < 0 then return 0 end
  if later == 0 and (u == '0' or (till ~= '0' and longer <= 0)) then return 0 end
end
if cell then
  local at, status = string.match(cell, '^(%-?%d+) .* (%S+)$')
  if status == 'CHARGING' and tonumber(at) > tonumber(since) then since, till, by = at, '0', '-' end
end
redis.call('HSET', KEYS[3], evse, since .. ' ' .. till .. ' ' .. by)
local row = evse .. ' ' .. since .. ' ' .. till .. ' ' .. by .. ' BLOCK'
redis.call('XADD', KEYS[2], 'MAXLEN', '~', LENGTH, '*', 'd', row)
return 1
""".replace("LENGTH", str(STREAM_LENGTH))
