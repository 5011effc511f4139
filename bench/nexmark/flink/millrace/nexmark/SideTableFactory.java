// SPDX-License-Identifier: Apache-2.0
// The connector `side` for Flink, whose file system cannot be looked up: the rows of the file that
// run.py writes, (key, 'value-' || key), in memory.
package millrace.nexmark;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.LookupFunction;

public final class SideTableFactory implements DynamicTableSourceFactory {
  private static final ConfigOption<Long> KEYS =
      ConfigOptions.key("keys").longType().noDefaultValue();

  @Override
  public String factoryIdentifier() {
    return "side";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(KEYS);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of();
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    var helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    return new SideTable(helper.getOptions().get(KEYS));
  }

  public static final class Lookup extends LookupFunction {
    private final long keys;
    private transient Map<Long, Collection<RowData>> rows;

    public Lookup(long keys) {
      this.keys = keys;
    }

    @Override
    public void open(FunctionContext context) {
      rows = new HashMap<>();
      for (long key = 0; key < keys; key++) {
        rows.put(key, List.of(GenericRowData.of(key, StringData.fromString("value-" + key))));
      }
    }

    @Override
    public Collection<RowData> lookup(RowData key) {
      return rows.getOrDefault(key.getLong(0), List.of());
    }
  }

  private record SideTable(long keys) implements LookupTableSource {
    @Override
    public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
      return LookupFunctionProvider.of(new Lookup(keys));
    }

    @Override
    public DynamicTableSource copy() {
      return new SideTable(keys);
    }

    @Override
    public String asSummaryString() {
      return "side";
    }
  }
}
