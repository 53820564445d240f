// SPDX-License-Identifier: Apache-2.0

/// Columns of mean 0 and deviation 1, and the way back to the user's unit.
///
///     z = (x − μ)/σ,   x = μ + σz
///
/// σ is the deviation over all rows (divided by their number); 1 for a constant column.
public struct Standardization: Sendable, Codable, Hashable {
  public var means: [Double]
  public var deviations: [Double]

  public init(means: [Double], deviations: [Double]) {
    precondition(means.count == deviations.count && deviations.allSatisfy { $0 > 0 }, "one positive deviation a mean")
    self.means = means
    self.deviations = deviations
  }

  /// Of rows of `width` numbers, one behind the other. Two passes, so that large means cancel nothing.
  public init(of numbers: [Double], width: Int) {
    precondition(width > 0 && numbers.count % width == 0, "rows of \(width) numbers")
    let rows = max(1, numbers.count / width)
    var means = [Double](repeating: 0, count: width), squares = means
    for (k, x) in numbers.enumerated() { means[k % width] += x / Double(rows) }
    for (k, x) in numbers.enumerated() { squares[k % width] += (x - means[k % width]) * (x - means[k % width]) }
    self.means = means
    deviations = zip(squares, means).map { square, mean in
      let deviation = (square / Double(rows)).squareRoot()
      return deviation > 1e-12 * max(1e-300, mean.magnitude) ? deviation : 1
    }
  }

  public var width: Int { means.count }

  /// z of x in column j.
  public func standardized(_ x: Double, column j: Int) -> Double { (x - means[j]) / deviations[j] }

  /// x of z in column j.
  public func restored(_ z: Double, column j: Int) -> Double { means[j] + deviations[j] * z }
}
