// SPDX-License-Identifier: Apache-2.0

/// A primal and dual point in the order of the model.
public struct HighsPoint: Sendable, Hashable {
  /// x, one value a column.
  public var columns: [Double]
  /// Ax, one value a row.
  public var rows: [Double]
  /// ∂objective/∂bound of the active bound of each column: the reduced costs c − Aᵀy.
  public var columnDuals: [Double]
  /// ∂objective/∂side of the active side of each row: y.
  public var rowDuals: [Double]
}

/// What HiGHS says about a solve.
public struct HighsInformation: Sendable, Hashable {
  /// In the user's sense; only meaningful with a point.
  public var objective: Double
  /// The proven bound of an integer search; nil for a linear program.
  public var bound: Double?
  /// Relative gap of an integer search; infinite without a point.
  public var gap: Double?
  public var primal: HighsPointStatus
  public var dual: HighsPointStatus
  public var hasBasis: Bool
  public var nodes: Int
  public var simplexIterations: Int
  public var interiorPointIterations: Int
  public var crossoverIterations: Int
  public var firstOrderIterations: Int
  /// Seconds in HiGHS.
  public var seconds: Double
}

extension HighsSession {
  /// Status of the last solve.
  public var status: HighsStatus { HighsStatus(rawValue: highs.modelStatus(instance)) ?? .unknown }

  public var information: HighsInformation {
    let nodes = long("mip_node_count")
    return HighsInformation(
      objective: double("objective_function_value"), bound: nodes >= 0 ? double("mip_dual_bound") : nil,
      gap: nodes >= 0 ? double("mip_gap") : nil,
      primal: HighsPointStatus(rawValue: integer("primal_solution_status")) ?? .none,
      dual: HighsPointStatus(rawValue: integer("dual_solution_status")) ?? .none,
      hasBasis: integer("basis_validity") == 1, nodes: Int(max(nodes, 0)),
      simplexIterations: count("simplex_iteration_count"), interiorPointIterations: count("ipm_iteration_count"),
      crossoverIterations: count("crossover_iteration_count"), firstOrderIterations: count("pdlp_iteration_count"),
      seconds: highs.runTime(instance))
  }

  /// The point HiGHS holds; its parts are zero where HiGHS has none, so look at `information` first.
  public var point: HighsPoint {
    var rows: [Double] = []
    var columnDuals: [Double] = []
    var rowDuals: [Double] = []
    let columns = filled(columnCount) { columns in
      columnDuals = filled(columnCount) { reduced in
        rows = filled(rowCount) { activities in
          rowDuals = filled(rowCount) { duals in _ = highs.getSolution(instance, columns, reduced, activities, duals) }
        }
      }
    }
    return HighsPoint(columns: columns, rows: rows, columnDuals: columnDuals, rowDuals: rowDuals)
  }

  /// The basis of a linear program; nil when there is none.
  public var basis: (columns: [HighsBasisStatus], rows: [HighsBasisStatus])? {
    guard integer("basis_validity") == 1 else { return nil }
    var columns = [Int32](repeating: 0, count: columnCount)
    var rows = [Int32](repeating: 0, count: rowCount)
    guard highs.getBasis(instance, &columns, &rows) >= 0 else { return nil }
    func named(_ codes: [Int32]) -> [HighsBasisStatus] { codes.map { HighsBasisStatus(rawValue: $0) ?? .nonbasic } }
    return (named(columns), named(rows))
  }

  /// A certificate that Ax cannot lie between its sides, one multiplier a row, in HiGHS's sign; nil when there is none.
  ///
  /// `computing` lets HiGHS solve another linear program for it, which `observe` can stop.
  public func dualRay(computing: Bool = true, observe: (HighsEvent) -> Bool = { _ in true }) -> [Double]? {
    ray(highs.getDualRay, rowCount, computing, observe)
  }

  /// A direction along which the objective improves for ever, one value a column; nil when there is none.
  ///
  /// `computing` lets HiGHS solve another linear program for it, which `observe` can stop.
  public func primalRay(computing: Bool = true, observe: (HighsEvent) -> Bool = { _ in true }) -> [Double]? {
    ray(highs.getPrimalRay, columnCount, computing, observe)
  }

  private func ray(
    _ get: Highs.GetRay, _ count: Int, _ computing: Bool, _ observe: (HighsEvent) -> Bool
  ) -> [Double]? {
    var exists: Int32 = 0
    guard get(instance, &exists, nil) >= 0, exists != 0 || computing else { return nil }
    var ray = [Double](repeating: 0, count: max(count, 1))
    let code = observing(observe) { get(instance, &exists, &ray) }
    guard code >= 0, exists != 0 else { return nil }
    return Array(ray.prefix(count))
  }

  /// An array that `body` fills in place; zero where it does not.
  private func filled(_ count: Int, _ body: (UnsafeMutablePointer<Double>?) -> Void) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.initialize(repeating: 0)
      initialized = count
      body(buffer.baseAddress)
    }
  }

  private func double(_ name: String) -> Double {
    var value = Double.nan
    _ = highs.getDouble(instance, name, &value)
    return value
  }

  private func integer(_ name: String) -> Int32 {
    var value: Int32 = 0
    _ = highs.getInteger(instance, name, &value)
    return value
  }

  private func count(_ name: String) -> Int { Int(max(integer(name), 0)) }

  private func long(_ name: String) -> Int64 {
    var value: Int64 = -1
    _ = highs.getLong(instance, name, &value)
    return value
  }
}
