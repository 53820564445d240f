// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Rows and bounds written as a person would, such as `demand: x + 2 y >= 3`.
struct RowText {
  private let form: StandardForm
  private let byRow: SparseMatrix

  init(_ form: StandardForm) {
    self.form = form
    byRow = form.matrix.transposed()
  }

  /// Terms written out; longer rows end in the number of terms left out.
  private static let terms = 8

  func row(_ i: Int) -> String {
    var text = ""
    let range = byRow.range(ofColumn: i)
    for p in range.prefix(Self.terms) {
      let value = byRow.values[p]
      let name = form.columnNames[Int(byRow.rows[p])]
      let factor = abs(value) == 1 ? "" : "\(Self.brief(abs(value))) "
      text += text.isEmpty ? (value < 0 ? "-" : "") : (value < 0 ? " - " : " + ")
      text += factor + name
    }
    if range.isEmpty { text = "0" }
    if range.count > Self.terms { text += " + … (\(range.count - Self.terms) more)" }
    return "\(form.rowNames[i]): " + Self.between(text, form.rowLower[i], form.rowUpper[i])
  }

  func bound(_ j: Int) -> String { Self.between(form.columnNames[j], form.columnLower[j], form.columnUpper[j]) }

  private static func between(_ text: String, _ lower: Double, _ upper: Double) -> String {
    if lower == upper { return "\(text) = \(brief(lower))" }
    switch (lower.isFinite, upper.isFinite) {
    case (true, true): return "\(brief(lower)) <= \(text) <= \(brief(upper))"
    case (true, false): return "\(text) >= \(brief(lower))"
    case (false, true): return "\(text) <= \(brief(upper))"
    case (false, false): return "\(text) is free"
    }
  }

  /// A number without a trailing `.0`.
  static func brief(_ value: Double) -> String {
    let rounded = value.rounded()
    if abs(value - rounded) <= 1e-12 * abs(value), abs(rounded) < 1e15 { return String(Int(rounded)) }
    return "\(value)"
  }
}
