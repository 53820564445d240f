// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder

/// An update rule that walks on a function by itself, without problem or oracle: for demonstrations on functions of a few
/// numbers.
struct RuleWalk<Rule: UpdateRule> {
  private let rule: Rule
  private let layout: Layout
  private var memory: Rule.State
  private(set) var point: [Float]
  private(set) var steps = 0

  init(_ rule: Rule, from start: [Double]) {
    self.rule = rule
    layout = Layout([("x", [start.count])])
    memory = rule.start(layout)
    point = start.map { Float($0) }
  }

  /// One step on the gradient at the point.
  mutating func step(rateFactor: Double = 1, _ gradient: ([Double]) -> [Double]) {
    let slope = gradient(point.map(Double.init)).map { Float($0) }
    steps += 1
    var place = point
    var span = place.mutableSpan
    rule.update(
      &span, gradient: slope.span, state: &memory, layout: layout,
      context: StepContext(step: steps, rateFactor: rateFactor))
    point = place
  }

  /// Tells the rule the diagonal of the curvature at the point.
  mutating func hear(_ diagonal: ([Double]) -> [Double]) {
    let told = diagonal(point.map(Double.init)).map { Float($0) }
    rule.hear(told.span, state: &memory, layout: layout)
  }

  /// Steps until `isThere` says so, at most `limit`; with a diagonal of the curvature before every one, where it is given.
  mutating func steps(
    atMost limit: Int, _ gradient: ([Double]) -> [Double], hearing diagonal: (([Double]) -> [Double])? = nil,
    until isThere: ([Double]) -> Bool
  ) -> Double {
    while steps < limit {
      if isThere(point.map(Double.init)) { return Double(max(1, steps)) }
      if let diagonal { hear(diagonal) }
      step(gradient)
    }
    return Double(limit)
  }
}
