# Checks 27 to 34: what is refused, and messages written by hand.
module RefusalChecks
  include Larder

  def refusal_checks
    data = -> { @servers.client(Store, 'DATA') }
    check(27, 'InvalidRequest', data) { |store| unknown_store(store) }
    check(28, 'names in other scripts', data) { |store| other_scripts(store) }
    check(29, 'bad arguments', data) { |store| bad_arguments(store) }
    check(30, 'methods that are not served', data) { |store| store_not_served(store) }
    check(31, 'an unknown method', data) { |store| no_such_method(store) }
    check(32, 'a missing argument', data) { |store| missing_argument(store) }
    check(33, 'fields from elsewhere', data) { fields_from_elsewhere }
    check(34, 'sequence ids', data) { sequence_ids }
  end

  private

  def unknown_store(store)
    exception = invalid(InvalidCode::UNKNOWN_STORE, 'store', limit: 0, actual: 0) do
      store.get('unknown', 'k', nil)
    end
    holds(!exception.message.empty?, 'no message')
    equal({}, exception.details, 'details')
  end

  def other_scripts(store)
    exception = invalid(InvalidCode::UNKNOWN_STORE, 'store') { store.get('vorräte', 'k', nil) }
    holds(exception.message.include?('\xc3\xa4'), "message is #{exception.message}")
  end

  def bad_arguments(store)
    invalid(InvalidCode::BAD_TOKEN, 'options.page_token') do
      store.scan('default', KeyRange.new, ScanOptions.new(page_token: 'xxx'))
    end
    {
      'durability' => PutOptions.new(durability: Durability::SYNC),
      'request_id' => PutOptions.new(request_id: bytes(16)),
      'fence' => PutOptions.new(fence: Fence.new(lease: 'lease', token: 1))
    }.each do |field, options|
      invalid(InvalidCode::UNSUPPORTED, "options.#{field}") do
        store.put('default', 'k', 'v', options)
      end
    end
    invalid(InvalidCode::BAD_ARGUMENT, 'options.expiry.ttl_ms') do
      store.put('default', 'k', 'v', PutOptions.new(expiry: Expiry.new(ttl_ms: 0)))
    end
  end

  def store_not_served(store)
    not_served(
      lease_acquire: -> { store.lease_acquire('default', 'lease', 'me', 1000, nil) },
      lease_renew: -> { store.lease_renew('default', 'lease', 1, nil) },
      lease_release: -> { store.lease_release('default', 'lease', 1, nil) },
      lease_get: -> { store.lease_get('default', 'lease', nil) },
      lease_list: -> { store.lease_list('default', '', nil) },
      snapshot_open: -> { store.snapshot_open('default', 1000, nil) },
      snapshot_renew: -> { store.snapshot_renew('default', 1, 1000, nil) },
      snapshot_close: -> { store.snapshot_close('default', 1, nil) },
      snapshot_list: -> { store.snapshot_list('default', nil) },
      changes: -> { store.changes('default', 1, nil) },
      topology: -> { store.topology(nil) },
      locate: -> { store.locate('default', 'k', nil) },
      authenticate: -> { store.authenticate('me', 'secret') }
    )
  end

  def no_such_method(store)
    unknown_method { @servers.client(Observe, 'DATA').health(nil) }
    equal('still here', store.ping('still here').payload, 'payload')
  end

  # Arguments that are nil are not sent.
  def missing_argument(store)
    invalid(InvalidCode::BAD_ARGUMENT, 'key') { store.get('default', nil, nil) }
  end

  # Sends the message "ping" with the fields that the block writes; returns the sequence id and the
  # payload of the reply.
  def ping_by_hand(sequence_id)
    protocol = @servers.connection('DATA').protocol
    protocol.write_message_begin('ping', Thrift::MessageTypes::CALL, sequence_id)
    protocol.write_struct_begin('ping_args')
    protocol.write_field({ name: 'payload', type: Thrift::Types::STRING, binary: true }, 1, 'here')
    yield protocol if block_given?
    protocol.write_field_stop
    protocol.write_struct_end
    protocol.write_message_end
    protocol.trans.flush

    _name, type, reply_id = protocol.read_message_begin
    equal(Thrift::MessageTypes::REPLY, type, 'type of the reply')
    result = Store::Ping_result.new
    result.read(protocol)
    protocol.read_message_end
    [reply_id, result.success.payload]
  end

  def fields_from_elsewhere
    plain = { 90 => [Thrift::Types::BOOL, true], 91 => [Thrift::Types::BYTE, -1],
              92 => [Thrift::Types::I16, -2], 93 => [Thrift::Types::I32, -3],
              94 => [Thrift::Types::I64, -4], 95 => [Thrift::Types::DOUBLE, 0.5],
              96 => [Thrift::Types::STRING, 'text'] }
    _id, payload = ping_by_hand(1) do |protocol|
      plain.each do |id, (type, value)|
        protocol.write_field({ name: '', type: type }, id, value)
      end
      write_containers(protocol)
    end
    equal('here', payload, 'payload')
  end

  def write_containers(protocol)
    field(protocol, Thrift::Types::STRUCT, 97) do
      protocol.write_struct_begin('')
      protocol.write_field({ name: '', type: Thrift::Types::I64 }, 1, 1)
      protocol.write_field_stop
      protocol.write_struct_end
    end
    field(protocol, Thrift::Types::LIST, 98) do
      protocol.write_list_begin(Thrift::Types::STRING, 2)
      %w[one two].each { |text| protocol.write_string(text) }
      protocol.write_list_end
    end
    field(protocol, Thrift::Types::MAP, 99) do
      protocol.write_map_begin(Thrift::Types::STRING, Thrift::Types::I64, 1)
      protocol.write_string('one')
      protocol.write_i64(1)
      protocol.write_map_end
    end
  end

  def field(protocol, type, id)
    protocol.write_field_begin('', type, id)
    yield
    protocol.write_field_end
  end

  def sequence_ids
    [1, 0, -1, 2**31 - 1, -2**31].each do |id|
      equal(id, ping_by_hand(id).first, 'sequence id')
    end
  end
end
