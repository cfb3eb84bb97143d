package tocsin.bench;

import java.util.List;

/** As PeerOrder in bench/peers/peer.ts. */
public record Order(
    List<String> brokers, String from, String to, String group, String format, long alerts, int partitions, String folder) {}
