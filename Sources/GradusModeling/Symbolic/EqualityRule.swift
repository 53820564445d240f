// SPDX-License-Identifier: Apache-2.0

/// States formulas equal to a node of an e-graph.
///
/// A rule need not care where formulas are numbers: an `EGraph` refuses to join classes with different conditions. It must
/// care about values: what it returns equals the node wherever both are numbers.
package struct EqualityRule: Sendable {
  package let name: String
  /// The operations of the nodes it is tried on.
  package let operations: [FormulaOperation]
  /// True when what it returns is a number exactly where the node is, by its form: no conditions are compared then.
  package let keepsDomain: Bool
  /// Nodes that are equal to the node given; it may add any number to the graph.
  package let equals: @Sendable (inout EGraph, EGraph.Class) -> [EGraph.Class]

  package init(
    _ name: String, on operations: [FormulaOperation], keepsDomain: Bool = false,
    _ equals: @escaping @Sendable (inout EGraph, EGraph.Class) -> [EGraph.Class]
  ) {
    self.name = name
    self.operations = operations
    self.keepsDomain = keepsDomain
    self.equals = equals
  }
}

/// The end of a saturation.
public enum SaturationStop: String, Sendable, Hashable {
  /// No rule finds anything new.
  case saturated
  case nodeLimit = "node limit"
  case iterationLimit = "iteration limit"
  /// The only cut that may fall differently when the same is done again.
  case timeLimit = "time limit"
}

/// What a saturation did.
public struct SaturationReport: Sendable, Hashable {
  public var stop = SaturationStop.saturated
  public var iterations = 0
  /// Nodes ever made, and classes in the end.
  public var nodes = 0
  public var classes = 0
  /// Classes that were found to be equal to others.
  public var joins = 0
  /// Statements refused because the two sides are not numbers under the same conditions.
  public var refusals = 0
}

extension EGraph {
  /// Products of higher degree are not joined with anything: a/(b/c) = ac/b and its like could raise powers for ever, and
  /// what comes out of them again has lost its digits.
  private static let largestDegree = 64.0

  /// The number of factors of a node, powers counted in full.
  private func degree(of node: Class, depth: Int = 0) -> Double {
    switch graph.operations[Int(node)] {
    case .product: graph.range(of: node).reduce(0) { $0 + graph.weights[$1] }
    case .quotient, .sum:
      depth > 1
        ? 1
        : graph.range(of: node).reduce(1) { largest, p in
          let argument = found(graph.arguments[p])
          let product = productMember[Int(argument)]
          return max(largest, degree(of: product < 0 ? argument : product, depth: depth + 1))
        }
    default: 1
    }
  }

  /// Applies rules to all nodes that are new or whose arguments became equal to others, again and again.
  ///
  /// Deterministic, unless `deadline` cuts. Cost: linear in the nodes made, for rules that look at a node's surroundings.
  @discardableResult
  package mutating func saturate(
    _ rules: [EqualityRule], iterations: Int = 12, deadline: ContinuousClock.Instant? = nil
  ) -> SaturationReport {
    var byOperation: [[EqualityRule]] = Array(repeating: [], count: 256)
    for rule in rules { for operation in rule.operations { byOperation[Int(operation.rawValue)].append(rule) } }
    var report = SaturationReport()
    report.stop = .iterationLimit
    rebuild()
    search: for _ in 0..<iterations {
      report.iterations += 1
      var foundAny = false
      for i in 0..<graph.count where isFresh[i] {
        isFresh[i] = false
        if isStale[i] { continue }
        let node = Class(i)
        for rule in byOperation[Int(graph.operations[i].rawValue)] {
          foundAny = true
          for other in rule.equals(&self, node) where degree(of: other) <= Self.largestDegree {
            unite(node, other, rule.keepsDomain ? .trusted : .checked)
          }
          if isFull { break }
        }
        if isFull {
          report.stop = .nodeLimit
          break search
        }
        if i & 1023 == 0, let deadline, ContinuousClock.now >= deadline {
          report.stop = .timeLimit
          break search
        }
      }
      rebuild()
      if !foundAny || !isFresh.contains(true) {
        report.stop = .saturated
        break
      }
    }
    rebuild()
    report.nodes = graph.count
    report.refusals = refusals
    report.joins = joins
    for i in 0..<graph.count where parents[i] == Class(i) { report.classes += 1 }
    return report
  }
}
