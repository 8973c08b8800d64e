# interop.pl: Larder from Perl: every method, every outcome, every extreme. CHECKS.md has the list.
#
# An i64 arrives as a decimal string, which Perl uses as a number where it can; what it cannot tell
# apart from its neighbours as a number is compared as text here.
use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;

use Common;
use Larder::Admin;
use Larder::Constants;
use Larder::Observe;
use Thrift::Exception;
use Thrift::MessageType;
use Thrift::Type;

use constant ALL => join '', map { chr } 0 .. 255;

# Bytes of which byte i is i modulo 251.
sub pattern {
    my ($length) = @_;
    return substr join('', map { chr } 0 .. 250) x (1 + $length / 251), 0, $length;
}

sub put_of {
    my ($key, $value, %more) = @_;
    return Larder::Mutation->new(
        { kind => Larder::MutationKind::PUT, key => $key, value => $value, %more });
}

sub increment_of {
    my ($key, $delta) = @_;
    return Larder::Mutation->new(
        { kind => Larder::MutationKind::INCREMENT, key => $key, delta => $delta });
}

sub condition { return Larder::Condition->new({@_}) }
sub expiry { return Larder::Expiry->new({@_}) }
sub range { return Larder::KeyRange->new({@_}) }
sub put_options { return Larder::PutOptions->new({@_}) }
sub scan_options { return Larder::ScanOptions->new({@_}) }
sub column { my ($name, $rows) = @_; return [map { $_->{$name} } @$rows] }

my $data = store('DATA');
my $scripted = store('SCRIPTED');
my $older = store('OLDER');
my $newer = store('NEWER');
my $management = connect_to('ADMIN');
my $admin = Larder::AdminClient->new($management);
my $observe = Larder::ObserveClient->new($management);

# --------------------------------------------------------------------------------------------- data

check 1, 'ping', $data, sub {
    my $result = $data->ping("\x00\xff\x80\nlarder");
    equal $result->{payload}, "\x00\xff\x80\nlarder";
    expect $result->{now_ms} > 1_600_000_000_000, 'the time';
    equal $data->ping('')->{payload}, '';
};

check 2, 'server_info', $data, sub {
    my $version = Larder::Constants::API_VERSION;
    my $said = Larder::ServerInfoOptions->new({ client => 'interop', api_version => $version });
    for my $options ($said, undef) {
        my $info = $data->server_info($options);
        equal $info->{api_version}, $version;
        equal column('name', $info->{stores}), [S];
        my ($limit) = grep { $_->{name} eq 'value_bytes' } @{ $info->{limits} };
        equal [$limit->{value}, $limit->{unit}], [1048576, 'bytes'];
        expect scalar(grep { $_ eq 'put' } @{ $info->{methods} }), 'put is served';
    }
};

check 3, 'put and get', $data, sub {
    my $written = $data->put(S, 'k', 'v');
    expect $written->{applied} && !defined $written->{existed} && $written->{version} > 0, 'applied';
    equal $written->{reason}, Larder::NotApplied::WAS_APPLIED;
    my $got = $data->get(S, 'k');
    expect $got->{found}, 'found';
    equal [@$got{qw(value version expires_at_ms full_length)}], ['v', $written->{version}, 0, 1];
    $got = $data->get(S, 'none');
    expect !$got->{found}, 'not found';
    equal [@$got{qw(value version)}], [undef, 0];
};

check 4, 'empty options', $data, sub {
    my $written = $data->put(S, 'k', 'v', put_options());
    my $got = $data->get(S, 'k', Larder::GetOptions->new());
    equal [@$got{qw(value version)}], ['v', $written->{version}];
    equal scalar @{ $data->scan(S, range(), scan_options())->{items} }, 1;
};

check 5, 'an empty value', $data, sub {
    expect $data->put(S, 'k', '')->{applied}, 'applied';
    my $got = $data->get(S, 'k');
    expect $got->{found}, 'found';
    equal [@$got{qw(value full_length)}], ['', 0];
};

check 6, 'every byte', $data, sub {
    $data->put(S, ALL, scalar reverse ALL);
    equal $data->get(S, ALL)->{value}, scalar reverse ALL;
    $data->put(S, $_, $_) for "\x00", "\x7f", "\x80", "\xff", "\x00\x00";
    my $items = $data->scan(S, range())->{items};
    equal column('key', $items), ["\x00", "\x00\x00", ALL, "\x7f", "\x80", "\xff"];
    equal column('value', $items),
        ["\x00", "\x00\x00", scalar reverse(ALL), "\x7f", "\x80", "\xff"];
};

check 7, 'the longest value', $data, sub {
    my $value = pattern(1048576);
    expect $data->put(S, 'k', $value)->{applied}, 'applied';
    expect $data->get(S, 'k')->{value} eq $value, 'it comes back';
    my $got = $data->get(S, 'k', Larder::GetOptions->new({ offset => 1048570, length => 100 }));
    equal [@$got{qw(value full_length)}], [substr($value, 1048570), 1048576];
};

check 8, 'a value too long', $data, sub {
    died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::OVER_LIMIT, field => 'value', limit => 1048576,
          actual => 1048577 },
        sub { $data->put(S, 'k', pattern(1048577)) };
    expect !$data->get(S, 'k')->{found}, 'not found';
};

check 9, 'keys at their limits', $data, sub {
    expect $data->put(S, pattern(1024), 'v')->{applied}, 'applied';
    equal $data->get(S, pattern(1024))->{value}, 'v';
    died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::OVER_LIMIT, field => 'key', limit => 1024, actual => 1025 },
        sub { $data->put(S, pattern(1025), 'v') };
    died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::BAD_ARGUMENT, field => 'key', limit => 1, actual => 0 },
        sub { $data->put(S, '', 'v') };
};

check 10, 'conditions', $data, sub {
    my $version = $data->put(S, 'k', "\x00\xff")->{version};
    my $denied = $data->put(S, 'k', '2',
        put_options(condition => condition(absent => 1), return_current => 1));
    expect !$denied->{applied}, 'not applied';
    equal [@$denied{qw(reason current_version current_value)}],
        [Larder::NotApplied::CONDITION_FAILED, $version, "\x00\xff"];
    $denied = $data->put(S, 'k', '2',
        put_options(condition => condition(version_equal => $version - 1)));
    expect !$denied->{applied}, 'not applied';
    equal $denied->{current_value}, undef;
    my $holds = condition(value_equal => "\x00\xff", present => 1, version_at_most => $version);
    expect $data->put(S, 'k', '2', put_options(condition => $holds))->{applied}, 'applied';
};

check 11, 'reading less', $data, sub {
    my $version = $data->put(S, 'k', 'value')->{version};
    my $got = $data->get(S, 'k', Larder::GetOptions->new({ if_version_not => $version }));
    expect $got->{unchanged} && !defined $got->{value}, 'unchanged';
    $got = $data->get(S, 'k', Larder::GetOptions->new({ want_value => 0 }));
    expect $got->{found} && !defined $got->{value}, 'found';
    equal $got->{full_length}, 5;
    equal $data->get(S, 'k', Larder::GetOptions->new({ offset => 1, length => 3 }))->{value}, 'alu';
};

check 12, 'expiry', $data, sub {
    my $now = $data->ping('')->{now_ms};
    my $written = $data->put(S, 'k', 'v', put_options(expiry => expiry(ttl_ms => 3_600_000)));
    expect $written->{expires_at_ms} > $now, 'expires later';
    expect $data->touch(S, 'k', expiry(at_ms => 4_102_444_800_000))->{applied}, 'applied';
    equal $data->get(S, 'k')->{expires_at_ms}, 4_102_444_800_000;
    $data->put(S, 'k', 'w', put_options(expiry => expiry(keep => 1)));
    equal $data->get(S, 'k')->{expires_at_ms}, 4_102_444_800_000;
    $data->touch(S, 'k', expiry());
    equal $data->get(S, 'k')->{expires_at_ms}, 0;
    $data->put(S, 'k', 'x', put_options(expiry => expiry(at_ms => 1)));
    expect !$data->get(S, 'k')->{found}, 'it is gone';
    my $denied = $data->touch(S, 'k', expiry(ttl_ms => 1000));
    expect !$denied->{applied}, 'not applied';
    equal $denied->{reason}, Larder::NotApplied::KEY_ABSENT;
};

check 13, 'remove', $data, sub {
    $data->put(S, 'k', 'v');
    my ($first, $again) = map { $data->remove(S, 'k') } 1 .. 2;
    expect $first->{applied} && $first->{existed}, 'the first time';
    expect $again->{applied} && defined $again->{existed} && !$again->{existed}, 'the second time';
    my $blind = $data->remove(S, 'k', Larder::RemoveOptions->new({ want_existed => 0 }));
    expect $blind->{applied} && !defined $blind->{existed}, 'blindly';
    my $curious = Larder::PutOptions->new({ want_existed => 1 });
    my ($new, $old) = map { $data->put(S, 'k', 'v', $curious) } 1 .. 2;
    expect $new->{applied} && defined $new->{existed} && !$new->{existed}, 'put of a new key';
    expect $old->{applied} && $old->{existed}, 'put of a key that is there';
    $data->remove(S, 'k');
    my $denied = $data->remove(S, 'k',
        Larder::RemoveOptions->new({ condition => condition(present => 1) }));
    expect !$denied->{applied} && defined $denied->{existed} && !$denied->{existed}, 'not applied';
    equal $denied->{reason}, Larder::NotApplied::CONDITION_FAILED;
};

check 14, 'counters', $data, sub {
    my $from_ten = Larder::IncrementOptions->new({ initial => 10 });
    equal $data->increment(S, 'n', 5, $from_ten)->{number}, 15;
    equal $data->get(S, 'n')->{value}, pack('q>', 15);
    equal $data->increment(S, 'n', -20)->{number}, -5;
    equal $data->get(S, 'n')->{value}, pack('q>', -5);
    my $denied = $data->increment(S, 'n', 1, Larder::IncrementOptions->new({ highest => -5 }));
    expect !$denied->{applied}, 'not applied';
    equal [@$denied{qw(reason number)}], [Larder::NotApplied::OUT_OF_RANGE, -5];
    $data->put(S, 't', 'text');
    equal $data->increment(S, 't', 1)->{reason}, Larder::NotApplied::NOT_A_COUNTER;
};

check 15, 'both ends of i64', $data, sub {
    for (['max', '9223372036854775807', "\x7f" . "\xff" x 7, 1],
         ['min', '-9223372036854775808', "\x80" . "\x00" x 7, -1]) {
        my ($key, $end, $bytes, $step) = @$_;
        equal $data->increment(S, $key, $end)->{number}, $end;
        equal $data->get(S, $key)->{value}, $bytes;
        my $denied = $data->increment(S, $key, $step);
        equal [@$denied{qw(reason number)}], [Larder::NotApplied::OUT_OF_RANGE, $end];
    }
    equal $data->increment(S, 'big', '9007199254740993')->{number}, '9007199254740993';
};

check 16, 'append', $data, sub {
    equal $data->append(S, 'l', 'one')->{length}, 3;
    equal $data->append(S, 'l', "\x00\xff")->{length}, 5;
    equal $data->get(S, 'l')->{value}, "one\x00\xff";
    my $denied = $data->append(S, 'l', '!', Larder::AppendOptions->new({ max_length => 5 }));
    equal [@$denied{qw(reason length)}], [Larder::NotApplied::TOO_LONG, 5];
    $denied = $data->append(S, 'none', 'x', Larder::AppendOptions->new({ create => 0 }));
    equal $denied->{reason}, Larder::NotApplied::KEY_ABSENT;
};

check 17, 'batch', $data, sub {
    $data->put(S, 'old', '1');
    my @mutations = (
        put_of('new', '2'), increment_of('n', 7),
        Larder::Mutation->new({ kind => Larder::MutationKind::REMOVE, key => 'old' }),
        Larder::Mutation->new(
            { kind => Larder::MutationKind::REMOVE_RANGE, key => 'x', stop_key => 'y' }));
    my $options = Larder::BatchOptions->new({ guards => [
        Larder::Guard->new({ key => 'old', condition => condition(present => 1) }),
        Larder::Guard->new({ key => 'new', condition => condition(absent => 1) })] });
    my $done = $data->batch(S, \@mutations, $options);
    expect $done->{applied} && $done->{version} > 0, 'applied';
    equal [@$done{qw(numbers failed_guard failed_mutation)}], [[7], -1, -1];
    equal $data->get(S, 'new')->{version}, $done->{version};
    expect !$data->get(S, 'old')->{found}, 'it is gone';
    my $denied = $data->batch(S, \@mutations, $options);
    expect !$denied->{applied}, 'not applied';
    equal [@$denied{qw(reason failed_guard)}], [Larder::NotApplied::CONDITION_FAILED, 0];
    $denied = $data->batch(S,
        [put_of('a', '1'), put_of('new', '3', condition => condition(absent => 1))]);
    expect !$denied->{applied}, 'not applied';
    equal $denied->{failed_mutation}, 1;
    expect !$data->get(S, 'a')->{found}, 'nothing was done';
};

check 18, 'bulk_write', $data, sub {
    my $done = $data->bulk_write(S,
        [put_of('a', '1'), put_of('a', '2', condition => condition(absent => 1)),
         increment_of('n', 3)]);
    my ($first, $second, $third) = @{ $done->{items} };
    expect $first->{applied} && !$second->{applied} && $third->{applied}, 'applied';
    equal [@$second{qw(reason current_version)}],
        [Larder::NotApplied::CONDITION_FAILED, $first->{version}];
    equal [$third->{number}, $done->{applied_count}, scalar @{ $done->{items} }], [3, 2, 3];
};

check 19, 'multi_get', $data, sub {
    $data->put(S, 'a', '1');
    $data->put(S, 'b', '');
    my @keys = qw(b none a a);
    my $items = $data->multi_get(S, \@keys)->{items};
    equal [map { $_->{found} ? 1 : 0 } @$items], [1, 0, 1, 1];
    equal column('value', $items), ['', undef, '1', '1'];
    $items = $data->multi_get(S, \@keys,
        Larder::MultiGetOptions->new({ want_values => 0 }))->{items};
    equal column('value', $items), [undef, undef, undef, undef];
    equal column('full_length', $items), [0, 0, 1, 1];
    equal $data->multi_get(S, [])->{items}, [];
};

check 20, 'scan', $data, sub {
    my @keys = map { sprintf 'a%02d', $_ } 0 .. 9;
    $data->bulk_write(S, [map { put_of($_, $_) } @keys, 'b00']);
    my ($token, @sizes, @found);
    do {
        my $page = $data->scan(S, range(prefix => 'a'),
            scan_options(limit_items => 4, page_token => $token));
        equal column('value', $page->{items}), column('key', $page->{items});
        push @found, @{ column('key', $page->{items}) };
        push @sizes, scalar @{ $page->{items} };
        $token = $page->{next_token};
        equal $page->{stop_reason},
            defined $token ? Larder::StopReason::LIMIT_ITEMS : Larder::StopReason::RANGE_END;
    } while defined $token;
    equal [\@found, \@sizes], [\@keys, [4, 4, 2]];
    my $back = $data->scan(S, range(start_key => 'a05', stop_key => 'b00'),
        scan_options(reverse => 1));
    equal column('key', $back->{items}), [qw(a09 a08 a07 a06 a05)];
    my $bare = $data->scan(S, range(), scan_options(keys_only => 1))->{items};
    equal [column('value', $bare), column('full_length', $bare)], [[(undef) x 11], [(3) x 11]];
    my $counted = $data->scan(S, range(), scan_options(count_only => 1));
    equal [@$counted{qw(items count)}], [[], 11];
};

check 21, 'range_info', $data, sub {
    $data->bulk_write(S, [map { put_of(sprintf('k%02d', $_), pattern(1000)) } 0 .. 99]);
    my $infos = $data->range_info(S, [range(), range(prefix => 'none')],
        Larder::RangeInfoOptions->new({ split_bytes => 10_000 }))->{infos};
    equal scalar @$infos, 2;
    my $info = $infos->[0];
    expect $info->{estimated_keys} > 0 && @{ $info->{split_keys} } > 0, 'an estimate';
    equal $info->{split_keys}, [sort @{ $info->{split_keys} }];
    expect $info->{dead_ratio} >= 0 && $info->{dead_ratio} <= 1, 'a ratio';
};

check 22, 'checksum', $data, sub {
    my ($first, $other, $again) = map {
        $data->put(S, 'key', $_);
        $data->checksum(S, range());
    } qw(value other value);
    equal [@$first{qw(keys bytes)}], [1, 8];
    expect $first->{checksum} eq $again->{checksum} && $first->{checksum} ne $other->{checksum},
        'the sums';
};

check 23, 'remove_range', $data, sub {
    my $count = sub { $data->scan(S, range(), scan_options(count_only => 1))->{count} };
    $data->bulk_write(S, [map { put_of($_, 'v') } qw(a0 a1 b0)]);
    my $dry = Larder::RemoveRangeOptions->new({ dry_run => 1 });
    equal $data->remove_range(S, range(prefix => 'a'), $dry)->{version}, 0;
    equal $count->(), 3;
    expect $data->remove_range(S, range(prefix => 'a'))->{version} > 0, 'a version';
    equal $count->(), 1;
};

check 24, 'many at once', $data, sub {
    my @keys = map { sprintf 'key%05d', $_ } 0 .. 1999;
    equal $data->bulk_write(S, [map { put_of($_, $_) } @keys])->{applied_count}, 2000;
    my $counted = $data->batch(S, [map { increment_of(sprintf('n%05d', $_), 1) } 0 .. 1999]);
    equal $counted->{numbers}, [(1) x 2000];
    equal column('value', $data->multi_get(S, [reverse @keys])->{items}), [reverse @keys];
    my $page = $data->scan(S, range(prefix => 'key'), scan_options(limit_items => 10_000));
    equal column('key', $page->{items}), \@keys;
};

check 25, 'too many at once', $data, sub {
    died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::OVER_LIMIT, field => 'keys', limit => 32768,
          actual => 32769 },
        sub { $data->multi_get(S, [('x') x 32769]) };
};

check 26, 'pipelining', $data, sub {
    for my $i (0 .. 49) {
        $data->send_put(S, 'same', "$i");
        $data->send_increment(S, 'n', 1);
    }
    my $version = 0;
    for my $i (0 .. 49) {
        my $written = $data->recv_put();
        expect $written->{version} > $version, 'a later version';
        $version = $written->{version};
        equal $data->recv_increment()->{number}, $i + 1;
    }
    equal $data->get(S, 'same')->{value}, '49';
};

# ------------------------------------------------------------------------------------------ refused

check 27, 'InvalidRequest', $data, sub {
    my $error = died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::UNKNOWN_STORE, field => 'store', limit => 0, actual => 0 },
        sub { $data->get('unknown', 'k') };
    expect length $error->{message} && !%{ $error->{details} }, 'message and details';
};

check 28, 'names in other scripts', $data, sub {
    my $error = died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::UNKNOWN_STORE, field => 'store' },
        sub { $data->get('vorräte', 'k') };
    expect index($error->{message}, '\xc3\xa4') >= 0, 'the message';
};

check 29, 'bad arguments', $data, sub {
    died 'Larder::InvalidRequest',
        { code => Larder::InvalidCode::BAD_TOKEN, field => 'options.page_token' },
        sub { $data->scan(S, range(), scan_options(page_token => 'xxx')) };
    my $fence = Larder::Fence->new({ lease => 'lease', token => 1 });
    for ([Larder::InvalidCode::UNSUPPORTED, durability => Larder::Durability::SYNC],
         [Larder::InvalidCode::UNSUPPORTED, request_id => substr(ALL, 0, 16)],
         [Larder::InvalidCode::UNSUPPORTED, fence => $fence],
         [Larder::InvalidCode::BAD_ARGUMENT, expiry => expiry(ttl_ms => 0), '.ttl_ms']) {
        my ($code, $option, $value, $within) = @$_;
        died 'Larder::InvalidRequest',
            { code => $code, field => "options.$option" . ($within // '') },
            sub { $data->put(S, 'k', 'v', put_options($option => $value)) };
    }
};

sub expect_unserved {
    my ($client, %calls) = @_;
    for my $method (sort keys %calls) {
        my $error = died 'Larder::InvalidRequest', { code => Larder::InvalidCode::UNSUPPORTED },
            sub { $client->$method(@{ $calls{$method} }) };
        expect index($error->{message}, $method) == 0, "the message of $method";
    }
}

check 30, 'methods that are not served', $data, sub {
    expect_unserved $data,
        lease_acquire => [S, 'lease', 'me', 1000],
        lease_renew => [S, 'lease', 1],
        lease_release => [S, 'lease', 1],
        lease_get => [S, 'lease'],
        lease_list => [S, ''],
        snapshot_open => [S, 1000],
        snapshot_renew => [S, 1, 1000],
        snapshot_close => [S, 1],
        snapshot_list => [S],
        changes => [S, 0],
        topology => [],
        locate => [S, 'k'],
        authenticate => ['id', "\x00secret"];
};

check 31, 'an unknown method', $data, sub {
    my $protocol = connect_to('DATA');
    died 'Thrift::TApplicationException',
        { code => Thrift::TApplicationException::UNKNOWN_METHOD },
        sub { Larder::ObserveClient->new($protocol)->health() };
    my $client = Larder::StoreClient->new($protocol);
    equal $client->ping('still')->{payload}, 'still';
};

check 32, 'a missing argument', $data, sub {
    died 'Larder::InvalidRequest', { code => Larder::InvalidCode::BAD_ARGUMENT, field => 'key' },
        sub { $data->get(S, undef) };
};

# Sends a message "ping" that no generated code would.
sub send_ping {
    my ($client, $sequence_id, $write_more) = @_;
    my $out = $client->{output};
    $out->writeMessageBegin('ping', Thrift::TMessageType::CALL, $sequence_id);
    $out->writeStructBegin('arguments');
    $out->writeFieldBegin('payload', Thrift::TType::STRING, 1);
    $out->writeString('here');
    $out->writeFieldEnd();
    $write_more->($out) if $write_more;
    $out->writeFieldStop();
    $out->writeStructEnd();
    $out->writeMessageEnd();
    $out->getTransport()->flush();
}

check 33, 'fields from elsewhere', $data, sub {
    send_ping $data, 1, sub {
        my ($out) = @_;
        my $field = 90;
        for ([Thrift::TType::BOOL, writeBool => 1], [Thrift::TType::BYTE, writeByte => -1],
             [Thrift::TType::I16, writeI16 => -2], [Thrift::TType::I32, writeI32 => -3],
             [Thrift::TType::I64, writeI64 => '-9223372036854775808'],
             [Thrift::TType::DOUBLE, writeDouble => 0.5],
             [Thrift::TType::STRING, writeString => 'text']) {
            my ($type, $write, $value) = @$_;
            $out->writeFieldBegin('unknown', $type, $field++);
            $out->$write($value);
            $out->writeFieldEnd();
        }
        $out->writeFieldBegin('unknown', Thrift::TType::STRUCT, 97);
        Larder::Fence->new({ lease => 'lease', token => '9223372036854775807' })->write($out);
        $out->writeFieldEnd();
        $out->writeFieldBegin('unknown', Thrift::TType::LIST, 98);
        $out->writeListBegin(Thrift::TType::STRING, 2);
        $out->writeString($_) for qw(one two);
        $out->writeListEnd();
        $out->writeFieldEnd();
        $out->writeFieldBegin('unknown', Thrift::TType::MAP, 99);
        $out->writeMapBegin(Thrift::TType::STRING, Thrift::TType::I64, 1);
        $out->writeString('one');
        $out->writeI64(1);
        $out->writeMapEnd();
        $out->writeFieldEnd();
    };
    equal $data->recv_ping()->{payload}, 'here';
};

check 34, 'sequence ids', $data, sub {
    for my $sequence_id (1, 0, -1, 2147483647, -2147483648) {
        send_ping $data, $sequence_id;
        my ($method, $type, $came_back) = ('', 0, 0);
        $data->{input}->readMessageBegin(\$method, \$type, \$came_back);
        equal $came_back, $sequence_id;
        my $result = Larder::Store_ping_result->new();
        $result->read($data->{input});
        $data->{input}->readMessageEnd();
        equal $result->{success}{payload}, 'here';
    }
};

# --------------------------------------------------------------------------------------- management

check 35, 'health', $data, sub {
    my $health = $observe->health();
    expect $health->{live} && $health->{ready}, 'ready';
    my @checks = grep { $_->{name} eq 'store:default' } @{ $health->{checks} };
    equal [map { $_->{passed} ? 1 : 0 } @checks], [1];
};

check 36, 'metrics', $data, sub {
    expect $observe->metrics()->{text} =~ /^larder_build_info/m, 'the text';
};

check 37, 'store_stats', $data, sub {
    $data->put(S, 'key', 'value');
    my $stats = $observe->store_stats(S);
    equal [@$stats{qw(store engine keys data_bytes)}], [S, 'hashmap', 1, 8];
    my ($puts) = grep { $_->{operation} eq 'put' } @{ $stats->{operations} };
    expect $puts->{count} > 0, 'puts are counted';
    expect scalar %{ $stats->{engine_figures} }, 'figures';
    died 'Larder::InvalidRequest', { code => Larder::InvalidCode::UNKNOWN_STORE },
        sub { $observe->store_stats('unknown') };
};

check 38, 'stores and jobs', $data, sub {
    my @stores = @{ $admin->store_list()->{stores} };
    equal [map { [$_->{info}{name}, $_->{spec}{engine}, $_->{state}] } @stores],
        [[S, 'hashmap', 'serving']];
    my $verified = $admin->verify(S);
    expect $verified->{done} && $verified->{job_id} == 0, 'verified';
    my $job = $admin->job_list()->{jobs}[0];
    equal [@$job{qw(kind store state)}], ['verify', S, Larder::JobState::DONE];
    my ($same) = @{ $admin->job_get($job->{job_id})->{jobs} };
    equal $same->{job_id}, $job->{job_id};
    died 'Larder::InvalidRequest', { code => Larder::InvalidCode::NOT_FOUND, field => 'job_id' },
        sub { $admin->job_get(1_000_000) };
};

check 39, 'Observe, not served', $data, sub {
    expect_unserved $observe,
        levels => [S],
        files => [S],
        hot_keys => [S, Larder::HotDimension::BYTES],
        hot_prefixes => [S, Larder::HotDimension::MISSES],
        events => [0],
        slow_log => [1000],
        explain => [S, 'k'],
        doctor => [];
};

check 40, 'Admin, not served', $data, sub {
    my $spec = Larder::StoreSpec->new({ name => 'new', engine => 'hashmap', settings => {} });
    expect_unserved $admin,
        store_create => [$spec],
        store_alter => [S, { memory_bytes => '1G' }],
        store_drop => [S, 0],
        store_recall => [S, 'new'],
        store_rename => [S, 'new'],
        config_plan => [''],
        config_apply => ['', 'plan'],
        config_export => [],
        flush => [S],
        compact => [S, range()],
        backup_create => [S, '/nowhere', 0],
        backup_list => [S],
        backup_verify => [1],
        backup_restore => [1, 'new'],
        job_cancel => [1],
        mode_set => [S, Larder::StoreMode::READ_ONLY],
        shutdown => [];
};

# ----------------------------------------------------------------------------------------- outcomes

sub scripted_put {
    my ($key, @options) = @_;
    return sub { $scripted->put(S, $key, 'v', @options) };
}

check 41, 'Refused', $scripted, sub {
    my $error = died 'Larder::Refused',
        { code => Larder::RefusedCode::OVERLOAD, retry_after_ms => 200, scope => 'store:default' },
        scripted_put('!refuse-overload!retry-200ms:a');
    expect length $error->{message} && !%{ $error->{details} }, 'message and details';
};

check 42, 'every refusal', $scripted, sub {
    my %refusals = (
        disk_full => Larder::RefusedCode::DISK_FULL,
        memory_full => Larder::RefusedCode::MEMORY_FULL,
        closing => Larder::RefusedCode::DRAINING,
        deadline => Larder::RefusedCode::DEADLINE,
        read_only => Larder::RefusedCode::READ_ONLY,
    );
    died 'Larder::Refused', { code => $refusals{$_} }, scripted_put("!refuse-$_:a")
        for sort keys %refusals;
};

check 43, 'Indeterminate', $scripted, sub {
    my $error = died 'Larder::Indeterminate',
        { code => Larder::IndeterminateCode::ENGINE_UNKNOWN, request_id => '' },
        scripted_put('!unknown:a');
    expect length $error->{message}, 'a message';
    expect !$scripted->get(S, '!unknown:a')->{found}, 'not applied';
    died 'Larder::Indeterminate', { code => Larder::IndeterminateCode::ENGINE_UNKNOWN },
        scripted_put('!unknown-applied:b');
    expect $scripted->get(S, '!unknown-applied:b')->{found}, 'applied';
    died 'Larder::Indeterminate', { code => Larder::IndeterminateCode::DEADLINE },
        scripted_put('!delay-1000ms:c', put_options(deadline_ms => 200));
};

check 44, 'Failed', $scripted, sub {
    my $error = died 'Larder::Failed', { code => Larder::FailedCode::CORRUPTION },
        scripted_put('!fail-corruption:a');
    expect length $error->{message} && !%{ $error->{details} }, 'message and details';
    died 'Larder::Failed', { code => Larder::FailedCode::IO_ERROR }, scripted_put('!fail-io:a');
    died 'Larder::Failed', { code => Larder::FailedCode::POISONED },
        sub { $scripted->get(S, '!read-poisoned:a') };
};

check 45, 'NotHere', $scripted, sub {
    my $error = died 'Larder::NotHere',
        { code => Larder::NotHereCode::WRONG_OWNER, epoch => 7, owner => 'owner.example:7400',
          shard_id => 3 },
        scripted_put('!elsewhere:a');
    expect length $error->{message} && !%{ $error->{details} }, 'message and details';
};

check 46, 'after every exception', $scripted, sub {
    my @exceptions = (['', 'InvalidRequest'], ['!elsewhere:a', 'NotHere'],
        ['!refuse-overload:a', 'Refused'], ['!unknown:a', 'Indeterminate'],
        ['!fail-corruption:a', 'Failed']);
    for my $exception ((@exceptions) x 3) {
        my ($key, $class) = @$exception;
        died "Larder::$class", {}, scripted_put($key);
        expect scripted_put('plain')->()->{applied}, 'applied';
    }
};

check 47, 'drain', $scripted, sub {
    my $protocol = connect_to('SCRIPTED_ADMIN');
    my $drained = Larder::AdminClient->new($protocol)->drain(0);
    equal $drained->{in_flight}, 0;
    my $health = Larder::ObserveClient->new($protocol)->health();
    expect $health->{live} && !$health->{ready}, 'live, not ready';
};

# ---------------------------------------------------------------------------------------- stand-ins

check 51, 'an older server', $older, sub {
    my $info = $older->server_info();
    equal [@$info{qw(api_version limits)}], [1, undef];
    expect $older->put(S, 'k', 'v')->{applied}, 'applied';
    my $got = $older->get(S, 'k');
    equal [@$got{qw(value full_length)}], ['v', undef];
};

check 52, 'an older server skips options', $older, sub {
    $older->put(S, 'k', 'v');
    my $denied = $older->put(S, 'k', 'v',
        put_options(condition => condition(absent => 1), return_current => 1));
    expect !$denied->{applied}, 'not applied';
    equal $denied->{reason}, Larder::NotApplied::CONDITION_FAILED;
};

check 53, 'an older server lacks a method', $older, sub {
    died 'Thrift::TApplicationException',
        { code => Thrift::TApplicationException::UNKNOWN_METHOD },
        sub { $older->range_info(S, [range()]) };
    equal $older->ping('still')->{payload}, 'still';
};

check 54, 'a newer server sends more fields', $newer, sub {
    my $version = $newer->put(S, 'k', 'v')->{version};
    my $got = $newer->get(S, 'k');
    expect $got->{found}, 'found';
    equal [@$got{qw(value version)}], ['v', $version];
};

check 55, 'a newer server sends new values', $newer, sub {
    my $denied = $newer->put(S, '!moon:a', 'v');
    expect !$denied->{applied}, 'not applied';
    equal $denied->{reason}, 90;
    $newer->put(S, 'k', 'v');
    my $page = $newer->scan(S, range(prefix => 'k'));
    equal [scalar @{ $page->{items} }, $page->{stop_reason}], [1, 90];
};

check 56, 'a newer server refuses in a new way', $newer, sub {
    died 'Larder::Refused', { code => 90, retry_after_ms => 90, scope => 'server' },
        sub { $newer->put(S, '!warm:a', 'v') };
};

finish();
