# newer.pl: a Perl client of a newer contract meets the server of today. CHECKS.md, 71 to 74.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Common;
use Thrift::Exception;

use constant NEW_FIELDS => qw(eager small medium large factor hint colour palette weights nested);

my $data = store('DATA');
my $scripted = store('SCRIPTED');
my $blue = Larder::Colour->new({ name => 'blue', shades => [1, -1] });

check 71, 'options with more fields', $data, sub {
    my $options = Larder::PutOptions->new({
        condition => Larder::Condition->new({ absent => 1 }),
        eager => 1, small => -1, medium => -2, large => -3, factor => 0.5, hint => 'hint',
        colour => $blue, palette => [$blue, $blue], weights => { a => 1 },
        nested => [['x', "\x00"], []],
    });
    expect $data->put(S, 'k', 'v', $options)->{applied}, 'applied';
    my $got = $data->get(S, 'k');
    equal $got->{value}, 'v';
    equal [@$got{ +NEW_FIELDS }], [(undef) x 10];
};

check 72, 'a method that is missing', $data, sub {
    died 'Thrift::TApplicationException',
        { code => Thrift::TApplicationException::UNKNOWN_METHOD },
        sub { $data->paint(S, 'k', $blue) };
    equal $data->ping('still')->{payload}, 'still';
};

check 73, 'a value that is missing', $data, sub {
    my $mutation = Larder::Mutation->new({ kind => Larder::MutationKind::PAINT, key => 'k' });
    died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::OVER_LIMIT, field => 'mutations[0].kind', limit => 4,
          actual => 90 },
        sub { $data->bulk_write(S, [$mutation]) };
};

check 74, 'exceptions with fewer fields', $scripted, sub {
    died 'Larder::Refused',
        { code => Larder::RefusedCode::OVERLOAD, retry_after_ms => 200, colour => undef,
          hint => undef },
        sub { $scripted->put(S, '!refuse-overload!retry-200ms:a', 'v') };
};

finish();
