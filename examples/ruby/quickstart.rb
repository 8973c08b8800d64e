# Larder in one program: put, get, put under a condition, scan, and what can go wrong.

require 'thrift'
require 'store'

socket = Thrift::Socket.new('127.0.0.1', Integer(ENV.fetch('LARDER_PORT', '7400')), 60)
transport = Thrift::FramedTransport.new(socket)
transport.open
client = Larder::Store::Client.new(Thrift::BinaryProtocolAcceleratedFactory.new.get_protocol(transport))

begin
  client.put('default', 'greeting', 'hello', nil)
  found = client.get('default', 'greeting', nil)
  puts "greeting is #{found.value}"

  # A condition that does not hold is a result, not an exception.
  absent = Larder::PutOptions.new(condition: Larder::Condition.new(absent: true))
  unless client.put('default', 'greeting', 'welcome', absent).applied
    puts 'not created: greeting is there already'
  end
  condition = Larder::Condition.new(version_equal: found.version)
  unchanged = Larder::PutOptions.new(condition: condition)
  if client.put('default', 'greeting', 'welcome', unchanged).applied
    puts 'replaced: nobody had changed greeting'
  end

  { 'city:Cairo' => '10', 'city:Lima' => '11', 'city:Oslo' => '1' }.each do |city, people|
    client.put('default', city, people, nil)
  end
  client.scan('default', Larder::KeyRange.new(prefix: 'city:'), nil).items.each do |item|
    puts "#{item.key} has #{item.value} million people"
  end

  client.get('nowhere', 'greeting', nil)
rescue Larder::InvalidRequest => e # correct the call
  puts "invalid request: #{e.message}"
rescue Larder::Refused => e # certainly not executed: try again later
  abort "refused: #{e.message}; try again in #{e.retry_after_ms} ms"
ensure
  transport.close
end
