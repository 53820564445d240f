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
  /// Graphs with more nodes than this, variables not counted, stay as they are.
  public var largestGraph = Int.max
  /// The share of the cost that must be saved for formulas to be replaced.
  public var leastGain = 0.0
  /// How often the formulas will be evaluated, derivatives counted by what they cost. Where what rules could save in all
  /// these evaluations is forecast to be less than simplification costs, nothing is done. Nil: it is worth any time.
  public var evaluations: Double?
  /// A limit on time as well; what is cut by it may differ from run to run. None by default.
  public var timeLimit: Duration?

  public init() {}

  /// What is done before a program is solved: little work, and none where it is not forecast to pay.
  ///
  /// Some forty iterations with derivatives at the price of ten values for continuous programs, a hundred times that for
  /// discrete ones. Programs with more nodes have repeated formulas, if anything (`ElementGroups`), whose shapes are
  /// simplified once for all places where they stand.
  public static func brief(isDiscrete: Bool) -> Simplification {
    var simplification = Simplification()
    simplification.growth = 2
    simplification.smallestLimit = 0
    simplification.iterations = 3
    simplification.largestGraph = 1000
    simplification.leastGain = 0.1
    simplification.evaluations = isDiscrete ? 40_000 : 400
    return simplification
  }

  /// What saturation and extraction cost for each node, in the cycles of `CostTable`: measured to be some 3 µs.
  static let cyclesPerNode = 9000.0

  /// True when what rules are forecast to save in all evaluations is worth their work.
  func pays(on graph: FormulaGraph, roots: some Sequence<FormulaGraph.Node>, variableCount: Int) -> Bool {
    let nodes = graph.count - variableCount
    guard nodes <= largestGraph else { return false }
    return evaluations.map { graph.forecast(of: roots) * $0 >= Self.cyclesPerNode * Double(nodes) } ?? true
  }

  /// The same for formulas that stand in so many places.
  func repeated(_ count: Int) -> Simplification {
    var simplification = self
    simplification.evaluations = evaluations.map { $0 * Double(count) }
    return simplification
  }
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
    let before = options.counting == .shared ? cost(of: roots) : writtenCost(of: roots)
    let unchanged = SimplifiedGraph(
      graph: self, roots: roots, costBefore: before, costAfter: before, report: SaturationReport())
    if !options.pays(on: self, roots: roots, variableCount: variableCount) { return unchanged }
    let limit = max(options.smallestLimit, options.growth * count)
    var egraph = EGraph(box: box, nodeLimit: limit)
    let image = egraph.add(self, roots: roots)
    let classes = roots.map { image[Int($0)] }
    let deadline = options.timeLimit.map { ContinuousClock.now + $0 }
    let report = egraph.saturate(rules, iterations: options.iterations, deadline: deadline)
    var result = unchanged
    result.report = report
    if options.leastGain > 0, report.joins == 0 { return result }
    let isShared = options.counting == .shared
    let extraction = Extraction(egraph, roots: classes, isShared: isShared)
    var lowering = Lowering(egraph, extraction, variableCount: variableCount)
    if let written = lowering.write(classes) {
      let after = isShared ? lowering.graph.cost(of: written) : lowering.graph.writtenCost(of: written)
      if after < before, after <= (1 - options.leastGain) * before {
        return SimplifiedGraph(
          graph: lowering.graph, roots: written, costBefore: before, costAfter: after, report: report)
      }
    }
    return result
  }
}

extension EqualityRule {
  /// All rules that come with the engine.
  package static let standard = SumRules.all + ProductRules.all + FunctionRules.all
}
