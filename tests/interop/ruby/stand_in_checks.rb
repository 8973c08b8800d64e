# Checks 51 to 56: servers of an older and of a newer contract.
module StandInChecks
  include Larder

  def stand_in_checks
    older = -> { @servers.client(Store, 'OLDER') }
    newer = -> { @servers.client(Store, 'NEWER') }
    check(51, 'an older server', older) { |store| older_server(store) }
    check(52, 'an older server skips options', older) { |store| skipped_options(store) }
    check(53, 'an older server lacks a method', older) { |store| missing_method(store) }
    check(54, 'a newer server sends more fields', newer) { |store| more_fields(store) }
    check(55, 'a newer server sends new values', newer) { |store| new_values(store) }
    check(56, 'a newer server refuses in a new way', newer) { |store| new_refusal(store) }
  end

  private

  def older_server(store)
    info = store.server_info(nil)
    equal([1, []], [info.api_version, info.limits.to_a], 'api_version and limits')
    equal(true, store.put('default', 'k', 'v', nil).applied, 'applied')
    found = store.get('default', 'k', nil)
    equal([true, 'v', 0], [found.found, found.value, found.full_length.to_i], 'get')
  end

  def skipped_options(store)
    store.put('default', 'k', 'v', nil)
    options = PutOptions.new(condition: Condition.new(absent: true), return_current: true)
    result = store.put('default', 'k', 'v', options)
    equal([false, NotApplied::CONDITION_FAILED], [result.applied, result.reason], 'put')
  end

  def missing_method(store)
    unknown_method { store.range_info('default', [KeyRange.new], nil) }
    equal('still here', store.ping('still here').payload, 'payload')
  end

  def more_fields(store)
    version = store.put('default', 'k', 'v', nil).version
    found = store.get('default', 'k', nil)
    equal([true, 'v', version], [found.found, found.value, found.version], 'get')
  end

  def new_values(store)
    result = store.put('default', '!moon:a', 'v', nil)
    equal([false, 90], [result.applied, result.reason], 'put')
    store.put('default', 'k', 'v', nil)
    page = store.scan('default', KeyRange.new(prefix: 'k'), nil)
    equal([1, 90], [page.items.length, page.stop_reason], 'scan')
  end

  def new_refusal(store)
    exception = raised(Refused) { store.put('default', '!warm:a', 'v', nil) }
    equal([90, 90, 'server'], [exception.code, exception.retry_after_ms, exception.scope],
          'Refused')
  end
end
