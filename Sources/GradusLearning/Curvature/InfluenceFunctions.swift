// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
public import GradusNumerics
import GradusTensor

/// What each observation did to what a trained model thinks: the change of a query's loss when the observation counts more.
///
///     I(q, z) = −∇ℓ_qᵀ (G + λI)⁻¹ ∇ℓ_z
///     G ≈ one block a product y = Wᵀa + b:   V ↦ Q_S((Q_SᵀVQ_A)∘Λ)Q_Aᵀ
///     A = E aaᵀ = Q_A diag Q_Aᵀ,  S = E ddᵀ = Q_S diag Q_Sᵀ,  Λᵢⱼ = E (Q_Sᵀ Σ daᵀ Q_A)²ᵢⱼ          labels from the model itself
///
/// a are the inputs of a product with a 1 behind them for the bias, d the signals that come back to its outputs, the sum is
/// over positions of one observation, and λ is 0.1 of the mean of Λ in each block. Parameters that are in no product
/// (embeddings, gains) are left out. A negative influence lowers the query's loss: the observation helped.
///
/// Cost: two walks back over the observations fitted to, an eigendecomposition for each side of each product; then one
/// gradient a query and observation, and a product of their length for each pair.
/// **Reference** R. Grosse et al., *Studying large language model generalization with influence functions* (2023), §3;
/// T. George et al., *EK-FAC*, NeurIPS 2018.
public struct InfluenceFunctions<Architecture: Network>: Sendable {
  private let loss: NetworkLoss<Architecture>
  private let point: Buffer<Float>
  private let blocks: [CurvatureBlock]

  /// Fits the curvature at `point` to these observations, `batch` of them at a time.
  ///
  /// The loss has classes or numbers as targets; labels for the curvature are drawn from the model with `stream`.
  public init(
    _ loss: NetworkLoss<Architecture>, at point: Buffer<Float>, fittedTo rows: [Int], batch: Int = 64,
    stream: RandomStream
  ) throws {
    precondition(!rows.isEmpty && batch > 0, "a curvature is fitted to at least one observation")
    self.loss = loss
    self.point = point
    let parts = stride(from: 0, to: rows.count, by: batch).map { Array(rows[$0..<min($0 + batch, rows.count)]) }
    var factors: [String: CurvatureFactors] = [:]
    for (k, part) in parts.enumerated() {
      try loss.forEachSignal(point, part, stream.child("labels", k)) { signal in
        factors[signal.weights, default: CurvatureFactors(signal)].add(signal)
      }
    }
    var blocks = try factors.mapValues { try CurvatureBlock($0) }
    for (k, part) in parts.enumerated() {
      try loss.forEachSignal(point, part, stream.child("labels", k)) { signal in
        blocks[signal.weights]?.correct(signal)
      }
    }
    let layout = loss.model.layout
    self.blocks = layout.slots.compactMap { blocks[$0.name] }
  }

  /// The blocks: names of the tensors of each product, and its λ.
  public var products: [(tensors: [String], damping: Double)] {
    blocks.map { block in ([block.weights] + (block.bias.map { [$0] } ?? []), block.damping) }
  }

  /// λ of each parameter; 0 for those that are in no product.
  public var damping: Vector {
    let layout = loss.model.layout
    var numbers = Vector.zeros(layout.count)
    for (tensors, damping) in products {
      for slot in tensors.compactMap({ layout[$0] }) {
        for i in slot.range { numbers[i] = damping }
      }
    }
    return numbers
  }

  /// (G + λI)⁻¹g of a flat gradient; 0 for parameters that are in no product. Cost: 2mn(m + n) for each product.
  public func solve(_ gradient: Buffer<Float>) -> Vector {
    let layout = loss.model.layout
    var result = Vector.zeros(layout.count)
    for block in blocks { block.place(block.solve(block.vector(gradient, layout)), into: &result, layout) }
    return result
  }

  /// I(q, z) for each query (rows of the result) and observation. Queries and observations are positions in the data.
  public func influences(of observations: [Int], on queries: [Int], chunk: Int = 64) throws -> [[Double]] {
    let answers = try preconditioned(queries, chunk)
    var table = [[Double]](repeating: [], count: queries.count)
    for first in stride(from: 0, to: observations.count, by: chunk) {
      let part = Array(observations[first..<min(first + chunk, observations.count)])
      for gradient in try loss.perExampleGradients(at: point, of: part) {
        let pieces = blocks.map { $0.vector(gradient, loss.model.layout) }
        for (q, answer) in answers.enumerated() {
          table[q].append(-zip(answer, pieces).reduce(0.0) { $0 + $1.0.inner($1.1) })
        }
      }
    }
    return table
  }

  /// (G + λI)⁻¹∇ℓ_q of each query, block after block.
  private func preconditioned(_ queries: [Int], _ chunk: Int) throws -> [[Vector]] {
    var answers: [[Vector]] = []
    for first in stride(from: 0, to: queries.count, by: chunk) {
      let part = Array(queries[first..<min(first + chunk, queries.count)])
      for gradient in try loss.perExampleGradients(at: point, of: part) {
        answers.append(blocks.map { $0.solve($0.vector(gradient, loss.model.layout)) })
      }
    }
    return answers
  }
}
