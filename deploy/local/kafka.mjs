// Apache Kafka without ZooKeeper: each process is broker and controller.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraries, requireJava } from './libraries.mjs';
import { freePorts } from './processes.mjs';

/** Who may come in through the listeners that ask; the plain one asks nobody. */
const user = { name: 'tocsin', password: 'tocsin-secret' };

const scrams = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];
/** What each listener that asks offers; the one over TLS refuses the others. */
const mechanisms = { SASL_PLAINTEXT: ['PLAIN', ...scrams], SASL_SSL: ['SCRAM-SHA-512'] };

/** Of the key store, which Java wants to be locked. */
const storePassword = 'tocsin-secret';

export async function prepareKafka() {
  requireJava();
  const classpath = join(await libraries('kafka'), '*');
  return (root, { brokers }) => planKafka(root, classpath, brokers);
}

/** Writes the config of the brokers and formats their logs; returns their processes, not started. */
async function planKafka(root, classpath, brokers) {
  const [clusterId] = runTool(classpath, ['random-uuid']).trim().split('\n').slice(-1);
  const ports = await freePorts(4 * brokers);
  const nodes = Array.from({ length: brokers }, (_, i) => ({
    id: i + 1,
    port: ports[4 * i],
    controllerPort: ports[4 * i + 1],
    saslPort: ports[4 * i + 2],
    tlsPort: ports[4 * i + 3],
    folder: join(root, `kafka-${i + 1}`),
  }));
  const certificate = makeCertificate(nodes[0].folder);
  // The brokers of a new cluster know the users of these mechanisms from their own log; PLAIN's are in the config.
  const users = scrams.flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${user.name},password=${user.password}]`,
  ]);
  const processes = nodes.map((node) => {
    mkdirSync(node.folder, { recursive: true });
    const config = join(node.folder, 'server.properties');
    writeFileSync(config, propertiesOf(node, nodes, certificate));
    runTool(classpath, ['format', '-t', clusterId, '-c', config, ...users]);
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
    KAFKA_TLS_BROKERS: addresses(({ tlsPort }) => tlsPort),
    KAFKA_TLS_CA: certificate.pem,
  };
  return { processes, env };
}

function runTool(classpath, args) {
  return execFileSync('java', ['-cp', classpath, 'kafka.tools.StorageTool', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** A certificate for this machine that vouches for itself: in a key store for the brokers, as PEM for who trusts it. */
function makeCertificate(folder) {
  mkdirSync(folder, { recursive: true });
  const [store, pem] = [join(folder, 'tls.p12'), join(folder, 'tls.pem')];
  rmSync(store, { force: true });
  const keytool = (...args) =>
    execFileSync('keytool', [...args, '-alias', 'kafka', '-keystore', store, '-storepass', storePassword], {
      stdio: 'ignore',
    });
  const names = ['-dname', 'CN=127.0.0.1', '-ext', 'SAN=ip:127.0.0.1,dns:localhost'];
  keytool('-genkeypair', '-keyalg', 'RSA', '-validity', '365', '-storetype', 'PKCS12', ...names);
  keytool('-exportcert', '-rfc', '-file', pem);
  return { store, pem };
}

function propertiesOf({ id, port, controllerPort, saslPort, tlsPort, folder }, nodes, { store }) {
  const replicas = nodes.length;
  const open = [
    `PLAINTEXT://127.0.0.1:${port}`,
    `SASL_PLAINTEXT://127.0.0.1:${saslPort}`,
    `SASL_SSL://127.0.0.1:${tlsPort}`,
  ].join(',');
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': nodes.map((node) => `${node.id}@127.0.0.1:${node.controllerPort}`).join(','),
    listeners: `${open},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': open,
    ...loginsOf('SASL_PLAINTEXT'),
    ...loginsOf('SASL_SSL'),
    'listener.name.sasl_ssl.ssl.keystore.type': 'PKCS12',
    'listener.name.sasl_ssl.ssl.keystore.location': store,
    'listener.name.sasl_ssl.ssl.keystore.password': storePassword,
    // Everybody may do everything, until an ACL says of something who may; who was not asked for a name always may.
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': true,
    'super.users': 'User:ANONYMOUS',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
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

/** The mechanisms of a listener, each with the module that asks for its logins. */
function loginsOf(listener) {
  const prefix = `listener.name.${listener.toLowerCase()}`;
  const security = 'org.apache.kafka.common.security';
  const modules = {
    PLAIN: `${security}.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
    'SCRAM-SHA-256': `${security}.scram.ScramLoginModule required;`,
    'SCRAM-SHA-512': `${security}.scram.ScramLoginModule required;`,
  };
  const offered = mechanisms[listener];
  const logins = offered.map((one) => [`${prefix}.${one.toLowerCase()}.sasl.jaas.config`, modules[one]]);
  return { [`${prefix}.sasl.enabled.mechanisms`]: offered.join(','), ...Object.fromEntries(logins) };
}
