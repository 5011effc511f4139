// SPDX-License-Identifier: Apache-2.0
package oracle;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.table.api.ResultKind;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * Runs statements one after the other in one table environment. What a job of a statement prints
 * (SELECT rows, or the print connector's lines on the standard output of this process) is the
 * statement's output. A job that does not end within the time limit is cancelled. Not thread-safe:
 * one session runs at a time, since print tables share the standard output.
 */
final class Session {
  private static final Pattern SET =
      Pattern.compile("(?is)SET\\s+'([^']*)'\\s*=\\s*'((?:[^']|'')*)'");
  private static final Pattern RESET = Pattern.compile("(?is)RESET\\s+'([^']*)'");
  private static final PrintStream STDOUT = System.out;
  private static final ExecutorService WAITERS = Executors.newCachedThreadPool(r -> {
    Thread t = new Thread(r, "waiter");
    t.setDaemon(true);
    return t;
  });

  /** What one statement did: rows of a job, or an error in one of three phases. */
  record Outcome(List<String> lines, boolean isJob, String phase, String error) {
    boolean failed() {
      return error != null;
    }
  }

  final TableEnvironment env;
  private final long limitSeconds;

  Session(Cluster cluster, int parallelism, long limitSeconds) {
    env = cluster.environment(parallelism);
    this.limitSeconds = limitSeconds;
  }

  Outcome run(String statement) {
    Matcher m = SET.matcher(statement);
    if (m.matches()) {
      env.getConfig().set(m.group(1), m.group(2).replace("''", "'"));
      return new Outcome(List.of(), false, null, null);
    }
    m = RESET.matcher(statement);
    if (m.matches()) {
      env.getConfig().getConfiguration().removeKey(m.group(1));
      return new Outcome(List.of(), false, null, null);
    }
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      TableResult r;
      try {
        r = env.executeSql(clientForm(statement));
      } catch (Throwable e) {
        return new Outcome(List.of(), false, phaseOf(e), message(e));
      }
      return finish(statement, r, printed);
    } finally {
      System.setOut(STDOUT);
    }
  }

  /** As run(), but a query goes into a print table of its own schema. */
  Outcome runPrinted(String statement) {
    if (!isQuery(statement)) return run(statement);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Table t = env.sqlQuery(statement);
      var row = t.getResolvedSchema().toPhysicalRowDataType();
      var schema = Schema.newBuilder().fromRowDataType(row).build();
      TableResult r = t.executeInsert(TableDescriptor.forConnector("print").schema(schema).build());
      return finish("INSERT", r, printed);
    } catch (Throwable e) {
      return new Outcome(List.of(), false, phaseOf(e), message(e));
    } finally {
      System.setOut(STDOUT);
    }
  }

  private Outcome finish(String statement, TableResult r, ByteArrayOutputStream printed) {
    JobClient job = r.getJobClient().orElse(null);
    List<String> lines = new ArrayList<>();
    try {
      if (job != null && !isQuery(statement)) {
        within(job, () -> job.getJobExecutionResult().get());
        String text = printed.toString(StandardCharsets.UTF_8);
        if (!text.isEmpty()) {
          String whole = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
          lines.addAll(List.of(whole.split("\n", -1)));
        }
      } else if (job != null || r.getResultKind() == ResultKind.SUCCESS_WITH_CONTENT) {
        within(job, () -> {
          try (CloseableIterator<Row> it = r.collect()) {
            while (it.hasNext()) lines.add(it.next().toString());
          }
          return null;
        });
      }
    } catch (Throwable e) {
      return new Outcome(lines, true, "runtime", message(e));
    }
    return new Outcome(lines, job != null, null, null);
  }

  private void within(JobClient job, Callable<?> work) throws Throwable {
    Future<?> f = WAITERS.submit(work);
    try {
      f.get(limitSeconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      if (job != null) job.cancel();
      f.cancel(true);
      throw new IllegalStateException("the job did not end within " + limitSeconds + " s");
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static boolean isQuery(String statement) {
    String u = statement.stripLeading().toUpperCase(Locale.ROOT);
    return u.matches("(?s)(SELECT|WITH|VALUES|\\().*");
  }

  private static String clientForm(String s) {
    return s.replaceFirst("(?is)^BEGIN\\s+STATEMENT\\s+SET\\s*;", "EXECUTE STATEMENT SET BEGIN ");
  }

  /** Validation if the statement itself is refused, planning if only its translation fails. */
  static String phaseOf(Throwable e) {
    for (Throwable x = e; x != null; x = x.getCause()) {
      String n = x.getClass().getName();
      if (n.contains("CompilationException") || n.contains("CodeGenException")) return "planning";
      if (n.contains("ValidationException") || n.contains("CalciteContextException")
          || n.contains("SqlParser") || n.contains("SqlValidatorException")) {
        return "validation";
      }
    }
    return "planning";
  }

  /**
   * The messages of a chain of causes in one line, without wrappers, repetition and things that
   * change per run.
   */
  static String message(Throwable e) {
    Set<String> parts = new LinkedHashSet<>();
    for (Throwable x = e; x != null; x = x.getCause()) {
      String m = x.getMessage();
      if (m == null) {
        if (x.getCause() == null) parts.add(x.getClass().getSimpleName());
        continue;
      }
      if (x.getCause() != null && m.startsWith(x.getCause().getClass().getName())) continue;
      if (m.startsWith("Job execution failed") || m.startsWith("Failed to fetch next result")
          || m.startsWith("Failed to fetch job execution result")
          || m.startsWith("Recovery is suppressed by")
          || m.startsWith("Failed to wait job finish") || m.startsWith("Job failed (JobID")) {
        continue;
      }
      if (m.startsWith("SQL validation failed. ")) m = m.substring(23);
      boolean bare = x.getCause() == null && !m.contains(" ");
      String part = bare ? x.getClass().getSimpleName() + ": " + m : m;
      if (parts.stream().noneMatch(p -> p.contains(part))) parts.add(part);
    }
    String all = String.join(" | ", parts).replaceAll("\\s+", " ")
        .replaceAll(" Was expecting one of: .*", "").trim();
    return all.replaceAll("@[0-9a-f]{5,}", "@").replaceAll("\\b[0-9a-f]{32}\\b", "<id>")
        .replaceAll("\\banonymous_collect\\$\\d+", "anonymous_collect").replaceAll("#\\d{3,}", "#")
        .replaceAll("\\b(ExpressionReducer|StreamExecCalc)\\$\\d+", "$1");
  }
}
