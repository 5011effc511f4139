// SPDX-License-Identifier: Apache-2.0
package oracle;

import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The oracle: `serve STATE_DIR` answers requests on a loopback port; `goldens ROOT [PATTERN]`
 * rewrites golden files.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("UTC"));
    Cluster cluster = new Cluster();
    if (args.length == 2 && args[0].equals("serve")) {
      new Server(cluster).serve(Path.of(args[1]));
    } else if (args.length >= 2 && args[0].equals("goldens")) {
      Goldens goldens = new Goldens(cluster, System.err, new ReentrantLock());
      boolean stable = goldens.run(Path.of(args[1]), args.length > 2 ? args[2] : "");
      System.exit(stable ? 0 : 1);
    } else {
      System.err.println("usage: serve STATE_DIR | goldens ROOT [PATTERN]");
      System.exit(2);
    }
  }
}
