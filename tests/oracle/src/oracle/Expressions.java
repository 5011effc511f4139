// SPDX-License-Identifier: Apache-2.0
package oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * Evaluates scalar expressions, each as if alone. Valid ones share one SELECT; when its job fails
 * it is cut in half until the failing expressions stand alone. With `columns` every literal is
 * hidden behind a CASE over a column of a real source, so the planner cannot fold it: what runs is
 * the generated code that rows of a table would meet.
 */
final class Expressions {
  private static final int CHUNK = 64;
  private static final Pattern SET =
      Pattern.compile("(?is)\\s*SET\\s+'([^']*)'\\s*=\\s*'((?:[^']|'')*)'\\s*;?\\s*");
  private static final Pattern BUG = Pattern.compile(
      "This is a bug|cannot be cast to class|Cannot invoke \"|scala\\.|NullPointer|MatchError"
      + "|IndexOutOfBounds|out of bounds for length"
      + "|Incompatible types of expression and result type");
  private static final Pattern LITERAL = Pattern.compile(
      "(?i)(\\b(?:DATE|TIME|TIMESTAMP|INTERVAL)\\s+'(?:[^']|'')*'"
      + "(?:\\s*(?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)S?(?:\\(\\d+(?:,\\s*\\d+)?\\))?"
      + "(?:\\s+TO\\s+(?:MONTH|DAY|HOUR|MINUTE|SECOND)(?:\\(\\d+\\))?)?)?)"
      + "|(\\b[XU]&?'(?:[^']|'')*')|('(?:[^']|'')*')|(`[^`]*`)"
      + "|((?:(?<=^|[(,\\[]|[(,\\[] )-)?(?<![\\w.])\\d+(?:\\.\\d*)?(?:[eE][+-]?\\d+)?"
      + "|(?<![\\w])\\.\\d+)");

  /** One line of input with its answer; `type` is null when it did not validate. */
  static final class Result {
    final String expression;
    String type;
    String value;
    String phase;
    String error;

    Result(String expression) {
      this.expression = expression;
    }

    /** Whether `other` has the same type, except that one of them may be nullable. */
    boolean sameType(Result other) {
      return type != null && other.type != null
          && type.replace(" NOT NULL", "").equals(other.type.replace(" NOT NULL", ""));
    }

    /** Whether only the constant form fails: it cannot be folded, or is NULL where none may be. */
    boolean isErrorOfConstants() {
      return error != null && (error.contains("is NOT NULL, however, a null value is being written")
          || error.contains("Infinite or NaN") || error.contains("Division by zero"));
    }

    String text() {
      if (error != null) {
        String word = BUG.matcher(error).find() ? "bug" : phase;
        return "ERROR " + word + ": " + (error.length() > 300 ? error.substring(0, 300) : error);
      }
      return type + " => " + value;
    }
  }

  private final Session session;
  private final boolean columns;

  Expressions(Session session, boolean columns) {
    this.session = session;
    this.columns = columns;
    if (columns) {
      session.env.executeSql("CREATE TEMPORARY TABLE one_ (one_ INT) WITH ("
          + "'connector'='datagen','number-of-rows'='1','fields.one_.kind'='sequence',"
          + "'fields.one_.start'='1','fields.one_.end'='1')");
    }
  }

  /**
   * Lines of a file: an expression each; blank lines and lines that begin with `--` are skipped;
   * SET takes effect.
   */
  List<Result> evaluate(List<String> lines) {
    List<Result> all = new ArrayList<>();
    List<Result> batch = new ArrayList<>();
    for (String line : lines) {
      if (line.isBlank() || line.stripLeading().startsWith("--")) continue;
      Matcher m = SET.matcher(line);
      if (m.matches()) {
        flush(batch);
        session.env.getConfig().set(m.group(1), m.group(2));
        continue;
      }
      Result r = new Result(line.strip());
      all.add(r);
      validate(r);
      if (r.error == null) batch.add(r);
      if (batch.size() == CHUNK) flush(batch);
    }
    flush(batch);
    return all;
  }

  private String sql(String expression) {
    return columns ? hideLiterals(expression) : expression;
  }

  private String from() {
    return columns ? " FROM one_" : "";
  }

  private void validate(Result r) {
    try {
      Table t = session.env.sqlQuery("SELECT " + sql(r.expression) + "\n AS c0" + from());
      var types = t.getResolvedSchema().getColumnDataTypes();
      if (types.size() != 1) throw new IllegalArgumentException("not one expression");
      r.type = types.get(0).getLogicalType().asSummaryString();
    } catch (Throwable e) {
      r.phase = Session.phaseOf(e);
      r.error = Session.message(e);
    }
  }

  private void flush(List<Result> batch) {
    if (!batch.isEmpty()) run(new ArrayList<>(batch));
    batch.clear();
  }

  private void run(List<Result> rs) {
    StringBuilder b = new StringBuilder("SELECT ");
    for (int i = 0; i < rs.size(); i++) {
      b.append(i == 0 ? "" : ", ").append(sql(rs.get(i).expression)).append("\n AS c").append(i);
    }
    String phase = "planning";
    try {
      TableResult t = session.env.executeSql(b + from());
      phase = "runtime";
      try (CloseableIterator<Row> it = t.collect()) {
        Row row = it.next();
        for (int i = 0; i < rs.size(); i++) rs.get(i).value = print(row.getField(i));
      }
    } catch (Throwable e) {
      if (rs.size() == 1) {
        rs.get(0).phase = phase;
        rs.get(0).error = Session.message(e);
        return;
      }
      run(rs.subList(0, rs.size() / 2));
      run(rs.subList(rs.size() / 2, rs.size()));
    }
  }

  /** The text of a value as the print connector writes it, in one line; NULL for a null. */
  static String print(Object v) {
    if (v == null) return "NULL";
    String s = Row.of(v).toString();
    return escape(s.substring(3, s.length() - 1));
  }

  static String escape(String s) {
    StringBuilder b = new StringBuilder();
    for (char c : s.toCharArray()) {
      if (c == '\\') b.append("\\\\");
      else if (c == '\n') b.append("\\n");
      else if (c == '\r') b.append("\\r");
      else if (c == '\t') b.append("\\t");
      else if (c < 32 || c == 127) b.append(String.format("\\u%04X", (int) c));
      else b.append(c);
    }
    return b.toString();
  }

  private static String hideLiterals(String e) {
    Matcher m = LITERAL.matcher(e);
    StringBuilder b = new StringBuilder();
    while (m.find()) {
      boolean plain = m.group(4) != null || typeArgument(e, m.start());
      m.appendReplacement(b, Matcher.quoteReplacement(
          plain ? m.group() : "(CASE WHEN one_ = 1 THEN " + m.group() + " END)"));
    }
    m.appendTail(b);
    return b.toString();
  }

  /**
   * Whether a literal at `at` is a length or precision in a type, as in VARCHAR(3) or DECIMAL(5,
   * 2).
   */
  private static boolean typeArgument(String e, int at) {
    return e.substring(0, at).matches(
        "(?is).*\\b(CHAR|VARCHAR|BINARY|VARBINARY|DECIMAL|DEC|NUMERIC|TIME|TIMESTAMP|TIMESTAMP_LTZ)"
        + "\\s*\\(\\s*(\\d+\\s*,\\s*)?");
  }
}
