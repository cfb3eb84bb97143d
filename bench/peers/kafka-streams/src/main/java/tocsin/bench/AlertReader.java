package tocsin.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** Reads an alert off the wire. One instance per stream thread would be kept by a task; here there is one thread. */
interface AlertReader {
  Alert read(byte[] value);

  static AlertReader of(String format, Schema schema) {
    return format.equals("avro") ? avro(schema) : json();
  }

  private static AlertReader json() {
    ObjectReader reader = new ObjectMapper().readerFor(Alert.class);
    return value -> {
      try {
        return reader.readValue(value);
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    };
  }

  /** Behind the magic byte and schema id of Confluent's framing; record and decoder are used again. */
  private static AlertReader avro(Schema schema) {
    int frameBytes = 5;
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    var reused = new Object() {
      BinaryDecoder decoder = null;
      GenericRecord record = null;
    };
    return value -> {
      try {
        reused.decoder =
            DecoderFactory.get().binaryDecoder(value, frameBytes, value.length - frameBytes, reused.decoder);
        reused.record = reader.read(reused.record, reused.decoder);
        return alertOf(reused.record);
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    };
  }

  private static Alert alertOf(GenericRecord record) {
    Map<String, String> labels = new HashMap<>();
    ((Map<?, ?>) record.get("labels")).forEach((label, value) -> labels.put(label.toString(), value.toString()));
    return new Alert(
        record.get("tenant").toString(),
        record.get("source").toString(),
        record.get("name").toString(),
        labels,
        (Long) record.get("observedAt"));
  }
}
