# Checks 1 to 26: data.
module DataChecks
  include Larder

  ALL = (0..255).to_a.pack('C*').freeze

  def data_checks
    data = -> { @servers.client(Store, 'DATA') }
    check(1, 'ping', data) { |store| ping(store) }
    check(2, 'server_info', data) { |store| server_info(store) }
    check(3, 'put and get', data) { |store| put_and_get(store) }
    check(4, 'empty options', data) { |store| empty_options(store) }
    check(5, 'an empty value', data) { |store| empty_value(store) }
    check(6, 'every byte', data) { |store| every_byte(store) }
    check(7, 'the longest value', data) { |store| longest_value(store) }
    check(8, 'a value too long', data) { |store| value_too_long(store) }
    check(9, 'keys at their limits', data) { |store| keys_at_their_limits(store) }
    check(10, 'conditions', data) { |store| conditions(store) }
    check(11, 'reading less', data) { |store| reading_less(store) }
    check(12, 'expiry', data) { |store| expiry(store) }
    check(13, 'remove', data) { |store| remove(store) }
    check(14, 'counters', data) { |store| counters(store) }
    check(15, 'both ends of i64', data) { |store| both_ends(store) }
    check(16, 'append', data) { |store| append(store) }
    check(17, 'batch', data) { |store| batch(store) }
    check(18, 'bulk_write', data) { |store| bulk_write(store) }
    check(19, 'multi_get', data) { |store| multi_get(store) }
    check(20, 'scan', data) { |store| scan(store) }
    check(21, 'range_info', data) { |store| range_info(store) }
    check(22, 'checksum', data) { |store| checksum(store) }
    check(23, 'remove_range', data) { |store| remove_range(store) }
    check(24, 'many at once', data) { |store| many_at_once(store) }
    check(25, 'too many at once', data) { |store| too_many_at_once(store) }
    check(26, 'pipelining', data) { |store| pipelining(store) }
  end

  private

  STORE = 'default'.freeze
  private_constant :STORE

  def put_mutation(key, value, condition = nil)
    Mutation.new(kind: MutationKind::PUT, key: key, value: value, condition: condition)
  end

  def increment_mutation(key, delta)
    Mutation.new(kind: MutationKind::INCREMENT, key: key, delta: delta)
  end

  def absent
    Condition.new(absent: true)
  end

  def ping(store)
    payload = hex('00ff800a') + 'larder'
    result = store.ping(payload)
    equal(payload, result.payload, 'payload')
    holds(result.now_ms > 1_600_000_000_000, "now_ms is #{result.now_ms}")
    equal('', store.ping('').payload, 'empty payload')
  end

  def server_info(store)
    said = ServerInfoOptions.new(client: 'interop', api_version: API_VERSION)
    [said, nil].each do |options|
      info = store.server_info(options)
      equal(API_VERSION, info.api_version, 'api_version')
      equal([STORE], info.stores.map(&:name), 'stores')
      limit = info.limits.find { |entry| entry.name == 'value_bytes' }
      equal([1_048_576, 'bytes'], [limit.value, limit.unit], 'value_bytes')
      holds(info.methods.include?('put'), 'put is not served')
    end
  end

  def put_and_get(store, put_options = nil, get_options = nil)
    written = store.put(STORE, 'k', 'v', put_options)
    equal([true, nil, NotApplied::WAS_APPLIED],
          [written.applied, written.existed, written.reason], 'put')
    holds(written.version.positive?, "version is #{written.version}")
    found = store.get(STORE, 'k', get_options)
    equal([true, 'v', written.version, 0, 1],
          [found.found, found.value, found.version, found.expires_at_ms, found.full_length], 'get')
    missed = store.get(STORE, 'none', get_options)
    equal([false, nil, 0], [missed.found, missed.value, missed.version], 'get of nothing')
  end

  # Fields that have a default in the contract have it in a new Ruby object, and it is sent.
  def empty_options(store)
    put_and_get(store, PutOptions.new, GetOptions.new)
    equal(1, store.scan(STORE, KeyRange.new, ScanOptions.new).items.length, 'items')
  end

  def empty_value(store)
    store.put(STORE, 'k', '', nil)
    found = store.get(STORE, 'k', nil)
    equal([true, '', 0], [found.found, found.value, found.full_length], 'get')
  end

  def every_byte(store)
    store.put(STORE, ALL, ALL.reverse, nil)
    equal(ALL.reverse, store.get(STORE, ALL, nil).value, 'value')
    %w[00 7f 80 ff 0000].map { |digits| hex(digits) }.each { |key| store.put(STORE, key, key, nil) }
    keys = [hex('00'), hex('0000'), ALL, hex('7f'), hex('80'), hex('ff')]
    items = store.scan(STORE, KeyRange.new, nil).items
    equal(keys, items.map(&:key), 'keys')
    equal(keys.map { |key| key == ALL ? ALL.reverse : key }, items.map(&:value), 'values')
  end

  def longest_value(store)
    value = bytes(1_048_576)
    store.put(STORE, 'k', value, nil)
    equal(value, store.get(STORE, 'k', nil).value, 'value')
    slice = store.get(STORE, 'k', GetOptions.new(offset: 1_048_570, length: 100))
    equal([value[-6, 6], 1_048_576], [slice.value, slice.full_length], 'slice')
  end

  def value_too_long(store)
    invalid(InvalidCode::OVER_LIMIT, 'value', limit: 1_048_576, actual: 1_048_577) do
      store.put(STORE, 'k', bytes(1_048_577), nil)
    end
    equal(false, store.get(STORE, 'k', nil).found, 'found')
  end

  def keys_at_their_limits(store)
    store.put(STORE, bytes(1024), 'v', nil)
    equal('v', store.get(STORE, bytes(1024), nil).value, 'value')
    invalid(InvalidCode::OVER_LIMIT, 'key', limit: 1024, actual: 1025) do
      store.put(STORE, bytes(1025), 'v', nil)
    end
    invalid(InvalidCode::BAD_ARGUMENT, 'key', limit: 1, actual: 0) do
      store.put(STORE, '', 'v', nil)
    end
  end

  def conditions(store)
    value = hex('00ff')
    version = store.put(STORE, 'k', value, nil).version

    create = PutOptions.new(condition: absent, return_current: true)
    failed = store.put(STORE, 'k', 'new', create)
    equal([false, NotApplied::CONDITION_FAILED, version, value],
          [failed.applied, failed.reason, failed.current_version, failed.current_value], 'absent')

    older = PutOptions.new(condition: Condition.new(version_equal: version - 1))
    failed = store.put(STORE, 'k', 'new', older)
    equal([false, nil], [failed.applied, failed.current_value], 'version_equal')

    same = Condition.new(value_equal: value, present: true, version_at_most: version)
    replaced = store.put(STORE, 'k', 'new', PutOptions.new(condition: same))
    equal(true, replaced.applied, 'value_equal')
  end

  def reading_less(store)
    version = store.put(STORE, 'k', 'value', nil).version
    known = store.get(STORE, 'k', GetOptions.new(if_version_not: version))
    equal([true, nil], [known.unchanged, known.value], 'if_version_not')
    bare = store.get(STORE, 'k', GetOptions.new(want_value: false))
    equal([true, nil, 5], [bare.found, bare.value, bare.full_length], 'want_value')
    equal('alu', store.get(STORE, 'k', GetOptions.new(offset: 1, length: 3)).value, 'slice')
  end

  def expiry(store)
    expires_at = -> { store.get(STORE, 'k', nil).expires_at_ms }
    later = 4_102_444_800_000
    store.put(STORE, 'k', 'v', PutOptions.new(expiry: Expiry.new(ttl_ms: 3_600_000)))
    holds(expires_at.call > store.ping('').now_ms, 'it expires in the past')
    store.touch(STORE, 'k', Expiry.new(at_ms: later), nil)
    equal(later, expires_at.call, 'after touch')
    store.put(STORE, 'k', 'v', PutOptions.new(expiry: Expiry.new(keep: true)))
    equal(later, expires_at.call, 'after keep')
    store.touch(STORE, 'k', Expiry.new, nil)
    equal(0, expires_at.call, 'after a touch without expiry')
    store.put(STORE, 'k', 'v', PutOptions.new(expiry: Expiry.new(at_ms: 1)))
    equal(false, store.get(STORE, 'k', nil).found, 'found')
    touched = store.touch(STORE, 'k', Expiry.new, nil)
    equal([false, NotApplied::KEY_ABSENT], [touched.applied, touched.reason], 'touch of nothing')
  end

  def remove(store)
    store.put(STORE, 'k', 'v', nil)
    [true, false].each do |existed|
      removed = store.remove(STORE, 'k', nil)
      equal([true, existed], [removed.applied, removed.existed], 'remove')
    end
    blind = store.remove(STORE, 'k', RemoveOptions.new(want_existed: false))
    equal([true, nil], [blind.applied, blind.existed], 'blind')
    [false, true].each do |existed|
      written = store.put(STORE, 'k', 'v', PutOptions.new(want_existed: true))
      equal([true, existed], [written.applied, written.existed], 'put')
    end
    store.remove(STORE, 'k', nil)
    removed = store.remove(STORE, 'k', RemoveOptions.new(condition: Condition.new(present: true)))
    equal([false, NotApplied::CONDITION_FAILED, false],
          [removed.applied, removed.reason, removed.existed], 'present')
  end

  # Increments; the reason and the number must be these, and get must see the counter's 8 bytes.
  def counts(store, key, delta, number, options: nil, reason: NotApplied::WAS_APPLIED)
    result = store.increment(STORE, key, delta, options)
    equal([reason == NotApplied::WAS_APPLIED, reason, number],
          [result.applied, result.reason, result.number], "#{key} plus #{delta}")
    equal([number].pack('q>'), store.get(STORE, key, nil).value, "the bytes of #{key}")
  end

  def counters(store)
    counts(store, 'n', 5, 15, options: IncrementOptions.new(initial: 10))
    counts(store, 'n', -20, -5)
    counts(store, 'n', 1, -5, options: IncrementOptions.new(highest: -5),
                              reason: NotApplied::OUT_OF_RANGE)
    store.put(STORE, 't', 'text', nil)
    equal(NotApplied::NOT_A_COUNTER, store.increment(STORE, 't', 1, nil).reason, 'reason')
  end

  def both_ends(store)
    highest = 2**63 - 1
    lowest = -2**63
    counts(store, 'max', highest, highest)
    counts(store, 'max', 1, highest, reason: NotApplied::OUT_OF_RANGE)
    counts(store, 'min', lowest, lowest)
    counts(store, 'min', -1, lowest, reason: NotApplied::OUT_OF_RANGE)
    counts(store, 'big', 9_007_199_254_740_993, 9_007_199_254_740_993)
  end

  def append(store)
    equal(3, store.append(STORE, 'l', 'one', nil).length, 'length')
    equal(5, store.append(STORE, 'l', hex('00ff'), nil).length, 'length')
    equal('one'.b + hex('00ff'), store.get(STORE, 'l', nil).value, 'value')
    longer = store.append(STORE, 'l', 'x', AppendOptions.new(max_length: 5))
    equal([NotApplied::TOO_LONG, 5], [longer.reason, longer.length], 'max_length')
    none = store.append(STORE, 'none', 'x', AppendOptions.new(create: false))
    equal(NotApplied::KEY_ABSENT, none.reason, 'create')
  end

  def batch(store)
    store.put(STORE, 'old', '1', nil)
    mutations = [
      put_mutation('new', '2'),
      increment_mutation('n', 7),
      Mutation.new(kind: MutationKind::REMOVE, key: 'old'),
      Mutation.new(kind: MutationKind::REMOVE_RANGE, key: 'x', stop_key: 'y')
    ]
    guards = [Guard.new(key: 'old', condition: Condition.new(present: true)),
              Guard.new(key: 'new', condition: absent)]
    done = store.batch(STORE, mutations, BatchOptions.new(guards: guards))
    equal([true, [7], -1, -1],
          [done.applied, done.numbers, done.failed_guard, done.failed_mutation], 'batch')
    holds(done.version.positive?, "version is #{done.version}")
    equal(done.version, store.get(STORE, 'new', nil).version, 'version of new')
    equal(false, store.get(STORE, 'old', nil).found, 'old found')

    again = store.batch(STORE, mutations, BatchOptions.new(guards: guards))
    equal([false, NotApplied::CONDITION_FAILED, 0],
          [again.applied, again.reason, again.failed_guard], 'batch again')

    failed = store.batch(STORE, [put_mutation('a', '1'), put_mutation('new', '3', absent)], nil)
    equal([false, 1], [failed.applied, failed.failed_mutation], 'failed mutation')
    equal(false, store.get(STORE, 'a', nil).found, 'a found')
  end

  def bulk_write(store)
    result = store.bulk_write(STORE, [put_mutation('a', '1'), put_mutation('a', '2', absent),
                                      increment_mutation('n', 3)], nil)
    equal([true, false, true], result.items.map(&:applied), 'applied')
    first, second, third = result.items
    equal([NotApplied::CONDITION_FAILED, first.version], [second.reason, second.current_version],
          'second')
    equal([3, 2], [third.number, result.applied_count], 'number and applied_count')
  end

  def multi_get(store)
    store.put(STORE, 'a', '1', nil)
    store.put(STORE, 'b', '', nil)
    keys = %w[b none a a]
    items = store.multi_get(STORE, keys, nil).items
    equal([true, false, true, true], items.map(&:found), 'found')
    equal(['', nil, '1', '1'], items.map(&:value), 'values')
    items = store.multi_get(STORE, keys, MultiGetOptions.new(want_values: false)).items
    equal([nil] * 4, items.map(&:value), 'values that are not wanted')
    equal([0, 0, 1, 1], items.map(&:full_length), 'full_length')
    equal([], store.multi_get(STORE, [], nil).items, 'items of no keys')
  end

  def scan(store)
    tens = Array.new(10) { |i| format('a%02d', i) }
    store.bulk_write(STORE, (tens + ['b00']).map { |key| put_mutation(key, key) }, nil)
    scan_pages(store, tens)

    range = KeyRange.new(start_key: 'a05', stop_key: 'b00')
    items = store.scan(STORE, range, ScanOptions.new(reverse: true)).items
    equal(tens[5..].reverse, items.map(&:key), 'in reverse')
    items = store.scan(STORE, KeyRange.new, ScanOptions.new(keys_only: true)).items
    equal([[nil, 3]] * 11, items.map { |item| [item.value, item.full_length] }, 'keys_only')
    counted = store.scan(STORE, KeyRange.new, ScanOptions.new(count_only: true))
    equal([[], 11], [counted.items, counted.count], 'count_only')
  end

  def scan_pages(store, keys)
    token = nil
    [[0..3, StopReason::LIMIT_ITEMS], [4..7, StopReason::LIMIT_ITEMS],
     [8..9, StopReason::RANGE_END]].each do |part, reason|
      options = ScanOptions.new(limit_items: 4, page_token: token)
      page = store.scan(STORE, KeyRange.new(prefix: 'a'), options)
      equal(keys[part], page.items.map(&:value), 'page')
      equal(reason, page.stop_reason, 'stop_reason')
      token = page.next_token
      equal(reason == StopReason::RANGE_END, token.nil?, 'last page')
    end
  end

  def range_info(store)
    value = bytes(1000)
    store.bulk_write(STORE, Array.new(100) { |i| put_mutation(format('k%03d', i), value) }, nil)
    ranges = [KeyRange.new, KeyRange.new(prefix: 'none')]
    infos = store.range_info(STORE, ranges, RangeInfoOptions.new(split_bytes: 10_000)).infos
    equal(2, infos.length, 'infos')
    holds(infos[0].estimated_keys.positive?, 'no keys')
    equal(infos[0].split_keys.uniq.sort, infos[0].split_keys, 'split_keys')
    holds(infos[0].dead_ratio.between?(0, 1), "dead_ratio is #{infos[0].dead_ratio}")
  end

  def checksum(store)
    sums = %w[one two one].map do |value|
      store.put(STORE, 'k', value, nil)
      result = store.checksum(STORE, KeyRange.new, nil)
      equal([1, 4], [result.keys, result.bytes], 'keys and bytes')
      result.checksum
    end
    holds(sums[0] != sums[1], 'one checksum of two values')
    equal(sums[0], sums[2], 'checksum')
  end

  def remove_range(store)
    store.bulk_write(STORE, %w[a0 a1 b0].map { |key| put_mutation(key, 'v') }, nil)
    left = -> { store.scan(STORE, KeyRange.new, nil).items.map(&:key) }
    range = KeyRange.new(prefix: 'a')
    equal(0, store.remove_range(STORE, range, RemoveRangeOptions.new(dry_run: true)).version,
          'version of a dry run')
    equal(%w[a0 a1 b0], left.call, 'keys')
    holds(store.remove_range(STORE, range, nil).version.positive?, 'no version')
    equal(%w[b0], left.call, 'keys')
  end

  def many_at_once(store)
    keys = Array.new(2000) { |i| format('key%05d', i) }
    written = store.bulk_write(STORE, keys.map { |key| put_mutation(key, key) }, nil)
    equal(2000, written.applied_count, 'applied_count')
    counters = Array.new(2000) { |i| increment_mutation(format('n%05d', i), 1) }
    equal([1] * 2000, store.batch(STORE, counters, nil).numbers, 'numbers')
    read = store.multi_get(STORE, keys.reverse, nil).items
    equal(keys.reverse, read.map(&:value), 'values')
    scanned = store.scan(STORE, KeyRange.new(prefix: 'key'), ScanOptions.new(limit_items: 10_000))
    equal(keys, scanned.items.map(&:key), 'keys')
  end

  def too_many_at_once(store)
    invalid(InvalidCode::OVER_LIMIT, 'keys', limit: 32_768, actual: 32_769) do
      store.multi_get(STORE, ['x'] * 32_769, nil)
    end
  end

  # The stubs have the two halves of each call: send_put and recv_put.
  def pipelining(store)
    50.times do |i|
      store.send_put(STORE, 'same', i.to_s, nil)
      store.send_increment(STORE, 'n', 1, nil)
    end
    versions = []
    numbers = Array.new(50) do
      versions << store.recv_put.version
      counted = store.recv_increment
      versions << counted.version
      counted.number
    end
    equal((1..50).to_a, numbers, 'numbers')
    equal(versions.uniq.sort, versions, 'versions')
    equal('49', store.get(STORE, 'same', nil).value, 'value')
  end
end
