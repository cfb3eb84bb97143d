// Apache Kafka without ZooKeeper: each process is broker and controller.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraries, requireJava } from './libraries.mjs';
import { freePorts } from './processes.mjs';

/** Who may come in through the listener that asks; the other one asks nobody. */
const user = { name: 'tocsin', password: 'tocsin-secret' };

export async function prepareKafka() {
  requireJava();
  const classpath = join(await libraries('kafka'), '*');
  return (root, { brokers }) => planKafka(root, classpath, brokers);
}

/** Writes the config of the brokers and formats their logs; returns their processes, not started. */
async function planKafka(root, classpath, brokers) {
  const [clusterId] = runTool(classpath, ['random-uuid']).trim().split('\n').slice(-1);
  const ports = await freePorts(3 * brokers);
  const nodes = Array.from({ length: brokers }, (_, i) => ({
    id: i + 1,
    port: ports[3 * i],
    controllerPort: ports[3 * i + 1],
    saslPort: ports[3 * i + 2],
    folder: join(root, `kafka-${i + 1}`),
  }));
  const processes = nodes.map((node) => {
    mkdirSync(node.folder, { recursive: true });
    const config = join(node.folder, 'server.properties');
    writeFileSync(config, propertiesOf(node, nodes));
    runTool(classpath, ['format', '-t', clusterId, '-c', config]);
    return {
      name: `kafka-${node.id}`,
      service: 'kafka',
      port: node.port,
      command: 'java',
      // Quiet, small, and no second JIT tier: tests start it far more often than they saturate it.
      args: [
        '-Xmx512m',
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseSerialGC',
        '-cp',
        classpath,
        'kafka.Kafka',
        config,
      ],
      mark: config,
      log: join(root, 'logs', `kafka-${node.id}.log`),
      readyMs: 60_000,
    };
  });
  const addresses = (portOf) => nodes.map((node) => `127.0.0.1:${portOf(node)}`).join(',');
  const env = {
    KAFKA_BROKERS: addresses(({ port }) => port),
    KAFKA_SASL_BROKERS: addresses(({ saslPort }) => saslPort),
  };
  return { processes, env };
}

function runTool(classpath, args) {
  return execFileSync('java', ['-cp', classpath, 'kafka.tools.StorageTool', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function propertiesOf({ id, port, controllerPort, saslPort, folder }, nodes) {
  const replicas = nodes.length;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': nodes.map((node) => `${node.id}@127.0.0.1:${node.controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${saslPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${saslPort}`,
    'sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.min(replicas, 2),
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.min(replicas, 2),
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': Math.min(replicas, 2),
    // The defaults of 50 cost seconds of start-up and hundreds of files for a handful of groups.
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    // A killed broker is noticed after three seconds, not nine.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    // A topic that springs up by itself has the wrong partitions and timestamps, and hides a wrong name.
    'auto.create.topics.enable': false,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
