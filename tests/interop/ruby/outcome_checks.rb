# Checks 41 to 47: every outcome, by a server whose store does what keys tell it.
module OutcomeChecks
  include Larder

  def outcome_checks
    scripted = -> { @servers.client(Store, 'SCRIPTED') }
    check(41, 'Refused', scripted) { |store| refused(store) }
    check(42, 'every refusal', scripted) { |store| every_refusal(store) }
    check(43, 'Indeterminate', scripted) { |store| indeterminate(store) }
    check(44, 'Failed', scripted) { |store| failed(store) }
    check(45, 'NotHere', scripted) { |store| not_here(store) }
    check(46, 'after every exception', scripted) { |store| after_every_exception(store) }
    check(47, 'drain', scripted) { drain }
  end

  private

  # The exception of a put, of a type and with a code.
  def put_raises(store, key, type, code, options = nil)
    exception = raised(type) { store.put('default', key, 'v', options) }
    equal(code, exception.code, 'code')
    holds(!exception.message.empty?, 'no message')
    exception
  end

  def refused(store)
    exception = put_raises(store, '!refuse-overload!retry-200ms:a', Refused, RefusedCode::OVERLOAD)
    equal([{}, 200, 'store:default'],
          [exception.details, exception.retry_after_ms, exception.scope], 'Refused')
  end

  def every_refusal(store)
    {
      'disk_full' => RefusedCode::DISK_FULL,
      'memory_full' => RefusedCode::MEMORY_FULL,
      'closing' => RefusedCode::DRAINING,
      'deadline' => RefusedCode::DEADLINE,
      'read_only' => RefusedCode::READ_ONLY
    }.each { |refusal, code| put_raises(store, "!refuse-#{refusal}:a", Refused, code) }
  end

  def indeterminate(store)
    { '!unknown:a' => false, '!unknown-applied:b' => true }.each do |key, applied|
      exception = put_raises(store, key, Indeterminate, IndeterminateCode::ENGINE_UNKNOWN)
      equal('', exception.request_id, 'request_id')
      equal(applied, store.get('default', key, nil).found, "#{key} found")
    end
    put_raises(store, '!delay-1000ms:c', Indeterminate, IndeterminateCode::DEADLINE,
               PutOptions.new(deadline_ms: 200))
  end

  def failed(store)
    exception = put_raises(store, '!fail-corruption:a', Failed, FailedCode::CORRUPTION)
    equal({}, exception.details, 'details')
    put_raises(store, '!fail-io:a', Failed, FailedCode::IO_ERROR)
    exception = raised(Failed) { store.get('default', '!read-poisoned:a', nil) }
    equal(FailedCode::POISONED, exception.code, 'code')
  end

  def not_here(store)
    exception = put_raises(store, '!elsewhere:a', NotHere, NotHereCode::WRONG_OWNER)
    equal([{}, 7, 'owner.example:7400', 3],
          [exception.details, exception.epoch, exception.owner, exception.shard_id], 'NotHere')
  end

  def after_every_exception(store)
    3.times do
      {
        '' => InvalidRequest, '!elsewhere:a' => NotHere, '!refuse-overload:a' => Refused,
        '!unknown:a' => Indeterminate, '!fail-internal:a' => Failed
      }.each do |key, type|
        raised(type) { store.put('default', key, 'v', nil) }
        equal(true, store.put('default', 'plain', 'v', nil).applied, "applied after #{type}")
      end
    end
  end

  def drain
    equal(0, @servers.client(Admin, 'SCRIPTED_ADMIN').drain(0, nil).in_flight, 'in_flight')
    health = @servers.client(Observe, 'SCRIPTED_ADMIN').health(nil)
    equal([true, false], [health.live, health.ready], 'live and ready')
  end
end
