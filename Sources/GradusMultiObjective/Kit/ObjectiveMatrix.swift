// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Points in objective space: n rows of m objectives, each to be minimized, in one flat buffer.
///
/// A row that holds a NaN stands for a failed evaluation: every row without one is better, sorting puts it last, and
/// indicators leave it out.
public struct ObjectiveMatrix: Sendable, Codable, Hashable {
  /// m, at least 1.
  public let objectives: Int
  /// Row by row.
  public private(set) var values: Buffer<Double>

  /// No rows yet.
  public init(objectives: Int) {
    precondition(objectives >= 1, "a matrix of objectives needs at least one objective")
    self.objectives = objectives
    values = []
  }

  /// The rows, all of the same length; one objective when there are none.
  public init(_ rows: [[Double]]) {
    self.init(objectives: rows.first?.count ?? 1)
    values.elements.reserveCapacity(rows.count * objectives)
    for row in rows { append(row) }
  }

  /// The matrix with these values, row by row.
  public init(objectives: Int, values: [Double]) {
    precondition(
      objectives >= 1 && values.count % objectives == 0,
      "the values must fill rows of \(objectives)")
    self.objectives = objectives
    self.values = Buffer(values)
  }

  /// n.
  public var count: Int { values.count / objectives }
  public var isEmpty: Bool { values.count == 0 }

  /// Objective k of row i.
  public subscript(i: Int, k: Int) -> Double { values[i * objectives + k] }

  /// The objectives of row i.
  public func row(_ i: Int) -> [Double] {
    Array(values.elements[i * objectives..<(i + 1) * objectives])
  }

  /// Adds a row of m objectives.
  public mutating func append(_ row: [Double]) {
    precondition(
      row.count == objectives, "a row of \(row.count) numbers among rows of \(objectives)")
    values.elements.append(contentsOf: row)
  }

  /// Puts whole rows, one behind the other, in place of some.
  mutating func replace(_ rows: Range<Int>, with new: [Double]) {
    values.elements.replaceSubrange(
      rows.lowerBound * objectives..<rows.upperBound * objectives, with: new)
  }

  /// Moves the last row to the place of row i, which is gone.
  mutating func swapRemove(_ i: Int) {
    let last = count - 1
    for k in 0..<objectives { values[i * objectives + k] = values[last * objectives + k] }
    values.elements.removeLast(objectives)
  }

  /// The chosen rows, in this order.
  public func rows(_ chosen: [Int]) -> ObjectiveMatrix {
    var result = ObjectiveMatrix(objectives: objectives)
    result.values.elements.reserveCapacity(chosen.count * objectives)
    for i in chosen {
      result.values.elements += values.elements[i * objectives..<(i + 1) * objectives]
    }
    return result
  }

  /// True when row i holds a NaN.
  func isFailed(_ i: Int) -> Bool {
    (i * objectives..<(i + 1) * objectives).contains { values[$0].isNaN }
  }

  /// The best and the worst of each objective over the rows that hold finite numbers only; nil when there is none.
  public var range: (ideal: [Double], nadir: [Double])? {
    var ideal = [Double](repeating: .infinity, count: objectives)
    var nadir = [Double](repeating: -.infinity, count: objectives)
    let m = objectives
    values.elements.withUnsafeBufferPointer { f in
      for i in 0..<count {
        var isFinite = true
        for k in 0..<m where !f[i * m + k].isFinite { isFinite = false }
        guard isFinite else { continue }
        for k in 0..<m {
          ideal[k] = min(ideal[k], f[i * m + k])
          nadir[k] = max(nadir[k], f[i * m + k])
        }
      }
    }
    return ideal[0] == .infinity ? nil : (ideal, nadir)
  }
}
