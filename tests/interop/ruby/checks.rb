# What the programs of all parts share: servers, expectations, and the lines that they print.

require_relative 'larder_client'

# A check that does not hold.
class Mismatch < StandardError
end

# The servers that the environment names. Each is connected to once, when it is first called.
class Servers
  def initialize
    @connections = {}
  end

  # A client of a service of the server whose port is in INTEROP_<name>_PORT.
  def client(service, name)
    connection(name).client(service)
  end

  def connection(name)
    @connections[name] ||= Connection.new(ENV.fetch("INTEROP_#{name}_PORT").to_i,
                                          protocol: ENV.fetch('INTEROP_PROTOCOL'),
                                          framing: ENV.fetch('INTEROP_FRAMING'))
  end

  def close
    @connections.each_value(&:close)
    @connections.clear
  end
end

# Runs the checks of a part. A part is a subclass whose methods call `check`.
class Checks
  STORE = 'default'.freeze

  def initialize
    @servers = Servers.new
    @failed = false
  end

  # Runs a block as a check on a store without keys, and prints its line. After a failure the
  # connections are opened anew, so that nothing half read disturbs the next check.
  def check(number, name, client)
    begin
      client.call.remove_range(STORE, Larder::KeyRange.new, nil)
      yield client.call
      puts "ok #{number} - #{name}"
    rescue StandardError, NotImplementedError => e
      @failed = true
      said = "#{e.class}: #{e.message.to_s.inspect} at #{e.backtrace.first}"
      puts "not ok #{number} - #{name}: #{said.tr('#', ' ')}" # behind a # TAP has directives
      @servers.close
    end
    $stdout.flush
  end

  # Ends the program.
  def finish
    @servers.close
    exit(@failed ? 1 : 0)
  end

  def equal(expected, actual, what)
    return if expected == actual

    raise Mismatch, "#{what} is #{actual.inspect[0, 200]}, not #{expected.inspect[0, 200]}"
  end

  def holds(condition, what)
    raise Mismatch, what unless condition
  end

  # The exception of a class that a block must raise.
  def raised(type)
    yield
  rescue type => e
    e
  else
    raise Mismatch, "no #{type} came"
  end

  def invalid(code, field = nil, limit: nil, actual: nil, &block)
    exception = raised(Larder::InvalidRequest, &block)
    equal(code, exception.code, 'code')
    equal(field, exception.field, 'field') if field
    equal(limit, exception.limit, 'limit') if limit
    equal(actual, exception.actual, 'actual') if actual
    exception
  end

  # Each call must be refused as not served, with its name at the beginning of the message.
  def not_served(calls)
    calls.each do |name, call|
      exception = invalid(Larder::InvalidCode::UNSUPPORTED, &call)
      holds(exception.message.start_with?(name.to_s), "#{name} says: #{exception.message}")
    end
  end

  # The exception that tells that a server has no such method.
  def unknown_method(&block)
    exception = raised(Thrift::ApplicationException, &block)
    equal(Thrift::ApplicationException::UNKNOWN_METHOD, exception.type, 'type')
  end

  # Bytes, written in hexadecimal. Strings that hold bytes should be binary ones (`String#b`): a
  # UTF-8 string with high bytes never equals the binary string that a reply has.
  def hex(digits)
    [digits].pack('H*')
  end

  def bytes(count)
    Array.new(count) { |i| i % 251 }.pack('C*')
  end
end
