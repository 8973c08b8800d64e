# Common.pm: what the three Perl programs share: connections to the servers, and TAP.
package Common;
use strict;
use warnings;

use Exporter 'import';
use Thrift::BinaryProtocol;
use Thrift::BufferedTransport;
use Thrift::FramedTransport;
use Thrift::Socket;

use Larder::Store;

our @EXPORT = qw(S connect_to store check expect equal died finish);

use constant S => 'default';

my $failed = 0;

# A protocol over a new connection to one of the servers of the environment.
sub connect_to {
    my ($server) = @_;
    my $socket = Thrift::Socket->new('127.0.0.1', $ENV{"INTEROP_${server}_PORT"});
    $socket->setRecvTimeout(60_000);
    my $transport = $ENV{INTEROP_FRAMING} eq 'framed'
        ? Thrift::FramedTransport->new($socket)
        : Thrift::BufferedTransport->new($socket);
    $transport->open();
    return Thrift::BinaryProtocol->new($transport);
}

sub store {
    my ($server) = @_;
    return Larder::StoreClient->new(connect_to($server));
}

# Runs a check, which begins on a store without keys and dies when it fails.
sub check {
    my ($number, $name, $client, $function) = @_;
    eval {
        $client->remove_range(S, Larder::KeyRange->new());
        $function->();
        1;
    } and print "ok $number - $name\n" and return;
    my $problem = "$@";
    $problem =~ s/\s+/ /g;
    $problem =~ tr/#//d;
    print "not ok $number - $name: $problem\n";
    $failed++;
}

sub expect {
    my ($holds, $what) = @_;
    die "$what does not hold at line " . (caller)[2] . "\n" if !$holds;
}

# Texts, numbers, undef and lists of them.
sub equal {
    my ($found, $wanted) = map { show($_) } @_;
    die "found $found, not $wanted, at line " . (caller)[2] . "\n" if $found ne $wanted;
}

sub show {
    my ($value) = @_;
    return 'undef' if !defined $value;
    return '[' . join(', ', map { show($_) } @$value) . ']' if ref $value eq 'ARRAY';
    return "\"$value\"";
}

# Calls the function, which must die with an exception of that class and these fields; returns it.
sub died {
    my ($class, $fields, $function) = @_;
    die "no $class at line " . (caller)[2] . "\n" if eval { $function->(); 1 };
    my $error = $@;
    die $error if !ref $error || !$error->isa($class);
    for my $field (sort keys %$fields) {
        my ($found, $wanted) = (show($error->{$field}), show($fields->{$field}));
        die "$field is $found, not $wanted, at line " . (caller)[2] . "\n" if $found ne $wanted;
    }
    return $error;
}

sub finish {
    exit($failed ? 1 : 0);
}

$| = 1;
1;
