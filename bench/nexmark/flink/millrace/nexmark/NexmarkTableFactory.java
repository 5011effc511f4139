// SPDX-License-Identifier: Apache-2.0
// The connector `nexmark` for Flink: bounded, one event per number of a sequence.
package millrace.nexmark;

import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;

public final class NexmarkTableFactory implements DynamicTableSourceFactory {
  private static final ConfigOption<Long> EVENTS =
      ConfigOptions.key("events.num").longType().noDefaultValue();
  private static final ConfigOption<Long> RATE =
      ConfigOptions.key("next-event.rate").longType().defaultValue(10000L);
  private static final ConfigOption<Long> SEED =
      ConfigOptions.key("seed").longType().defaultValue(1L);

  @Override
  public String factoryIdentifier() {
    return "nexmark";
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(EVENTS);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(RATE, SEED);
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    var helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    var options = helper.getOptions();
    return new NexmarkTable(context.getPhysicalRowDataType(),
        new Events(options.get(SEED), options.get(RATE)), options.get(EVENTS));
  }

  private record NexmarkTable(DataType type, Events events, long count) implements ScanTableSource {
    @Override
    public ChangelogMode getChangelogMode() {
      return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
      TypeInformation<RowData> rows = context.createTypeInformation(type);
      Events made = events;
      return SourceProvider.of(new DataGeneratorSource<RowData>(made::make, count, rows));
    }

    @Override
    public DynamicTableSource copy() {
      return new NexmarkTable(type, events, count);
    }

    @Override
    public String asSummaryString() {
      return "nexmark";
    }
  }
}
