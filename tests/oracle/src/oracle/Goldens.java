// SPDX-License-Identifier: Apache-2.0
package oracle;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes NAME.expected beside every case below a root folder: NAME.sql, NAME.exprs or NAME.cases
 * (see tests/sql/README.md). What can change from run to run runs twice; one whose two answers
 * differ is reported and its file left alone.
 */
final class Goldens {
  private static final Pattern DIRECTIVE = Pattern.compile("^--\\s*([a-z]+):\\s*(.*?)\\s*$");
  private static final long LIMIT_SECONDS = 60;
  /** A case whose answer differs from run to run. */
  private static final class Unstable extends RuntimeException {
    Unstable(String difference) {
      super(difference);
    }
  }

  private final Cluster cluster;
  private final PrintStream log;
  private final ReentrantLock turn;

  /**
   * Takes `turn` for each case, so that other requests to the same process are served in between.
   */
  Goldens(Cluster cluster, PrintStream log, ReentrantLock turn) {
    this.cluster = cluster;
    this.log = log;
    this.turn = turn;
  }

  /** Returns whether every case gave the same answer twice. */
  boolean run(Path root, String pattern) throws Exception {
    int changed = 0;
    int unstable = 0;
    List<Path> cases = cases(root, pattern);
    for (Path f : cases) {
      String first;
      try {
        first = answer(f, 1);
        String second = f.toString().endsWith(".sql") ? answer(f, 1) : first;
        if (!first.equals(second)) throw new Unstable(difference(first, second));
      } catch (Unstable e) {
        unstable++;
        log.println("UNSTABLE " + root.relativize(f));
        log.print(e.getMessage());
        continue;
      }
      Path golden = expected(f);
      if (!Files.exists(golden) || !Files.readString(golden).equals(first)) {
        changed++;
        log.println((Files.exists(golden) ? "changed " : "new ") + root.relativize(f));
        Files.writeString(golden, first);
      }
      log.flush();
    }
    log.println(cases.size() + " cases, " + changed + " written, " + unstable + " unstable");
    return unstable == 0;
  }

  /**
   * Checks the goldens themselves: SELECTs against the print connector's lines for the same query,
   * SQL cases in mode `all` against Flink at parallelism 4, expressions against their form whose
   * literals come from a column. What is printed is worth a look; it is not an error by itself.
   */
  void compare(Path root, String pattern) throws Exception {
    for (Path f : cases(root, pattern)) {
      String text = Files.readString(f);
      if (f.toString().endsWith(".exprs")) {
        List<String> lines = List.of(text.split("\n"));
        turn.lock();
        var plain = new Expressions(new Session(cluster, 1, LIMIT_SECONDS), false).evaluate(lines);
        var hidden = new Expressions(new Session(cluster, 1, LIMIT_SECONDS), true).evaluate(lines);
        turn.unlock();
        for (int i = 0; i < plain.size(); i++) {
          var p = plain.get(i);
          var h = hidden.get(i);
          if (same(p, h)) continue;
          log.println(root.relativize(f) + ": " + p.expression);
          log.println("    " + p.text() + "\n    " + h.text());
        }
      } else if (f.toString().endsWith(".sql") && text.contains("SELECT")) {
        String printed = statements(f, text, 1, true);
        String one = Files.readString(expected(f));
        report("PRINT ", root.relativize(f), one, printed);
      }
      if (f.toString().endsWith(".sql") && !directive(text, "modes", "all").equals("straight")) {
        String four = answer(f, 4);
        String one = Files.readString(expected(f));
        report("PARALLELISM ", root.relativize(f), one, four);
      }
      log.flush();
    }
  }

  private void report(String what, Path f, String golden, String other) {
    if (sorted(golden).equals(sorted(other))) return;
    log.println(what + f + "\n" + difference(sorted(golden), sorted(other)));
  }

  private static boolean same(Expressions.Result plain, Expressions.Result hidden) {
    if (hidden.error != null || !plain.sameType(hidden)) return true;
    return plain.error == null && plain.value.equals(hidden.value);
  }

  private static String sorted(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n")));
    Collections.sort(lines);
    return String.join("\n", lines) + "\n";
  }

  private static Path expected(Path f) {
    String name = f.getFileName().toString();
    return f.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".expected");
  }

  private static List<Path> cases(Path root, String pattern) throws IOException {
    try (Stream<Path> s = Files.walk(root)) {
      return s.filter(Files::isRegularFile)
          .filter(p -> p.toString().matches(".*\\.(sql|exprs|cases)"))
          .filter(p -> root.relativize(p).toString().contains(pattern))
          .sorted().toList();
    }
  }

  private String answer(Path f, int parallelism) throws Exception {
    turn.lock();
    try {
      return answerAlone(f, parallelism);
    } finally {
      turn.unlock();
    }
  }

  private String answerAlone(Path f, int parallelism) throws Exception {
    String text = Files.readString(f);
    if (f.toString().endsWith(".exprs")) return expressions(text);
    if (f.toString().endsWith(".cases")) return refusals(f, text);
    return statements(f, text, parallelism, false);
  }

  private CompletableFuture<List<Expressions.Result>> evaluate(
      List<String> lines, boolean columns) {
    return CompletableFuture.supplyAsync(() ->
        new Expressions(new Session(cluster, 1, LIMIT_SECONDS), columns).evaluate(lines));
  }

  /**
   * The type is that of the expression as written. The value is that of the form with hidden
   * literals where that runs, since rows of a table meet it; a folded constant can differ (it is
   * cut to its declared length, for one).
   */
  private String expressions(String text) {
    List<String> lines = List.of(text.split("\n"));
    var hiding = evaluate(lines, true);
    var again = evaluate(lines, false);
    var plain = new Expressions(new Session(cluster, 1, LIMIT_SECONDS), false).evaluate(lines);
    var hidden = hiding.join();
    var second = again.join();
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < plain.size(); i++) {
      var p = plain.get(i);
      var h = hidden.get(i);
      String other = second.get(i).text();
      if (!p.text().equals(other)) {
        throw new Unstable(p.expression + "\n" + difference(p.text(), other));
      }
      boolean use = !p.expression.contains("TYPEOF") && h.error == null && p.sameType(h)
          && (p.error == null || p.isErrorOfConstants());
      b.append(use ? p.type + " => " + h.value : p.text()).append('\n');
    }
    return b.toString();
  }

  /**
   * Set-up statements, then sections that begin with `-- case NAME`; each runs in a session of its
   * own.
   */
  private String refusals(Path f, String raw) {
    String data = f.resolveSibling("data").toAbsolutePath().toString();
    String text = raw.replace("${DATA}", data);
    String[] parts = text.split("(?m)^-- case ");
    StringBuilder b = new StringBuilder();
    for (int i = 1; i < parts.length; i++) {
      int eol = parts[i].indexOf('\n');
      b.append("-- case ").append(parts[i].substring(0, eol).trim()).append('\n');
      Session s = new Session(cluster, 1, LIMIT_SECONDS);
      for (String st : Statements.split(parts[0])) {
        Session.Outcome o = s.run(st);
        if (o.failed()) throw new IllegalStateException("set-up fails: " + o.error());
      }
      boolean refused = false;
      for (String st : Statements.split(parts[i].substring(eol + 1))) {
        Session.Outcome o = s.run(st);
        if (o.failed()) {
          b.append("ERROR ").append(o.phase()).append(": ")
              .append(o.error().replace(data, "${DATA}")).append('\n');
          refused = true;
          break;
        }
      }
      if (!refused) b.append("ACCEPTED\n");
    }
    return b.toString();
  }

  private String statements(Path f, String text, int parallelism, boolean printed)
      throws Exception {
    boolean exact = directive(text, "order", "sorted").equals("exact");
    boolean net = directive(text, "order", "sorted").equals("net");
    Path out = Files.createTempDirectory("oracle-out");
    String sql = text.replace("${DATA}", f.resolveSibling("data").toAbsolutePath().toString())
        .replace("${OUT}", out.toString());
    StringBuilder b = new StringBuilder();
    Session s = new Session(cluster, parallelism, LIMIT_SECONDS);
    int n = 0;
    for (String st : Statements.split(sql)) {
      n++;
      Session.Outcome o = printed ? s.runPrinted(st) : s.run(st);
      if (o.failed()) {
        b.append("-- statement ").append(n).append('\n');
        b.append("ERROR ").append(o.phase()).append(": ")
            .append(neutral(o.error(), f, out)).append('\n');
      } else if (o.isJob() || !o.lines().isEmpty()) {
        List<String> lines = new ArrayList<>(o.lines());
        String upper = st.toUpperCase(Locale.ROOT);
        if (upper.startsWith("INSERT") || upper.startsWith("EXECUTE")) {
          lines.removeIf(String::isEmpty);
        }
        if (net) lines = net(lines);
        if (!exact) Collections.sort(lines);
        b.append("-- statement ").append(n).append('\n');
        for (String l : lines) b.append(neutral(l, f, out)).append('\n');
      }
    }
    b.append(files(out, exact));
    return b.toString();
  }

  /** The rows that are left when the changelog is over, each as an insert. */
  private static List<String> net(List<String> lines) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String l : lines) {
      boolean adds = l.startsWith("+");
      counts.merge(l.substring(2), adds ? 1 : -1, Integer::sum);
    }
    List<String> rows = new ArrayList<>();
    counts.forEach((row, count) -> {
      for (int i = 0; i < Math.abs(count); i++) rows.add((count > 0 ? "+I" : "-D") + row);
    });
    return rows;
  }

  private static String neutral(String line, Path f, Path out) {
    return line.replace(f.resolveSibling("data").toAbsolutePath().toString(), "${DATA}")
        .replace(out.toString(), "${OUT}");
  }

  /** What file sinks left under ${OUT}: for each top folder its lines. */
  private static String files(Path out, boolean exact) throws IOException {
    TreeMap<String, List<String>> tables = new TreeMap<>();
    List<Path> all;
    try (Stream<Path> s = Files.walk(out)) {
      all = s.sorted(Collections.reverseOrder()).toList();
    }
    for (Path p : all) {
      if (Files.isRegularFile(p) && !p.getFileName().toString().matches("[_.].*")) {
        String name = out.relativize(p).getName(0).toString();
        List<String> lines = tables.computeIfAbsent(name, k -> new ArrayList<>());
        lines.addAll(Files.readAllLines(p, StandardCharsets.UTF_8));
      }
      Files.delete(p);
    }
    StringBuilder b = new StringBuilder();
    tables.forEach((name, lines) -> {
      if (!exact) Collections.sort(lines);
      b.append("-- files ").append(name).append('\n');
      lines.forEach(l -> b.append(l).append('\n'));
    });
    return b.toString();
  }

  private static String directive(String text, String name, String otherwise) {
    for (String line : text.split("\n")) {
      if (!line.startsWith("--")) break;
      Matcher m = DIRECTIVE.matcher(line);
      if (m.matches() && m.group(1).equals(name)) return m.group(2);
    }
    return otherwise;
  }

  private static String difference(String a, String b) {
    List<String> left = new ArrayList<>(List.of(a.split("\n")));
    List<String> right = new ArrayList<>(List.of(b.split("\n")));
    List<String> common = new ArrayList<>(left);
    for (String l : common) if (right.remove(l)) left.remove(l);
    StringBuilder s = new StringBuilder();
    left.stream().limit(8).forEach(l -> s.append("    < ").append(l).append('\n'));
    right.stream().limit(8).forEach(l -> s.append("    > ").append(l).append('\n'));
    return s.toString();
  }
}
