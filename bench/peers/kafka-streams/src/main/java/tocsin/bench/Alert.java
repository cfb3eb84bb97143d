package tocsin.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;
import java.util.TreeMap;

/** What the dedupe looks at. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Alert(String tenant, String source, String name, Map<String, String> labels, Long observedAt) {
  /** Tenant, source, name and the labels in the order of their names. */
  String identity() {
    StringBuilder identity = new StringBuilder(160).append(tenant).append('\n').append(source).append('\n').append(name);
    new TreeMap<>(labels).forEach((label, value) -> identity.append('\n').append(label).append('=').append(value));
    return identity.toString();
  }
}
