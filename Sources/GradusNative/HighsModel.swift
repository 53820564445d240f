// SPDX-License-Identifier: Apache-2.0

/// A model in the memory of the caller, lent to HiGHS for the duration of one call:
///
///     optimize   offset + cᵀx + ½ xᵀQx   subject to   rowLower ≤ Ax ≤ rowUpper,   columnLower ≤ x ≤ columnUpper
///
/// A is in compressed columns. Infinite sides are ±infinity; HiGHS takes sides beyond ±10²⁰ for infinite too.
public struct HighsModel {
  public var maximize = false
  public var offset = 0.0
  public var costs: UnsafeBufferPointer<Double>
  public var columnLower: UnsafeBufferPointer<Double>
  public var columnUpper: UnsafeBufferPointer<Double>
  public var rowLower: UnsafeBufferPointer<Double>
  public var rowUpper: UnsafeBufferPointer<Double>
  /// One more than there are columns.
  public var starts: UnsafeBufferPointer<Int32>
  public var rows: UnsafeBufferPointer<Int32>
  public var values: UnsafeBufferPointer<Double>
  /// One a column: 0 continuous, 1 integer, 2 semi-continuous, 3 semi-integer; nil when all are continuous.
  public var kinds: UnsafeBufferPointer<Int32>?
  /// The lower triangle of Q in compressed columns; nil for a linear objective.
  public var hessian: Hessian?

  /// The lower triangle of a symmetric matrix, in compressed columns.
  public struct Hessian {
    public var starts: UnsafeBufferPointer<Int32>
    public var rows: UnsafeBufferPointer<Int32>
    public var values: UnsafeBufferPointer<Double>

    public init(
      starts: UnsafeBufferPointer<Int32>, rows: UnsafeBufferPointer<Int32>, values: UnsafeBufferPointer<Double>
    ) {
      self.starts = starts
      self.rows = rows
      self.values = values
    }
  }

  public init(
    costs: UnsafeBufferPointer<Double>, columnLower: UnsafeBufferPointer<Double>,
    columnUpper: UnsafeBufferPointer<Double>, rowLower: UnsafeBufferPointer<Double>,
    rowUpper: UnsafeBufferPointer<Double>, starts: UnsafeBufferPointer<Int32>, rows: UnsafeBufferPointer<Int32>,
    values: UnsafeBufferPointer<Double>
  ) {
    precondition(columnLower.count == costs.count && columnUpper.count == costs.count, "two bounds a column")
    precondition(rowLower.count == rowUpper.count, "two sides a row")
    precondition(starts.count == costs.count + 1, "one start a column and one more")
    precondition(rows.count == values.count, "one row index an entry")
    self.costs = costs
    self.columnLower = columnLower
    self.columnUpper = columnUpper
    self.rowLower = rowLower
    self.rowUpper = rowUpper
    self.starts = starts
    self.rows = rows
    self.values = values
  }
}
