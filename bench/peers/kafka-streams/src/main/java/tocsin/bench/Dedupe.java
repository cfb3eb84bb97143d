package tocsin.bench;

import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The first alert of an identity in a window goes on as it came, the rest does not. */
final class Dedupe implements Processor<byte[], byte[], byte[], byte[]> {
  /** As windowMs in bench/peers/workload.ts. */
  private static final long WINDOW_MS = 300_000;

  private final AlertReader reader;
  private final Progress progress;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<String, Long> windows;

  Dedupe(AlertReader reader, Progress progress) {
    this.reader = reader;
    this.progress = progress;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    this.windows = context.getStateStore(Main.STORE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Alert alert = reader.read(record.value());
    long at = alert.observedAt() == null ? record.timestamp() : alert.observedAt();
    long window = Math.floorDiv(at, WINDOW_MS);
    String identity = alert.identity();
    Long known = windows.get(identity);
    boolean isFirst = known == null || known != window;
    if (isFirst) {
      windows.put(identity, window);
      context.forward(record);
    }
    progress.note(isFirst);
  }
}
