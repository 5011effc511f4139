// SPDX-License-Identifier: Apache-2.0
// The graph as Mermaid and Graphviz text. Both know the same picture: a box per operator with its
// kind, what it does and how long it holds a row; an arrow per edge with changelog, exchange and
// columns. Every text that comes from the user's file is escaped for its language.
#include <functional>

#include "assistants/graph/pipeline_graph.h"
#include "plan/nodes/node_text.h"

namespace millrace {
namespace {

constexpr size_t kDetailWidth = 60;
constexpr size_t kDetailLines = 4;

using Lines = std::vector<std::string>;

std::string Escape(std::string_view text,
                   const std::function<std::string_view(char)>& replacement) {
  std::string out;
  for (const char c : text) {
    const std::string_view with = replacement(c);
    if (with.empty()) {
      out += c;
    } else {
      out += with;
    }
  }
  return out;
}

/// Mermaid's entity codes; a label stands in double quotes.
std::string MermaidText(std::string_view text) {
  return Escape(text, [](char c) -> std::string_view {
    switch (c) {
      case '"': return "#quot;";
      case '#': return "#35;";
      case '&': return "#amp;";
      case '<': return "#lt;";
      case '>': return "#gt;";
      case '`': return "#96;";
      case '\\': return "#92;";
      case '\n':
      case '\r': return " ";
      default: return "";
    }
  });
}

std::string DotText(std::string_view text) {
  return Escape(text, [](char c) -> std::string_view {
    switch (c) {
      case '"': return "\\\"";
      case '\\': return "\\\\";
      case '\n':
      case '\r': return " ";
      default: return "";
    }
  });
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Lines of at most kDetailWidth bytes, broken behind a comma where there is one, never inside a
/// character.
Lines Wrap(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    if (lines.size() == kDetailLines) {
      lines.back() += " ...";
      break;
    }
    size_t end = text.size();
    if (end > kDetailWidth) {
      end = kDetailWidth;
      const size_t comma = text.substr(0, kDetailWidth).rfind(", ");
      if (comma != std::string_view::npos && comma > 0) {
        end = comma + 1;
      } else {
        while (end > 1 && IsContinuation(text[end])) --end;
      }
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return lines;
}

Lines NodeLines(const PipelineGraph::Node& node) {
  Lines lines;
  if (node.table.empty()) {
    lines.push_back(node.kind);
    for (std::string& line : Wrap(node.details)) lines.push_back(std::move(line));
  } else {
    lines.push_back(node.table);
    lines.push_back(node.kind + " (" + node.connector + ")");
  }
  if (!node.state.empty()) lines.push_back("state: " + node.state);
  if (const int64_t held = node.delay.event_time_ms + node.delay.wall_ms; held > 0) {
    lines.push_back("holds rows up to " + DurationText(held));
  } else if (node.delay.waits_for_watermark) {
    lines.push_back("waits for the watermark");
  }
  return lines;
}

std::string ColumnText(const Column& column) {
  std::string text = column.name + " " + column.type.ToString();
  if (column.type.time_attribute() == TimeAttribute::kRowtime) text += " *ROWTIME*";
  if (column.type.time_attribute() == TimeAttribute::kProctime) text += " *PROCTIME*";
  return text;
}

Lines EdgeLines(const PipelineGraph::Edge& edge, const GraphTextOptions& options) {
  std::string head = "[" + edge.changelog + "]";
  if (edge.exchange == "hash") {
    head += " hash(";
    for (size_t i = 0; i < edge.keys.size(); ++i) head += (i > 0 ? ", " : "") + edge.keys[i];
    head += ")";
  } else if (!edge.exchange.empty()) {
    head += " to one shard";
  }
  Lines lines = {std::move(head)};
  for (size_t i = 0; i < edge.columns.size(); ++i) {
    if (i == options.columns_max) {
      lines.push_back("and " + std::to_string(edge.columns.size() - i) + " more");
      break;
    }
    lines.push_back(ColumnText(edge.columns[i]));
  }
  return lines;
}

std::string Join(const Lines& lines, std::string_view separator,
                 std::string (*escape)(std::string_view)) {
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += separator;
    out += escape(lines[i]);
  }
  return out;
}

std::string MermaidNode(const PipelineGraph::Node& node) {
  const std::string label = "\"" + Join(NodeLines(node), "<br/>", MermaidText) + "\"";
  switch (node.role) {
    case PipelineGraph::Role::kSource: return "[(" + label + ")]:::source";
    case PipelineGraph::Role::kSink: return "([" + label + "]):::sink";
    case PipelineGraph::Role::kOperator: break;
  }
  return "[" + label + "]";
}

std::string_view DotShape(PipelineGraph::Role role) {
  switch (role) {
    case PipelineGraph::Role::kSource: return "cylinder";
    case PipelineGraph::Role::kSink: return "note";
    case PipelineGraph::Role::kOperator: break;
  }
  return "box";
}

}  // namespace

std::string GraphMermaid(const PipelineGraph& graph, const GraphTextOptions& options) {
  std::string out = "flowchart TB\n";
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    out += "  n" + std::to_string(i) + MermaidNode(graph.nodes[i]) + "\n";
  }
  for (const PipelineGraph::Edge& edge : graph.edges) {
    out += "  n" + std::to_string(edge.from) + (edge.exchange.empty() ? " -->" : " ==>") + "|\"" +
           Join(EdgeLines(edge, options), "<br/>", MermaidText) + "\"| n" +
           std::to_string(edge.to) + "\n";
  }
  return out +
         "  classDef source fill:#e8f1fb,stroke:#3b73af\n"
         "  classDef sink fill:#eaf6ea,stroke:#3c8a4b\n";
}

std::string GraphDot(const PipelineGraph& graph, const GraphTextOptions& options) {
  std::string out = "digraph \"" + DotText(graph.name) +
                    "\" {\n"
                    "  rankdir=TB;\n"
                    "  node [fontname=\"Helvetica\", fontsize=11];\n"
                    "  edge [fontname=\"Helvetica\", fontsize=9];\n";
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    out += "  n" + std::to_string(i) + " [shape=" + std::string(DotShape(graph.nodes[i].role)) +
           ", label=\"" + Join(NodeLines(graph.nodes[i]), "\\n", DotText) + "\"];\n";
  }
  for (const PipelineGraph::Edge& edge : graph.edges) {
    out += "  n" + std::to_string(edge.from) + " -> n" + std::to_string(edge.to) + " [label=\"" +
           Join(EdgeLines(edge, options), "\\l", DotText) + "\\l\"" +
           (edge.exchange.empty() ? "" : ", style=bold, color=\"#b04a00\"") + "];\n";
  }
  return out + "}\n";
}

}  // namespace millrace
