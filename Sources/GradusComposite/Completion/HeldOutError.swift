// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// How far a completion is from entries that it has not seen: an estimate for the whole matrix when these were drawn
/// uniformly, as `drawn(from:share:random:)` does from what was observed.
///
///     error² = Σd²/Σm²,   d = entry − m;     its variance by the delta method:  Σ(d² − error²·m²)²/(Σm²)²
///
/// Cost: k multiplications an entry.
public struct HeldOutError: Sendable, Hashable {
  public let count: Int
  /// The root of Σd²/Σm².
  public let error: Double
  /// What the error lies below with a confidence of 95 %, by the normal approximation for many entries.
  public let upperBound: Double

  /// Compares the completion with these entries; every stored entry counts.
  public init(_ completion: AlternatingCompletion, _ entries: SparseMatrix) {
    count = entries.entryCount
    var (error, scale) = (0.0, 0.0)
    for j in 0..<entries.columnCount {
      for p in entries.range(ofColumn: j) {
        let difference = completion.entry(Int(entries.rows[p]), j) - entries.values[p]
        error += difference * difference
        scale += entries.values[p] * entries.values[p]
      }
    }
    let ratio = scale > 0 ? error / scale : error
    var spread = 0.0
    for j in 0..<entries.columnCount {
      for p in entries.range(ofColumn: j) {
        let value = entries.values[p]
        let difference = completion.entry(Int(entries.rows[p]), j) - value
        let excess = difference * difference - ratio * value * value
        spread += excess * excess
      }
    }
    self.error = ratio.squareRoot()
    upperBound = (ratio + 1.645 * spread.squareRoot() / (scale > 0 ? scale : 1)).squareRoot()
  }

  /// Entries to learn from, and a share of all of them to hold out.
  public static func drawn(
    from observed: SparseMatrix, share: Double, random: RandomStream
  ) -> (kept: SparseMatrix, heldOut: SparseMatrix) {
    precondition(share >= 0 && share <= 1, "a share lies between 0 and 1")
    var stream = random.child("held out")
    var kept: [(row: Int, column: Int, value: Double)] = []
    var heldOut = kept
    for j in 0..<observed.columnCount {
      for p in observed.range(ofColumn: j) {
        let entry = (row: Int(observed.rows[p]), column: j, value: observed.values[p])
        if stream.uniform() < share { heldOut.append(entry) } else { kept.append(entry) }
      }
    }
    let (m, n) = (observed.rowCount, observed.columnCount)
    return (
      SparseMatrix(rowCount: m, columnCount: n, triplets: kept),
      SparseMatrix(rowCount: m, columnCount: n, triplets: heldOut)
    )
  }
}
