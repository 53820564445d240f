// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
public import GradusNumerics

extension NetworkLoss {
  /// −∇ℓ_qᵀ M ∇ℓ_z for each query (rows of the result) and observation, with any symmetric M; `solving` is handed ∇ℓ_q.
  ///
  /// With the inverse of a curvature for M these are influences; with the identity they are products of gradients, which
  /// say how alike two observations are to the model.
  ///
  /// Cost: a gradient a query and observation, `solving` a query, and a product of their length for each pair.
  /// **Reference** P. Koh & P. Liang, *Understanding black-box predictions via influence functions*, ICML 2017.
  public func influences(
    of observations: [Int], on queries: [Int], at point: Buffer<Float>, chunk: Int = 64,
    solving: (Buffer<Float>) throws -> Vector
  ) throws -> [[Double]] {
    precondition(chunk > 0, "observations are taken at least one at a time")
    var answers: [Vector] = []
    for part in Self.parts(queries, chunk) {
      for gradient in try perExampleGradients(at: point, of: part) { answers.append(try solving(gradient)) }
    }
    var table = [[Double]](repeating: [], count: queries.count)
    for part in Self.parts(observations, chunk) {
      for gradient in try perExampleGradients(at: point, of: part) {
        let wide = Vector(gradient.elements.map(Double.init))
        for (q, answer) in answers.enumerated() { table[q].append(-answer.inner(wide)) }
      }
    }
    return table
  }

  private static func parts(_ rows: [Int], _ size: Int) -> [[Int]] {
    stride(from: 0, to: rows.count, by: size).map { Array(rows[$0..<min($0 + size, rows.count)]) }
  }
}
