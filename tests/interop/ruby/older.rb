# Part `older`: a client that was built with an older contract.

require_relative 'checks'

class Older < Checks
  include Larder

  def run
    data = -> { @servers.client(Store, 'DATA') }
    scripted = -> { @servers.client(Store, 'SCRIPTED') }
    check(61, 'results with more fields', data) { |store| more_fields(store) }
    check(62, 'reasons not yet invented', data) { |store| unknown_reason(store) }
    check(63, 'pages that end in an unknown way', data) { |store| unknown_end(store) }
    check(64, 'exceptions with more fields', scripted) { |store| unknown_refusal(store) }
    finish
  end

  private

  def more_fields(store)
    written = store.put('default', 'k', 'v', nil)
    equal(true, written.applied, 'applied')
    found = store.get('default', 'k', nil)
    equal([true, 'v', written.version], [found.found, found.value, found.version], 'get')
    info = store.server_info(nil)
    equal([2, ['default']], [info.api_version, info.stores.map(&:name)], 'server_info')
  end

  def unknown_reason(store)
    result = store.increment('default', 'n', 1, IncrementOptions.new(highest: 0))
    equal([false, 5], [result.applied, result.reason], 'increment')
  end

  def unknown_end(store)
    %w[a b].each { |key| store.put('default', key, 'v', nil) }
    first = store.scan('default', KeyRange.new, ScanOptions.new(limit_items: 1))
    equal([['a'], 2], [first.items.map(&:key), first.stop_reason], 'first page')
    rest = ScanOptions.new(limit_items: 1, page_token: first.next_token)
    second = store.scan('default', KeyRange.new, rest)
    equal([['b'], StopReason::RANGE_END], [second.items.map(&:key), second.stop_reason],
          'second page')
  end

  def unknown_refusal(store)
    exception = raised(Refused) do
      store.put('default', '!refuse-memory_full!retry-200ms:a', 'v', nil)
    end
    equal([4, 200], [exception.code, exception.retry_after_ms], 'Refused')
    equal(true, store.put('default', 'plain', 'v', nil).applied, 'applied')
  end
end

Older.new.run
