package tocsin.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.Stores;

/**
 * The dedupe of bench/peers as a Kafka Streams application. Arguments: an order as JSON (bench/peers/peer.ts), the
 * processing guarantee, a file with the Avro schema. Ends when it has read so many alerts; prints what it took.
 */
public final class Main {
  static final String STORE = "windows";

  public static void main(String[] args) throws Exception {
    Order order = new ObjectMapper().readValue(args[0], Order.class);
    AlertReader reader = AlertReader.of(order.format(), new Schema.Parser().parse(Path.of(args[2]).toFile()));
    Progress progress = new Progress(order.alerts());
    CountDownLatch failed = new CountDownLatch(1);
    KafkaStreams streams = new KafkaStreams(topology(order, reader, progress), settings(order, args[1]));
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      failed.countDown();
      progress.abandon();
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.start();
    progress.await();
    // Closing flushes what is in flight and commits: part of the work.
    streams.close();
    if (failed.getCount() == 0) System.exit(1);
    System.out.println(progress.report());
  }

  private static Topology topology(Order order, AlertReader reader, Progress progress) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(Stores.keyValueStoreBuilder(
        Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Serdes.Long()));
    builder.stream(order.from(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .process(() -> new Dedupe(reader, progress), STORE)
        .to(order.to(), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    return builder.build();
  }

  /** Defaults of Kafka Streams but for what says where and how. */
  private static Properties settings(Order order, String guarantee) {
    Properties settings = new Properties();
    settings.putAll(Map.of(
        StreamsConfig.APPLICATION_ID_CONFIG, order.group(),
        StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", order.brokers()),
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee,
        StreamsConfig.STATE_DIR_CONFIG, order.folder(),
        "auto.offset.reset", "earliest"));
    return settings;
  }

  private Main() {}
}
