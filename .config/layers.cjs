/** The layers of the architecture, each rule a sentence that says what a breach would mean. */
module.exports = {
  forbidden: [
    {
      name: 'schemas-import-nothing-of-ours',
      comment:
        'The words come first: a schema that knew an operator would turn the vocabulary into an implementation detail.',
      severity: 'error',
      from: { path: '^schemas/' },
      to: { path: '^(operators|pipeline|bench|test)/' },
    },
    {
      name: 'operators-import-only-schemas',
      comment:
        'A decision that could reach the pipeline could read a clock or a socket, and a replay would no longer repeat it.',
      severity: 'error',
      from: { path: '^operators/' },
      to: { path: '^(pipeline|bench|test)/' },
    },
    {
      name: 'operators-do-no-io',
      comment:
        'An operator is a pure function of its config, tables, event and time; Node built-ins would let effects in.',
      severity: 'error',
      from: { path: '^operators/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-ships-with-bench-or-test',
      comment: 'Product code that needs the test tree cannot be shipped without it.',
      severity: 'error',
      from: { path: '^(schemas|operators|pipeline)/' },
      to: { path: '^(bench|test)/' },
    },
    ...[
      ['kafkajs', '^kafkajs$', 'pipeline/broker'],
      ['ioredis', '^ioredis$', 'pipeline/state'],
      ['clickhouse-and-chdb', '^(@clickhouse/client|chdb)$', 'pipeline/warehouse'],
      ['schema-registry', '^@kafkajs/confluent-schema-registry$', 'pipeline/registry'],
      ['prom-client', '^prom-client$', 'pipeline/telemetry'],
      ['pino', '^pino$', 'pipeline/telemetry'],
      ['commander', '^commander$', 'pipeline/cli'],
      ['yaml', '^yaml$', 'pipeline/config'],
    ].map(([name, lib, home]) => ({
      name: `${name}-has-one-home`,
      comment: `Each client library is imported by exactly one folder (${home}); elsewhere its types and its traps would leak.`,
      severity: 'error',
      // What Tocsin is compared with is made of Kafka's client alone.
      from: { path: '^(schemas|operators|pipeline|bench)/', pathNot: `^(${home}|bench/peers)/` },
      to: { path: `node_modules/${lib.replace(/^\^|\$$/g, '')}/` },
    })),
    {
      name: 'nothing-imports-past-a-door',
      comment:
        "A folder is known by its index; importing past it makes its inside part of everybody's contract.",
      severity: 'error',
      from: { path: '^(schemas|operators|pipeline)/([^/]+)/' },
      to: { path: '^(operators|pipeline)/([^/]+)/(?!index\\.ts$)', pathNot: '^$1/$2/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle has no first file to read.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.json'] },
  },
};
