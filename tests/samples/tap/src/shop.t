use Test::More;
ok(1, 'adds');
is(1 + 1, 3, 'fails');
ok(1);
SKIP: { skip 'needs a database', 1; }
TODO: { local $TODO = 'not written yet'; ok(0, 'to do'); }
subtest 'cart' => sub { plan tests => 2; ok(1, 'is empty'); ok(0, 'sums up'); };
subtest 'all skipped' => sub { plan skip_all => 'no display'; };
done_testing;
