// SPDX-License-Identifier: Apache-2.0
package oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Splits a SQL file at its semicolons, outside quotes, comments and BEGIN .. END; drops comments,
 * keeps hints.
 */
final class Statements {
  private Statements() {}

  static List<String> split(String s) {
    List<String> out = new ArrayList<>();
    StringBuilder b = new StringBuilder();
    int n = s.length();
    for (int i = 0; i < n; i++) {
      char c = s.charAt(i);
      if (s.startsWith("--", i)) {
        while (i < n && s.charAt(i) != '\n') i++;
        b.append('\n');
      } else if (s.startsWith("/*", i) && !s.startsWith("/*+", i)) {
        int e = s.indexOf("*/", i + 2);
        i = e < 0 ? n : e + 1;
        b.append(' ');
      } else if (c == '\'' || c == '`' || c == '"') {
        int e = closingQuote(s, i);
        b.append(s, i, Math.min(e + 1, n));
        i = e;
      } else if (c == ';') {
        if (insideBlock(b)) {
          b.append(';');
        } else {
          add(out, b);
        }
      } else {
        b.append(c);
      }
    }
    add(out, b);
    return out;
  }

  private static void add(List<String> out, StringBuilder b) {
    String t = b.toString().trim();
    if (!t.isEmpty()) out.add(t);
    b.setLength(0);
  }

  private static int closingQuote(String s, int open) {
    char c = s.charAt(open);
    int j = open + 1;
    while (j < s.length()) {
      if (s.charAt(j) == c) {
        if (j + 1 < s.length() && s.charAt(j + 1) == c) {
          j += 2;
          continue;
        }
        break;
      }
      j++;
    }
    return j;
  }

  private static boolean insideBlock(StringBuilder b) {
    String u = b.toString().trim().toUpperCase(Locale.ROOT).replaceAll("\\s+", " ");
    boolean begin = u.startsWith("EXECUTE STATEMENT SET BEGIN")
        || u.startsWith("BEGIN STATEMENT SET")
        || u.startsWith("EXPLAIN STATEMENT SET BEGIN") || u.startsWith("COMPILE AND EXECUTE");
    return begin && !u.matches("(?s).*\\bEND$");
  }
}
