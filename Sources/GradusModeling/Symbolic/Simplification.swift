// SPDX-License-Identifier: Apache-2.0

/// How formulas are simplified: what may be used, and when to stop.
public struct Simplification: Sendable, Hashable {
  /// What counts as cheap: formulas as code that computes equal parts once, or as they are written out.
  public enum Counting: String, Sendable, Hashable {
    case shared, written
  }

  public var counting = Counting.shared
  /// No more nodes than this many times the formula's own, and `smallestLimit` in any case.
  public var growth = 3
  public var smallestLimit = 10_000
  public var iterations = 12
  /// A limit on time as well; what is cut by it may differ from run to run. None by default.
  public var timeLimit: Duration?

  public init() {}
}

/// A simplified graph.
public struct SimplifiedGraph: Sendable {
  public var graph: FormulaGraph
  public var roots: [FormulaGraph.Node]
  /// By `CostTable`, before and after, as was asked for in `Simplification.counting`.
  public var costBefore: Double
  public var costAfter: Double
  public var report: SaturationReport
}

extension FormulaGraph {
  /// Formulas equal to `roots` that cost less by `CostTable`: equality saturation and extraction.
  ///
  /// Where the variables lie in `box` each is a number where the original is and has the same value up to rounding (the whole
  /// line where nothing is said). Nodes 0 ..< variableCount of the result are the variables. The original is returned
  /// when nothing cheaper was found. Deterministic, unless `options.timeLimit` cuts.
  public func simplified(
    _ roots: [Node], variableCount: Int, in box: [Interval] = [], _ options: Simplification = Simplification()
  ) -> SimplifiedGraph {
    simplified(roots, variableCount: variableCount, in: box, options, rules: EqualityRule.standard)
  }

  package func simplified(
    _ roots: [Node], variableCount: Int, in box: [Interval], _ options: Simplification, rules: [EqualityRule]
  ) -> SimplifiedGraph {
    let limit = max(options.smallestLimit, options.growth * count)
    var egraph = EGraph(box: box, nodeLimit: limit)
    let image = egraph.add(self, roots: roots)
    let classes = roots.map { image[Int($0)] }
    let deadline = options.timeLimit.map { ContinuousClock.now + $0 }
    let report = egraph.saturate(rules, iterations: options.iterations, deadline: deadline)
    let isShared = options.counting == .shared
    let extraction = Extraction(egraph, roots: classes, isShared: isShared)
    var lowering = Lowering(egraph, extraction, variableCount: variableCount)
    let before = isShared ? cost(of: roots) : writtenCost(of: roots)
    if let written = lowering.write(classes) {
      let after = isShared ? lowering.graph.cost(of: written) : lowering.graph.writtenCost(of: written)
      if after < before {
        return SimplifiedGraph(
          graph: lowering.graph, roots: written, costBefore: before, costAfter: after, report: report)
      }
    }
    return SimplifiedGraph(graph: self, roots: roots, costBefore: before, costAfter: before, report: report)
  }
}

extension EqualityRule {
  /// All rules that come with the engine.
  package static let standard = SumRules.all + ProductRules.all + FunctionRules.all
}
