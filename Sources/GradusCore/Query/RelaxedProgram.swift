// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A linear or mixed-integer relaxation, stated anew in every question:
///
///     minimize   offset + cᵀx   subject to   rowLower ≤ Ax ≤ rowUpper,   lower ≤ x ≤ upper,   xⱼ integer for some j
public struct RelaxedProgram: Sendable, Codable, Hashable {
  /// rowLower ≤ Σ values·x[columns] ≤ rowUpper.
  public struct Row: Sendable, Codable, Hashable {
    public var columns: [Int32]
    public var values: [Double]
    public var lower: Double
    public var upper: Double

    public init(_ columns: [Int], _ values: [Double], from lower: Double = -.infinity, to upper: Double = .infinity) {
      self.columns = columns.map { Int32($0) }
      self.values = values
      self.lower = lower
      self.upper = upper
    }
  }

  public var offset = 0.0
  public var costs: [Double]
  public var lower: [Double]
  public var upper: [Double]
  public var rows: [Row] = []
  /// The integer columns.
  public var integers: [Int32] = []
  /// A feasible point that is known, one number a column; integer solvers begin with it.
  public var start: Vector?

  public init(costs: [Double], lower: [Double], upper: [Double]) {
    self.costs = costs
    self.lower = lower
    self.upper = upper
  }

  /// As HiGHS and the judges of linear programs take it; entries at the same place are added.
  public var form: StandardForm {
    var triplets: [(row: Int, column: Int, value: Double)] = []
    for (i, row) in rows.enumerated() {
      for (j, v) in zip(row.columns, row.values) { triplets.append((i, Int(j), v)) }
    }
    let matrix = SparseMatrix(rowCount: rows.count, columnCount: costs.count, triplets: triplets)
    var form = StandardForm(
      costs: costs, matrix: matrix, rowLower: rows.map(\.lower), rowUpper: rows.map(\.upper), columnLower: lower,
      columnUpper: upper)
    for j in integers { form.kinds[Int(j)] = .integer }
    form.objectiveOffset = offset
    return form
  }
}
