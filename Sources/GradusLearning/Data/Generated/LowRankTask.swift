// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Entries of a matrix of low rank with noise, some of them seen: recommendation in small.
///
///     a_ij = 1/√r Σₖ uᵢₖ vⱼₖ + s ε,   u, v, ε standard normal
///
/// An observation is the pair of tokens i and rows + j, its number a_ij. The least mean square on entries not seen is s²
/// (0.01 by default, where entries have variance 1); a `FactorModel` of the same rank that has seen 2,000 of
/// the 2,400 entries comes to 0.014.
public struct LowRankTask: Sendable, Hashable {
  public var rows: Int
  public var columns: Int
  public var rank: Int
  public var noise: Double
  private let stream: RandomStream

  public init(rows: Int = 60, columns: Int = 40, rank: Int = 3, noise: Double = 0.1, stream: RandomStream) {
    precondition(rows > 0 && columns > 0 && rank > 0 && noise >= 0, "a matrix has rows, columns and a rank")
    self.rows = rows
    self.columns = columns
    self.rank = rank
    self.noise = noise
    self.stream = stream
  }

  /// Entries `first ..< first + count` of the matrix in a random order; different numbers are different entries.
  public func data(_ count: Int, from first: Int = 0) throws(LearningDataError) -> LearningData {
    guard first >= 0, count > 0, first + count <= rows * columns else {
      throw LearningDataError("entries \(first) to \(first + count - 1)", "some of \(rows * columns)")
    }
    var draw = stream.child("factors")
    let factors = (0..<(rows + columns) * rank).map { _ in draw.normal() }
    var order = stream.child("entries")
    var (tokens, numbers): ([Int32], [Double]) = ([], [])
    for entry in order.permutation(rows * columns)[first..<first + count] {
      let (i, j) = (entry / columns, rows + entry % columns)
      var noisy = stream.child("noise", entry)
      let value = (0..<rank).reduce(0.0) { $0 + factors[i * rank + $1] * factors[j * rank + $1] }
      tokens += [Int32(i), Int32(j)]
      numbers.append(value / Double(rank).squareRoot() + noise * noisy.normal())
    }
    return try LearningData(
      sequences: tokens, length: 2, vocabulary: rows + columns, numbers: numbers, isStandardized: false)
  }
}
