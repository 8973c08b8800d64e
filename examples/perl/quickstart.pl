# Larder in one program: put, get, put under a condition, scan, and what can go wrong.

use strict;
use warnings;

use Thrift::BinaryProtocol;
use Thrift::FramedTransport;
use Thrift::Socket;
use Larder::Store;

my $socket = Thrift::Socket->new('127.0.0.1', $ENV{LARDER_PORT} // 7400);
$socket->setRecvTimeout(60_000);
my $transport = Thrift::FramedTransport->new($socket);
$transport->open();
my $client = Larder::StoreClient->new(Thrift::BinaryProtocol->new($transport));

sub quickstart {
    $client->put('default', 'greeting', 'hello');
    my $found = $client->get('default', 'greeting');
    print "greeting is $found->{value}\n";

    # A condition that does not hold is a result, not an exception.
    my $absent = Larder::PutOptions->new({condition => Larder::Condition->new({absent => 1})});
    if (!$client->put('default', 'greeting', 'welcome', $absent)->{applied}) {
        print "not created: greeting is there already\n";
    }
    my $unchanged = Larder::PutOptions->new({
        condition => Larder::Condition->new({version_equal => $found->{version}}),
    });
    if ($client->put('default', 'greeting', 'welcome', $unchanged)->{applied}) {
        print "replaced: nobody had changed greeting\n";
    }

    my %people = ('city:Cairo' => 10, 'city:Lima' => 11, 'city:Oslo' => 1);
    $client->put('default', $_, $people{$_}) for keys %people;
    my $page = $client->scan('default', Larder::KeyRange->new({prefix => 'city:'}));
    print "$_->{key} has $_->{value} million people\n" for @{$page->{items}};

    $client->get('nowhere', 'greeting');
}

my $fine = eval { quickstart(); 1 };
my $problem = $@;
$transport->close();
if (!$fine) {
    die $problem unless ref $problem;
    if ($problem->isa('Larder::InvalidRequest')) {    # correct the call
        print "invalid request: $problem->{message}\n";
    } elsif ($problem->isa('Larder::Refused')) {      # certainly not executed: try again later
        print STDERR "refused: $problem->{message}; try again in $problem->{retry_after_ms} ms\n";
        exit 1;
    } else {
        die $problem;
    }
}
