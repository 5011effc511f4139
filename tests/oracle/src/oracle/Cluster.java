// SPDX-License-Identifier: Apache-2.0
package oracle;

import java.net.URI;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * One embedded cluster for the life of the process. Jobs go to it over its loopback port, so a job
 * costs tenths of a second and not the start of a cluster. Every file gets a table environment of
 * its own.
 */
final class Cluster {
  private static final int SLOTS = 16;
  private final URI address;

  Cluster() throws Exception {
    Configuration c = new Configuration();
    c.setString("rest.address", "127.0.0.1");
    c.setString("rest.bind-address", "127.0.0.1");
    c.setString("rest.bind-port", "0");
    c.setString("rest.port", "0");
    c.setString("taskmanager.memory.managed.size", "256m");
    c.setString("taskmanager.memory.network.max", "64m");
    c.setString("jobstore.max-capacity", "20");
    c.setString("web.history", "2");
    MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
        .setConfiguration(c).setNumTaskManagers(1).setNumSlotsPerTaskManager(SLOTS).build());
    cluster.start();
    address = cluster.getRestAddress().get();
  }

  TableEnvironment environment(int parallelism) {
    Configuration c = new Configuration();
    c.setString("execution.runtime-mode", "streaming");
    c.setString("parallelism.default", "" + parallelism);
    c.setString("execution.target", "remote");
    c.setString("rest.address", address.getHost());
    c.setString("rest.port", "" + address.getPort());
    c.setString("pipeline.auto-watermark-interval", "0");
    c.setString("restart-strategy.type", "none");
    TableEnvironment t = TableEnvironment.create(
        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(c).build());
    t.getConfig().set("table.local-time-zone", "UTC");
    return t;
  }
}
