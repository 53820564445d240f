// SPDX-License-Identifier: Apache-2.0

/// When HiGHS stops and how exact it is; nil leaves HiGHS's own default.
public struct HighsLimits: Sendable, Hashable {
  /// Seconds.
  public var time: Double?
  /// Nodes of the search tree.
  public var nodes: Int?
  /// Iterations of the simplex, interior-point or first-order method on a linear program.
  public var iterations: Int?
  /// |primal bound − dual bound| / |primal bound| at which an integer program counts as solved.
  public var gapRelative: Double?
  /// |primal bound − dual bound| at which an integer program counts as solved.
  public var gapAbsolute: Double?
  /// Absolute violation of rows and bounds that is allowed.
  public var primalFeasibility: Double?
  /// Absolute violation of the signs of reduced costs that is allowed.
  public var dualFeasibility: Double?
  /// Distance from whole numbers that is allowed.
  public var integrality: Double?
  /// 0 lets HiGHS choose.
  public var threads: Int?
  public var seed: Int?

  public init() {}

  /// The options of HiGHS that say the same, in a fixed order.
  var options: [(name: String, value: String)] {
    var pairs: [(String, String)] = []
    func add(_ name: String, _ value: (some CustomStringConvertible)?) {
      if let value { pairs.append((name, value.description)) }
    }
    add("time_limit", time.map { max($0, 0) })
    add("mip_max_nodes", nodes.map(clamped))
    for method in ["simplex", "ipm", "pdlp"] { add(method + "_iteration_limit", iterations.map(clamped)) }
    add("mip_rel_gap", gapRelative)
    add("mip_abs_gap", gapAbsolute)
    add("primal_feasibility_tolerance", primalFeasibility)
    add("dual_feasibility_tolerance", dualFeasibility)
    add("mip_feasibility_tolerance", integrality)
    add("threads", threads.map(clamped))
    add("random_seed", seed.map { Int(UInt64(truncatingIfNeeded: $0) & 0x7fff_ffff) })
    return pairs
  }

  private func clamped(_ value: Int) -> Int { min(max(value, 0), Int(Int32.max)) }
}
