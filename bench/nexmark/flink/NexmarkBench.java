// SPDX-License-Identifier: Apache-2.0
// Runs files of SQL on an embedded Flink, parallelism 1, one after the other.
//
// usage: NexmarkBench MINI_BATCH FILE...  with MINI_BATCH on or off. For each file one line
// `RESULT <file> <CPU seconds of the process> <seconds>`, of its job alone, planning excluded.
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

public final class NexmarkBench {
  private static double cpuSeconds() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }

  private static Configuration configuration(boolean miniBatch) {
    Configuration conf = new Configuration();
    conf.setString("parallelism.default", "1");
    conf.setString("taskmanager.numberOfTaskSlots", "1");
    conf.setString("pipeline.object-reuse", "true");
    conf.setString("rest.address", "127.0.0.1");
    conf.setString("rest.bind-address", "127.0.0.1");
    conf.setString("rest.bind-port", "0");
    conf.setString("table.exec.sink.require-on-conflict", "false");
    if (miniBatch) {
      conf.setString("table.exec.mini-batch.enabled", "true");
      conf.setString("table.exec.mini-batch.allow-latency", "2 s");
      conf.setString("table.exec.mini-batch.size", "50000");
      conf.setString("table.optimizer.distinct-agg.split.enabled", "true");
    }
    return conf;
  }

  private static void run(String file, boolean miniBatch) throws Exception {
    TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.newInstance()
        .inStreamingMode().withConfiguration(configuration(miniBatch)).build());
    double cpu = 0;
    double seconds = 0;
    for (String statement : Files.readString(Path.of(file)).split(";\\s*\\n")) {
      String text = statement.replaceAll("(?m)^--.*$", "").trim();
      if (text.isEmpty()) continue;
      double cpuBefore = cpuSeconds();
      long before = System.nanoTime();
      var result = tables.executeSql(text);
      if (result.getJobClient().isEmpty()) continue;
      result.getJobClient().get().getJobExecutionResult().get();
      cpu += cpuSeconds() - cpuBefore;
      seconds += (System.nanoTime() - before) / 1e9;
    }
    System.out.printf(Locale.ROOT, "RESULT %s %.3f %.3f%n", file, cpu, seconds);
    System.out.flush();
  }

  public static void main(String[] args) throws Exception {
    boolean miniBatch = args[0].equals("on");
    for (int i = 1; i < args.length; i++) run(args[i], miniBatch);
    System.exit(0);
  }
}
