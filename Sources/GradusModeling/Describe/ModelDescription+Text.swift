// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

extension ModelDescription {
  /// The description for people, one line a fact.
  public var lines: [String] {
    var result = ["\(name.isEmpty ? "unnamed" : name): \(kind), \(sense.rawValue)"]
    result.append(
      "columns: \(columns.total)"
        + listed([
          ("continuous", columns.continuous), ("binary", columns.binary), ("integer", columns.integer),
          ("semi-continuous", columns.semicontinuous), ("free", columns.free), ("fixed", columns.fixed),
          ("boxed", columns.boxed),
        ]))
    result.append(
      "rows: \(rows.total)"
        + listed([
          ("equations", rows.equations), ("inequalities", rows.inequalities), ("ranges", rows.ranges),
          ("free", rows.free), ("quadratic", rows.quadratic), ("with indicators", rows.indicators),
        ]))
    let cells = Double(columns.total) * Double(rows.total)
    let density = cells > 0 ? ", \(percent(Double(nonzeros) / cells)) of the matrix" : ""
    result.append("coefficients: \(nonzeros)\(density)")
    if quadraticNonzeros > 0 { result.append("quadratic coefficients: \(quadraticNonzeros)") }
    if let convexity { result.append("curvature: \(convexity.rawValue)") }
    if specialOrderedSets > 0 { result.append("special ordered sets: \(specialOrderedSets)") }
    for (what, magnitudes) in [
      ("coefficients", matrixMagnitudes), ("costs", costMagnitudes), ("sides", sideMagnitudes),
      ("bounds", boundMagnitudes),
    ] {
      guard let magnitudes else { continue }
      let low = TextBuffer.shortest(magnitudes.smallest)
      let high = TextBuffer.shortest(magnitudes.largest)
      result.append("magnitude of \(what): \(low == high ? low : "\(low) to \(high)")")
    }
    result += warnings.map { "warning: \($0)" }
    result += suggestions.map { "method: \($0)" }
    return result
  }

  private func listed(_ counts: [(String, Int)]) -> String {
    let parts = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }

  /// Two significant digits.
  private func percent(_ share: Double) -> String {
    var scale = 100.0
    while scale < 1e12 && share * scale < 10 { scale *= 10 }
    return TextBuffer.shortest((share * scale).rounded() / (scale / 100)) + " %"
  }
}
