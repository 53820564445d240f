// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusNumerics

/// What a rule makes of a sequence of gradients of one matrix, without parameters that move.
struct RuleStep<Rule: UpdateRule> {
  private let rule: Rule
  let layout: Layout
  private(set) var memory: Rule.State
  private var steps = 0

  init(_ rule: Rule, rows: Int, columns: Int) {
    self.rule = rule
    layout = Layout([("w", [rows, columns])])
    memory = rule.start(layout)
  }

  /// The change of parameters that are zero, row by row.
  mutating func change(_ gradient: [Float]) -> [[Double]] {
    steps += 1
    var place = [Float](repeating: 0, count: layout.count)
    var span = place.mutableSpan
    rule.update(
      &span, gradient: gradient.span, state: &memory, layout: layout, context: StepContext(step: steps))
    let columns = layout.slots[0].shape[1]
    return stride(from: 0, to: place.count, by: columns).map { start in
      place[start..<start + columns].map(Double.init)
    }
  }
}

/// Lengths of rows.
enum RowLengths {
  static func of(_ rows: [[Double]]) -> [Double] {
    rows.map { row in row.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  }

  /// Standard deviation over mean.
  static func variation(_ lengths: [Double]) -> Double {
    let mean = lengths.reduce(0, +) / Double(lengths.count)
    let square = lengths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lengths.count)
    return mean > 0 ? square.squareRoot() / mean : 0
  }

  /// The length of the whole.
  static func whole(_ lengths: [Double]) -> Double { lengths.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
