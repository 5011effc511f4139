// SPDX-License-Identifier: Apache-2.0
// Runs the INSERT of a SQL file on an embedded Flink until the process is ended. Arguments: the file, then
// options of the cluster and the job as key=value.
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

public final class FlinkState {
  public static void main(String[] args) throws Exception {
    Configuration conf = new Configuration();
    conf.setString("parallelism.default", "1");
    conf.setString("taskmanager.numberOfTaskSlots", "1");
    conf.setString("pipeline.object-reuse", "true");
    conf.setString("rest.address", "127.0.0.1");
    conf.setString("rest.bind-address", "127.0.0.1");
    conf.setString("rest.bind-port", "0");
    for (int i = 1; i < args.length; ++i) {
      String[] option = args[i].split("=", 2);
      conf.setString(option[0], option[1]);
    }
    TableEnvironment tables = TableEnvironment.create(
        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(conf).build());
    for (String statement : Files.readString(Path.of(args[0])).split(";\\s*\\n")) {
      if (statement.isBlank()) continue;
      var result = tables.executeSql(statement.trim());
      if (result.getJobClient().isPresent()) result.getJobClient().get().getJobExecutionResult().get();
    }
  }
}
