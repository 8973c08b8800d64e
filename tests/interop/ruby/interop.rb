# Part `today`: everything that the present contract has.

require_relative 'checks'
require_relative 'data_checks'
require_relative 'refusal_checks'
require_relative 'management_checks'
require_relative 'outcome_checks'
require_relative 'stand_in_checks'

class Today < Checks
  include DataChecks
  include RefusalChecks
  include ManagementChecks
  include OutcomeChecks
  include StandInChecks

  def run
    data_checks
    refusal_checks
    management_checks
    outcome_checks
    stand_in_checks
    finish
  end
end

Today.new.run
