// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// A result as people read it: the statement first, then what was checked and by whom, then the point.
struct ResultText {
  var document: ResultDocument
  /// How many variables are shown.
  var limit = 20

  var text: String {
    var lines = ["\(document.problem.name): \(document.status.rawValue)"]
    func add(_ name: String, _ value: String) {
      lines.append("  \(name)\(String(repeating: " ", count: max(1, 12 - name.count)))\(value)")
    }
    if !document.objectives.isEmpty {
      let values = document.objectives.map { Numbers.short($0, digits: 12) }.joined(separator: ", ")
      add("objective", "\(values) (\(document.problem.sense.rawValue))")
    }
    if !document.front.isEmpty { add("front", Numbers.counted(document.front.count, "point")) }
    if let bound = document.bound {
      add("bound", "\(Numbers.short(bound, digits: 12)), \(voucher)\(gap)")
    }
    add("checked", checked)
    if let note = document.certificate.note { add("note", note) }
    add("stopped", document.stopped.rule.isEmpty ? document.stopped.kind.rawValue : document.stopped.rule)
    add("method", method)
    for line in document.method.reasons { add("chosen", line) }
    for line in document.explanation { add("why", line) }
    lines += conflict
    if let solution = document.solution { lines += ["", point(solution)] }
    lines += sensitivity
    return lines.joined(separator: "\n") + "\n"
  }

  private var voucher: String {
    switch document.certificate.bound {
    case .checked: "checked here"
    case .reported(let source): "reported by \(source), not checked here"
    case .none: "checked by nobody"
    }
  }

  private var gap: String {
    guard let gap = document.gap, let objective = document.objective else { return "" }
    let relative = gap / max(1, abs(objective))
    return relative > 0 ? ", gap \(Numbers.short(100 * relative, digits: 3)) %" : ", no gap"
  }

  /// What was recomputed from the problem's own data.
  var checked: String {
    let c = document.certificate
    var parts: [String] = []
    if let residual = c.primalResidualRelative ?? c.primalResidual {
      parts.append("rows and bounds to \(Numbers.short(residual, digits: 2))")
    } else if c.pointChecked {
      parts.append("point")
    }
    if let residual = c.integralityResidual { parts.append("integrality to \(Numbers.short(residual, digits: 2))") }
    if let residual = c.dualResidualRelative ?? c.dualResidual {
      parts.append("duals to \(Numbers.short(residual, digits: 2))")
    }
    if let gap = c.complementarity { parts.append("complementarity to \(Numbers.short(gap, digits: 2))") }
    if let norm = c.gradientNorm { parts.append("gradient norm \(Numbers.short(norm, digits: 2))") }
    if let curvature = c.smallestCurvature, curvature.isFinite {
      parts.append("smallest curvature \(Numbers.short(curvature, digits: 2))")
    }
    if let margin = c.margin, margin.isFinite {
      parts.append("\(c.kind.rawValue) with margin \(Numbers.short(margin, digits: 2))")
    }
    if parts.isEmpty { return c.verified ? "yes" : "nothing" }
    return parts.joined(separator: ", ") + (c.verified ? "; verified" : "")
  }

  private var method: String {
    let components = document.method.components.map { "\($0.name) \($0.value.text ?? "")" }
    let behind = components.isEmpty ? "" : " (\(components.joined(separator: ", ")))"
    let asked = document.answers.map { Numbers.counted($0.count, $0.kind) }.joined(separator: ", ")
    return "\(document.method.name)\(behind), \(Numbers.time(document.seconds)), seed \(document.seed)"
      + (asked.isEmpty ? "" : "; asked \(asked)")
      + (document.operations.map { "; \(Numbers.counted($0, "arithmetic operation"))" } ?? "")
  }

  private var conflict: [String] {
    var lines: [String] = []
    if let conflict = document.conflict {
      let parts = conflict.rows.map { "row \($0)" } + conflict.bounds.map { "bound of \($0)" }
      lines.append("  conflict    \(parts.joined(separator: ", "))")
    }
    if let relaxation = document.relaxation {
      let parts = relaxation.values.indices.map {
        "\(relaxation.names[$0]) by \(Numbers.short(relaxation.values[$0]))"
      }
      lines.append("  feasible if \(parts.joined(separator: ", ")) gave way")
    }
    return lines
  }

  /// The variables that are not zero, at most `limit` of them.
  private func point(_ solution: NamedNumbers) -> String {
    var table = Table(["  variable", "value"], numeric: [1])
    let shown = solution.values.indices.filter { solution.values[$0] != 0 }
    for i in shown.prefix(limit) {
      table.rows.append(["  \(solution.names[i])", Numbers.short(solution.values[i], digits: 10)])
    }
    var lines = table.rows.isEmpty ? "" : table.text
    let zeros = solution.values.count - shown.count
    if shown.count > limit { lines += "  … \(Numbers.count(shown.count - limit)) more; --solution FILE writes all\n" }
    if zeros > 0 { lines += "  \(Numbers.counted(zeros, "variable")) at 0\n" }
    return lines.hasSuffix("\n") ? String(lines.dropLast()) : lines
  }
}
