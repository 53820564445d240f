// SPDX-License-Identifier: Apache-2.0

/// Chooses among programs by what they do on the same inputs: the one that the others agree with most often.
///
///     score_i = Σ_j (programs with the output of i on input j − 1), −100 for each crash, −10,000 for each example it fails
///
/// Wrong programs are wrong in different places, and right where it is easy; so a right one is agreed with everywhere, also where it is
/// the only right one. **Reference** Chen et al., "Divide-and-Conquer Meets Consensus" (NeurIPS 2024), section 2.2.
public enum FunctionalConsensus {
  /// By program, from its outputs by input – nil: a crash – and how many of the given examples it fails. Cost: O(programs · inputs).
  public static func scores(_ outputs: [[MiniValue?]], failedExamples: [Int]? = nil) -> [Double] {
    var scores = outputs.indices.map { -10_000 * Double(failedExamples?[$0] ?? 0) }
    for input in 0..<(outputs.first?.count ?? 0) {
      var counts: [MiniValue: Int] = [:]
      for row in outputs { if let value = row[input] { counts[value, default: 0] += 1 } }
      for (program, row) in outputs.enumerated() {
        scores[program] += row[input].map { Double((counts[$0] ?? 1) - 1) } ?? -100
      }
    }
    return scores
  }

  /// By program: how many do the same on all inputs, itself included. What is often used in its place.
  public static func clusterSizes(_ outputs: [[MiniValue?]]) -> [Double] {
    var counts: [[MiniValue?]: Int] = [:]
    for row in outputs { counts[row, default: 0] += 1 }
    return outputs.map { Double(counts[$0] ?? 0) }
  }

  /// By program: how many tests it passes, of tests that may themselves be wrong.
  public static func selfTests(_ outputs: [[MiniValue?]], expected: [MiniValue]) -> [Double] {
    outputs.map { row in zip(row, expected).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) } }
  }
}
