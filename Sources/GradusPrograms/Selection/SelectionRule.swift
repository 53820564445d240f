// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Scores solutions by their results on tests; the best is chosen.
public enum SelectionRule: Sendable, Hashable, Codable {
  /// All alike.
  case random
  /// Passed tests.
  case maxPass
  /// Solutions of the same results: of those, MBR-exec chooses with a 0–1 loss.
  case mbrExec
  /// n_y·√n_x, for n_x solutions of the same results that pass n_y tests: Chen et al., "CodeT" (2023).
  case codeT
  /// Agreement of a solution with the majority of solutions, test by test.
  case majority
  /// The posterior of B4 with its priors.
  case b4(B4Posterior)

  /// One for each solution, the higher the better.
  public func scores(_ matrix: PassMatrix) -> [Double] {
    switch self {
    case .random: return [Double](repeating: 0, count: matrix.solutionCount)
    case .maxPass: return matrix.rows.map { Double($0.count { $0 }) }
    case .majority:
      let ayes = (0..<matrix.testCount).map { test in matrix.rows.count { $0[test] } }
      return matrix.rows.map { row in
        row.indices.reduce(0) { $0 + Double(row[$1] ? ayes[$1] : matrix.solutionCount - ayes[$1]) }
      }
    case .mbrExec: return spread(matrix) { Double($0.members.count) }
    case .codeT: return spread(matrix) { Double($0.passes) * Double($0.members.count).squareRoot() }
    case .b4(let posterior):
      let classes = matrix.classes
      return spread(matrix, classes, posterior.logPosteriors(matrix, classes))
    }
  }

  /// The solutions of the highest score.
  public func best(_ matrix: PassMatrix) -> [Int] {
    let scores = scores(matrix)
    guard let top = scores.max() else { return [] }
    return scores.indices.filter { scores[$0] == top }
  }

  /// One of them, by the stream; nil where there is no solution.
  public func choice(_ matrix: PassMatrix, _ stream: inout RandomStream) -> Int? {
    let best = best(matrix)
    return best.isEmpty ? nil : best[stream.integer(below: best.count)]
  }

  private func spread(_ matrix: PassMatrix, _ score: (PassMatrix.Class) -> Double) -> [Double] {
    let classes = matrix.classes
    return spread(matrix, classes, classes.map(score))
  }

  private func spread(_ matrix: PassMatrix, _ classes: [PassMatrix.Class], _ scores: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: matrix.solutionCount)
    for (group, score) in zip(classes, scores) { for member in group.members { result[member] = score } }
    return result
  }
}
