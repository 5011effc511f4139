// SPDX-License-Identifier: Apache-2.0
package oracle;

import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A line protocol on 127.0.0.1: the first line is `sql [parallelism]`, `exprs [columns]`, `goldens
 * ROOT [PATTERN]` or `stop`, the rest up to the end of the stream is the body; the answer is text
 * up to the end of the stream. Requests are handled one at a time. The port is written to
 * STATE_DIR/port. Ends by itself after an idle hour.
 */
final class Server {
  private static final int IDLE_MS = 3_600_000;
  private final Cluster cluster;
  private final ReentrantLock one = new ReentrantLock(true);

  Server(Cluster cluster) {
    this.cluster = cluster;
  }

  void serve(Path state) throws Exception {
    try (ServerSocket s = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      s.setSoTimeout(IDLE_MS);
      Path next = state.resolve("port.new");
      Files.writeString(next, "" + s.getLocalPort());
      Files.move(next, state.resolve("port"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      while (true) {
        Socket c = s.accept();
        Thread t = new Thread(() -> answer(c), "request");
        t.setDaemon(true);
        t.start();
      }
    } catch (SocketTimeoutException e) {
      Files.deleteIfExists(state.resolve("port"));
      System.exit(0);
    }
  }

  private void answer(Socket c) {
    try (c; PrintStream out = new PrintStream(c.getOutputStream(), false, StandardCharsets.UTF_8)) {
      String all = new String(c.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int eol = all.indexOf('\n');
      String[] head = (eol < 0 ? all : all.substring(0, eol)).trim().split("\\s+");
      String body = eol < 0 ? "" : all.substring(eol + 1);
      boolean whole = head[0].equals("sql") || head[0].equals("exprs");
      if (whole) one.lock();
      try {
        handle(head, body, out);
      } catch (Throwable e) {
        out.println("ORACLE FAILED: " + e);
        e.printStackTrace();
      } finally {
        if (whole) one.unlock();
      }
      out.flush();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }

  private void handle(String[] head, String body, PrintStream out) throws Exception {
    switch (head[0]) {
      case "sql" -> sql(head.length > 1 ? Integer.parseInt(head[1]) : 1, body, out);
      case "exprs" -> {
        boolean columns = head.length > 1 && head[1].equals("columns");
        Expressions x = new Expressions(new Session(cluster, 1, 60), columns);
        for (Expressions.Result r : x.evaluate(List.of(body.split("\n")))) {
          out.println(r.expression + " => " + r.text());
        }
      }
      case "goldens" -> new Goldens(cluster, out, one).run(Path.of(head[1]), pattern(head));
      case "compare" -> new Goldens(cluster, out, one).compare(Path.of(head[1]), pattern(head));
      case "stop" -> System.exit(0);
      default -> out.println("unknown request " + head[0]);
    }
  }

  private static String pattern(String[] head) {
    return head.length > 2 ? head[2] : "";
  }

  private void sql(int parallelism, String body, PrintStream out) {
    Session s = new Session(cluster, parallelism, 60);
    int n = 0;
    for (String st : Statements.split(body)) {
      n++;
      String flat = st.replaceAll("\\s+", " ");
      out.println("-- " + n + ": " + (flat.length() > 110 ? flat.substring(0, 110) + " .." : flat));
      Session.Outcome o = s.run(st);
      o.lines().forEach(out::println);
      if (o.failed()) out.println("ERROR " + o.phase() + ": " + o.error());
    }
  }
}
