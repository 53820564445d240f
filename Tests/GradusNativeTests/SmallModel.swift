// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// A model of a few rows for tests, stated by rows.
struct SmallModel {
  var maximize = false
  var offset = 0.0
  var costs: [Double]
  var lower: [Double]
  var upper: [Double]
  var rows: [[Double]]
  var rowLower: [Double]
  var rowUpper: [Double]
  var kinds: [Int32]?

  /// Lends the model to `body` in the arrays HiGHS wants.
  func lend<R>(_ body: (HighsModel) throws -> R) rethrows -> R {
    var starts: [Int32] = [0]
    var indices: [Int32] = []
    var values: [Double] = []
    for j in costs.indices {
      for (i, row) in rows.enumerated() where row[j] != 0 {
        indices.append(Int32(i))
        values.append(row[j])
      }
      starts.append(Int32(values.count))
    }
    let numbers = [costs, lower, upper, rowLower, rowUpper, values]
    let pointers = numbers.map { UnsafeMutableBufferPointer<Double>.copy($0) }
    let integers = [starts, indices, kinds ?? []].map { UnsafeMutableBufferPointer<Int32>.copy($0) }
    defer {
      for pointer in pointers { pointer.deallocate() }
      for pointer in integers { pointer.deallocate() }
    }
    let p = pointers.map { UnsafeBufferPointer($0) }
    let q = integers.map { UnsafeBufferPointer($0) }
    var model = HighsModel(
      costs: p[0], columnLower: p[1], columnUpper: p[2], rowLower: p[3], rowUpper: p[4], starts: q[0], rows: q[1],
      values: p[5])
    model.maximize = maximize
    model.offset = offset
    if kinds != nil { model.kinds = q[2] }
    return try body(model)
  }

  func session(_ highs: Highs) throws -> HighsSession {
    let session = try HighsSession(highs)
    try lend { try session.pass($0) }
    return session
  }

  /// max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18 (Wyndor Glass; Hillier and Lieberman): 36 at (2, 6), multipliers 0, 3/2, 1.
  static let wyndor = SmallModel(
    maximize: true, costs: [3, 5], lower: [0, 0], upper: [.infinity, .infinity], rows: [[1, 0], [0, 2], [3, 2]],
    rowLower: [-.infinity, -.infinity, -.infinity], rowUpper: [4, 12, 18])

  /// A knapsack with many nearly equal items, whose proof takes a while.
  static func knapsack(_ n: Int) -> SmallModel {
    let weights = (0..<n).map { Double(1000 + $0 * 7919 % 1009) }
    let profits = (0..<n).map { weights[$0] + Double($0 * 104_729 % 97) }
    let second = (0..<n).map { Double(900 + $0 * 15_485_863 % 1013) }
    return SmallModel(
      maximize: true, costs: profits, lower: [Double](repeating: 0, count: n),
      upper: [Double](repeating: 1, count: n), rows: [weights, second], rowLower: [-.infinity, -.infinity],
      rowUpper: [(weights.reduce(0, +) / 2).rounded(), (second.reduce(0, +) / 2).rounded()],
      kinds: [Int32](repeating: 1, count: n))
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate static func copy(_ array: [Element]) -> Self {
    let buffer = Self.allocate(capacity: array.count)
    _ = buffer.initialize(from: array)
    return buffer
  }
}
