// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Inputs as a network takes them: √2·cos πu for numbers, an entry for each value of a category, and a last entry that is always
/// 1. The cosine has variance 1 and is flat at the sides of the cube, so that rectifiers do not promise everything in its corners.
struct NetworkInputs: Sendable {
  private let choices: [Int]
  let count: Int

  /// `choices`: how many values each category has, 0 for numbers; values of categories are at (i + ½)/k.
  init(choices: [Int]) {
    self.choices = choices
    count = choices.reduce(1) { $0 + max(1, $1) }
  }

  func callAsFunction(_ x: Vector) -> [Double] {
    var row: [Double] = []
    row.reserveCapacity(count)
    for (j, count) in choices.enumerated() {
      if count == 0 {
        row.append(2.0.squareRoot() * cos(.pi * x[j]))
      } else {
        let chosen = min(max(Int(x[j] * Double(count)), 0), count - 1)
        for k in 0..<count { row.append(k == chosen ? 1 : 0) }
      }
    }
    row.append(1)
    return row
  }
}

/// Values with mean 0 and variance 1, and back.
struct StandardValues: Sendable {
  let mean: Double
  let deviation: Double

  init(_ values: [Double]) {
    let n = Double(max(1, values.count))
    let mean = values.reduce(0, +) / n
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    self.mean = mean
    deviation = square > 1e-300 && square.isFinite ? square.squareRoot() : 1
  }

  func standard(_ y: Double) -> Double { (y - mean) / deviation }
}
