package tocsin.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** What the one stream thread has done, and what the process has spent on it: garbage collection and JIT included. */
final class Progress {
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final CountDownLatch done = new CountDownLatch(1);
  private final long wanted;
  private long alerts = 0;
  private long outputs = 0;
  private long startedAt = 0;
  private long lastAt = 0;
  private String half = "null";

  Progress(long wanted) {
    this.wanted = wanted;
  }

  void note(boolean isFirst) {
    if (alerts == 0) startedAt = System.nanoTime();
    alerts += 1;
    if (isFirst) outputs += 1;
    if (alerts == wanted / 2) half = "{" + spent(System.nanoTime()) + "}";
    if (alerts < wanted) return;
    lastAt = System.nanoTime();
    done.countDown();
  }

  void await() throws InterruptedException {
    done.await();
  }

  void abandon() {
    done.countDown();
  }

  /** As Taken in bench/peers/peer.ts. */
  String report() throws IOException {
    return String.format(
        Locale.ROOT,
        "{%s,\"outputs\":%d,\"peakMiB\":%.1f,\"half\":%s}",
        spent(lastAt), outputs, peakMiB(), half);
  }

  /** Heap, metaspace, code and stacks: what the kernel says that the process had resident at most (Linux). */
  private static double peakMiB() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      var peak = lines.filter(line -> line.startsWith("VmHWM:")).findFirst().orElseThrow();
      return Long.parseLong(peak.replaceAll("\\D", "")) / 1024.0;
    }
  }

  private String spent(long now) {
    return String.format(
        Locale.ROOT,
        "\"alerts\":%d,\"cpuMs\":%.1f,\"wallMs\":%.1f",
        alerts, system.getProcessCpuTime() / 1e6, (now - startedAt) / 1e6);
  }
}
