# older.pl: a Perl client of an older contract meets the server of today. CHECKS.md, 61 to 64.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use Common;

my $data = store('DATA');
my $scripted = store('SCRIPTED');

check 61, 'results with more fields', $data, sub {
    my $written = $data->put(S, 'k', 'v');
    my $got = $data->get(S, 'k');
    expect $written->{applied} && $got->{found}, 'applied and found';
    equal [@$got{qw(value version)}], ['v', $written->{version}];
    my $info = $data->server_info();
    equal [$info->{api_version}, map { $_->{name} } @{ $info->{stores} }], [2, S];
};

check 62, 'reasons not yet invented', $data, sub {
    my $denied = $data->increment(S, 'n', 1, Larder::IncrementOptions->new({ highest => 0 }));
    expect !$denied->{applied}, 'not applied';
    equal $denied->{reason}, 5;
};

check 63, 'pages that end in an unknown way', $data, sub {
    $data->put(S, $_, $_) for qw(a b);
    my $one = Larder::ScanOptions->new({ limit_items => 1 });
    my $page = $data->scan(S, Larder::KeyRange->new(), $one);
    equal [$page->{stop_reason}, map { $_->{key} } @{ $page->{items} }], [2, 'a'];
    $one->{page_token} = $page->{next_token};
    $page = $data->scan(S, Larder::KeyRange->new(), $one);
    equal [$page->{stop_reason}, map { $_->{key} } @{ $page->{items} }],
        [Larder::StopReason::RANGE_END, 'b'];
};

check 64, 'exceptions with more fields', $scripted, sub {
    died 'Larder::Refused', { code => 4, retry_after_ms => 200 },
        sub { $scripted->put(S, '!refuse-memory_full!retry-200ms:a', 'v') };
    expect $scripted->put(S, 'plain', 'v')->{applied}, 'applied';
};

finish();
