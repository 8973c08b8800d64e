# How a Ruby program connects to Larder, and what it should know of the package ruby-thrift.
#
# $LOAD_PATH must have the stubs: `thrift --gen rb -out stubs larder.thrift`, `ruby -Istubs
# program.rb`.

require 'thrift'
require 'larder_constants'
require 'store'
require 'admin'
require 'observe'

# ruby-thrift calls a reply malformed when an enum in it has a value that the stubs do not know, and
# leaves the rest of the reply unread. A newer server may send such values, and a client is to carry
# on. So every enum of the stubs gets a set of valid values that has them all.
module AnyValue
  def self.include?(_value)
    true
  end
end

Larder.constants.map { |name| Larder.const_get(name) }.each do |type|
  next unless type.is_a?(Module) && type.const_defined?(:VALID_VALUES, false)

  type.send(:remove_const, :VALID_VALUES)
  type.const_set(:VALID_VALUES, AnyValue)
end

# One connection. The services of a port share it: `connection.client(Larder::Store)`.
#
# The timeout, in seconds, holds for connecting and for each read and write. Without one,
# ruby-thrift waits for ever. After a timeout close the connection and open another: the library
# compares neither names nor sequence ids, so the late reply would be taken for that of the next
# call.
class Connection
  PROTOCOLS = {
    'binary' => Thrift::BinaryProtocolAcceleratedFactory,
    'compact' => Thrift::CompactProtocolFactory
  }.freeze

  FRAMINGS = {
    'framed' => Thrift::FramedTransport,
    'unframed' => Thrift::BufferedTransport
  }.freeze

  attr_reader :protocol

  def initialize(port, protocol: 'binary', framing: 'framed', timeout: 60)
    @transport = FRAMINGS.fetch(framing).new(Thrift::Socket.new('127.0.0.1', port, timeout))
    @protocol = PROTOCOLS.fetch(protocol).new.get_protocol(@transport)
    @transport.open
  end

  def client(service)
    service::Client.new(@protocol)
  end

  def close
    @transport.close
  end
end
