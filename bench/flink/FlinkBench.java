// SPDX-License-Identifier: Apache-2.0
// Runs the INSERTs of SQL files on an embedded Flink and prints the CPU seconds of the whole process for each
// job, start-up excluded. Every file runs twice; the second, warm run counts.
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

public final class FlinkBench {
  static double cpuSeconds() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  static double runOnce(String sql) throws Exception {
    Configuration conf = new Configuration();
    conf.setString("execution.runtime-mode", "streaming");
    conf.setString("parallelism.default", "1");
    conf.setString("taskmanager.numberOfTaskSlots", "1");
    conf.setString("pipeline.object-reuse", "true");
    conf.setString("rest.address", "127.0.0.1");
    conf.setString("rest.bind-address", "127.0.0.1");
    conf.setString("rest.bind-port", "0");
    TableEnvironment tables = TableEnvironment.create(
        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(conf).build());
    double used = 0;
    for (String statement : sql.split(";\\s*\\n")) {
      String text = statement.replaceAll("(?m)^--.*$", "").trim();
      if (text.isEmpty()) continue;
      if (text.endsWith(";")) text = text.substring(0, text.length() - 1);
      double before = cpuSeconds();
      var result = tables.executeSql(text);
      if (result.getJobClient().isPresent()) {
        result.getJobClient().get().getJobExecutionResult().get();
        used += cpuSeconds() - before;
      }
    }
    return used;
  }

  public static void main(String[] args) throws Exception {
    for (String file : args) {
      String sql = Files.readString(Path.of(file));
      runOnce(sql);
      double used = runOnce(sql);
      System.out.printf(Locale.ROOT, "RESULT %s %.3f%n", Path.of(file).getFileName(), used);
    }
    System.exit(0);
  }
}
