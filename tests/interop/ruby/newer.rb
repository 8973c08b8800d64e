# Part `newer`: a client that was built with a newer contract.

require_relative 'checks'

class Newer < Checks
  include Larder

  def run
    data = -> { @servers.client(Store, 'DATA') }
    scripted = -> { @servers.client(Store, 'SCRIPTED') }
    check(71, 'options with more fields', data) { |store| more_options(store) }
    check(72, 'a method that is missing', data) { |store| missing_method(store) }
    check(73, 'a value that is missing', data) { |store| missing_value(store) }
    check(74, 'exceptions with fewer fields', scripted) { |store| fewer_fields(store) }
    finish
  end

  private

  NEW_FIELDS = %i[eager small medium large factor hint colour palette weights nested].freeze

  def blue
    Colour.new(name: 'blue', shades: [1, -1])
  end

  def more_options(store)
    options = PutOptions.new(
      condition: Condition.new(absent: true), eager: true, small: -1, medium: -2, large: -3,
      factor: 0.5, hint: 'hint', colour: blue, palette: [blue, blue], weights: { 'a' => 1 },
      nested: [['x', hex('00')], []]
    )
    equal(true, store.put('default', 'k', 'v', options).applied, 'applied')
    found = store.get('default', 'k', nil)
    equal([true, 'v'], [found.found, found.value], 'get')
    NEW_FIELDS.each { |field| equal(nil, found.send(field), field) }
  end

  def missing_method(store)
    unknown_method { store.paint('default', 'k', blue) }
    equal('still here', store.ping('still here').payload, 'payload')
  end

  def missing_value(store)
    paint = Mutation.new(kind: MutationKind::PAINT, key: 'k')
    invalid(InvalidCode::OVER_LIMIT, 'mutations[0].kind', limit: 4, actual: 90) do
      store.bulk_write('default', [paint], nil)
    end
  end

  def fewer_fields(store)
    exception = raised(Refused) { store.put('default', '!refuse-overload!retry-200ms:a', 'v', nil) }
    equal([RefusedCode::OVERLOAD, 200], [exception.code, exception.retry_after_ms], 'Refused')
    NEW_FIELDS.each { |field| equal(nil, exception.send(field), field) }
  end
end

Newer.new.run
